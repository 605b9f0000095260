import { checkEach, checkPort, checkText, requireText } from '#api/checks.ts';
import { validateLoadBalancerPoints } from '#api/core/v1/load-balancer-status-validation.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain, isWildcardDNS1123Subdomain } from '#machinery/names/dns.ts';
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

/** Names the class in a way from before there was a field. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const ROOT = new FieldPath();
const SPEC = ROOT.child('spec');

/** What is wrong with a new ingress only: the old way of naming a class must not contradict the field. */
export function validateIngressClassName({ metadata, spec }: Ingress): FieldError[] {
  const annotated = metadata?.annotations?.[CLASS_ANNOTATION];
  const name = spec?.ingressClassName;
  if (annotated === undefined || name === undefined || annotated === name) return [];
  const field = ROOT.child('annotations').child(CLASS_ANNOTATION);
  return [invalid(field, annotated, 'must match `ingressClassName` when both are specified')];
}

/** `old` is what an update replaces: what was wrong with it already is let be. */
export function validateIngress({ spec = {} }: Ingress, old?: Ingress): FieldError[] {
  const { rules = [], defaultBackend, tls, ingressClassName } = spec;
  const errors: FieldError[] = [];
  if (rules.length === 0 && defaultBackend === undefined) {
    errors.push(invalid(SPEC, spec.rules, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend !== undefined) append(errors, validateBackend(defaultBackend, SPEC.child('defaultBackend')));
  const hadWrongWildcard = (old?.spec?.rules ?? []).some(
    (rule) => rule.host?.includes('*') && validateHttp(rule, SPEC).length > 0,
  );
  const hadWrongSecret = (old?.spec?.tls ?? []).some((each) => validateSecretName(each, SPEC).length > 0);
  append(
    errors,
    checkEach(rules, SPEC.child('rules'), (rule, at) => validateRule(rule, at, hadWrongWildcard)),
  );
  append(
    errors,
    checkEach(tls, SPEC.child('tls'), (each, at) => [
      ...checkEach(each.hosts, at.child('hosts'), (host, place) => checkText(place, host, hostCheck(host))),
      ...(hadWrongSecret ? [] : validateSecretName(each, at)),
    ]),
  );
  if (ingressClassName === undefined) return errors;
  return [...errors, ...checkText(SPEC.child('ingressClassName'), ingressClassName, isDNS1123Subdomain)];
}

function validateRule(rule: IngressRule, field: FieldPath, mayBeWrong: boolean): FieldError[] {
  const { host } = rule;
  const errors: FieldError[] = [];
  if (host) {
    const at = field.child('host');
    if (parseIp(host)) errors.push(invalid(at, host, 'must be a DNS name, not an IP address'));
    append(errors, checkText(at, host, hostCheck(host)));
  }
  return mayBeWrong && host?.includes('*') ? errors : [...errors, ...validateHttp(rule, field)];
}

function validateHttp({ http }: IngressRule, field: FieldPath): FieldError[] {
  if (http === undefined) return [];
  const paths = field.child('http', 'paths');
  if (http.paths.length === 0) return [required(paths)];
  return checkEach(http.paths, paths, validatePath);
}

const hostCheck = (host: string) => (host.includes('*') ? isWildcardDNS1123Subdomain : isDNS1123Subdomain);

const FORBIDDEN_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_ENDS = ['/..', '/.'];
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

function validatePath({ path = '', pathType, backend }: HTTPIngressPath, field: FieldPath): FieldError[] {
  if (pathType === undefined) return [required(field.child('pathType'), 'pathType must be specified')];
  const errors = PATH_TYPES.includes(pathType)
    ? pathErrors(path, pathType, field.child('path'))
    : [notSupported(field.child('pathType'), pathType, PATH_TYPES)];
  return [...errors, ...validateBackend(backend, field.child('backend'))];
}

function pathErrors(path: string, pathType: string, at: FieldPath): FieldError[] {
  const mustBeAbsolute = pathType !== 'ImplementationSpecific' || path !== '';
  const errors = mustBeAbsolute && !path.startsWith('/') ? [invalid(at, path, 'must be an absolute path')] : [];
  if (pathType === 'ImplementationSpecific') return errors;
  for (const part of FORBIDDEN_PARTS) {
    if (path.includes(part)) errors.push(invalid(at, path, `must not contain '${part}'`));
  }
  for (const end of FORBIDDEN_ENDS) {
    if (path.endsWith(end)) errors.push(invalid(at, path, `cannot end with '${end}'`));
  }
  return errors;
}

function validateBackend({ service, resource }: IngressBackend, field: FieldPath): FieldError[] {
  if (service && resource) return [invalid(field, '', 'cannot set both resource and service backends')];
  if (service) return validateService(service, field);
  if (resource === undefined) return [invalid(field, '', 'resource or service backend is required')];
  return validateLocalReference(resource, field.child('resource'));
}

function validateService({ name, port = {} }: IngressServiceBackend, field: FieldPath): FieldError[] {
  const errors = requireText(field.child('service', 'name'), name, isDNS1123Label);
  const at = field.child('service', 'port');
  if (port.name && port.number) return [...errors, invalid(field, '', 'cannot set both port name & port number')];
  if (port.name) return [...errors, ...checkPort(at.child('name'), port.name)];
  if (port.number) return [...errors, ...checkPort(at.child('number'), port.number)];
  return [...errors, required(field, 'port name or number is required')];
}

const validateSecretName = ({ secretName }: IngressTLS, field: FieldPath): FieldError[] =>
  secretName ? checkText(field.child('secretName'), secretName, isDNS1123Subdomain) : [];

/** The rules of where an ingress is reached. */
export const validateIngressStatus = ({ status }: Ingress, old: Ingress): FieldError[] =>
  validateLoadBalancerPoints(status?.loadBalancer?.ingress, old.status?.loadBalancer?.ingress);
