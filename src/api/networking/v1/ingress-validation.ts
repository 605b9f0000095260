import { checkEach, checkPort, checkText, requireText } from '#api/checks.ts';
import { validateLoadBalancerPoints } from '#api/core/v1/load-balancer-status-validation.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { isDNS1035Label, isDNS1123Subdomain, isWildcardDNS1123Subdomain } from '#machinery/names/dns.ts';
import { parseIp } from '#machinery/names/ip.ts';
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressServiceBackend,
  IngressTLS,
} from './ingress.ts';
import { validateLocalReference } from './local-reference-validation.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const ROOT = new FieldPath();
const SPEC = ROOT.child('spec');

export function validateIngress({ metadata, spec = {} }: Ingress): FieldError[] {
  const { rules = [], defaultBackend, tls, ingressClassName } = spec;
  const errors: FieldError[] = [];
  const annotated = metadata?.annotations?.[CLASS_ANNOTATION];
  if (annotated && ingressClassName !== undefined) {
    const field = ROOT.child('annotations').child(CLASS_ANNOTATION);
    errors.push(invalid(field, annotated, 'can not be set when the class field is also set'));
  }
  if (rules.length === 0 && defaultBackend === undefined) {
    errors.push(invalid(SPEC, rules, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend !== undefined) errors.push(...validateBackend(defaultBackend, SPEC.child('defaultBackend')));
  errors.push(...checkEach(rules, SPEC.child('rules'), validateRule));
  errors.push(...checkEach(tls, SPEC.child('tls'), validateTls));
  if (ingressClassName === undefined) return errors;
  return [...errors, ...checkText(SPEC.child('ingressClassName'), ingressClassName, isDNS1123Subdomain)];
}

function validateRule({ host, http }: IngressRule, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (host) {
    const at = field.child('host');
    if (parseIp(host)) errors.push(invalid(at, host, 'must be a DNS name, not an IP address'));
    errors.push(...checkText(at, host, hostCheck(host)));
  }
  if (http === undefined) return errors;
  const paths = field.child('http', 'paths');
  if (http.paths.length === 0) errors.push(required(paths));
  return [...errors, ...checkEach(http.paths, paths, validatePath)];
}

const hostCheck = (host: string) => (host.includes('*') ? isWildcardDNS1123Subdomain : isDNS1123Subdomain);

const FORBIDDEN_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_ENDS = ['/..', '/.'];
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

function validatePath({ path = '', pathType, backend }: HTTPIngressPath, field: FieldPath): FieldError[] {
  if (!pathType) return [required(field.child('pathType'), 'pathType must be specified')];
  const at = field.child('path');
  const errors: FieldError[] = [];
  if (!PATH_TYPES.includes(pathType)) errors.push(notSupported(field.child('pathType'), pathType, PATH_TYPES));
  const mustBeAbsolute = pathType !== 'ImplementationSpecific' || path !== '';
  if (mustBeAbsolute && !path.startsWith('/')) errors.push(invalid(at, path, 'must be an absolute path'));
  if (pathType !== 'ImplementationSpecific') {
    for (const part of FORBIDDEN_PARTS) {
      if (path.includes(part)) errors.push(invalid(at, path, `must not contain '${part}'`));
    }
    for (const end of FORBIDDEN_ENDS) {
      if (path.endsWith(end)) errors.push(invalid(at, path, `cannot end with '${end}'`));
    }
  }
  return [...errors, ...validateBackend(backend, field.child('backend'))];
}

function validateBackend({ service, resource }: IngressBackend, field: FieldPath): FieldError[] {
  if (service && resource) return [invalid(field, '', 'cannot set both resource and service backends')];
  if (service) return validateService(service, field);
  if (resource === undefined) return [invalid(field, '', 'resource or service backend is required')];
  return validateLocalReference(resource, field.child('resource'));
}

function validateService({ name, port = {} }: IngressServiceBackend, field: FieldPath): FieldError[] {
  const errors = requireText(field.child('service', 'name'), name, isDNS1035Label);
  const at = field.child('service', 'port');
  if (port.name && port.number) return [...errors, invalid(field, '', 'cannot set both port name & port number')];
  if (port.name) return [...errors, ...checkPort(at.child('name'), port.name)];
  if (port.number) return [...errors, ...checkPort(at.child('number'), port.number)];
  return [...errors, required(field, 'port name or number is required')];
}

const validateTls = ({ hosts, secretName }: IngressTLS, field: FieldPath): FieldError[] => [
  ...checkEach(hosts, field.child('hosts'), (host, at) => checkText(at, host, hostCheck(host))),
  ...(secretName ? checkText(field.child('secretName'), secretName, isDNS1123Subdomain) : []),
];

/** The rules of where an ingress is reached. */
export const validateIngressStatus = ({ status }: Ingress, old: Ingress): FieldError[] =>
  validateLoadBalancerPoints(status?.loadBalancer?.ingress, old.status?.loadBalancer?.ingress);
