import { checkEach, checkNumber, checkPort, checkText, optionalOneOf, requireOneOf, requireText } from '#api/checks.ts';
import { validateLabels } from '#api/meta/v1/object-meta-validation.ts';
import { append } from '#base/append.ts';
import { duplicate, type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isValidCidrForLegacyField, isValidIpForLegacyField } from '#machinery/names/ip-checks.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { isValidPortNumber } from '#machinery/names/port.ts';
import type { Service, ServicePort, ServiceSpec } from './service.ts';
import { isHeadless, isReachedFromOutside, needsHealthCheck } from './service-access.ts';
import { validateServiceAddresses, validateServiceAddressUpdate } from './service-address-validation.ts';
import { validateNotSpecial } from './special-address.ts';

const SPEC = new FieldPath('spec');
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const POLICIES = ['Cluster', 'Local'];
const ONE_DAY_SECONDS = 86400;

export function validateService({ metadata, spec = {} }: Service): FieldError[] {
  const annotations = metadata?.annotations ?? {};
  const errors = topologyErrors(annotations);
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName')
    errors.push(required(SPEC.child('ports')));
  append(errors, [
    ...validateByType(spec),
    ...validatePorts(spec, SPEC.child('ports')),
    ...validateLabels(spec.selector, SPEC.child('selector')),
    ...validateAffinity(spec),
    ...validateServiceAddresses(spec),
    ...validateExternalAddresses(spec),
    ...requireOneOf(SPEC.child('type'), spec.type, TYPES),
    ...nodePortErrors(spec, SPEC.child('ports')),
    ...validateSourceRanges(spec, annotations),
    ...validateLoadBalancer(spec),
    ...validateTrafficPolicies(spec),
    ...optionalOneOf(SPEC.child('trafficDistribution'), spec.trafficDistribution, DISTRIBUTIONS),
  ]);
  return errors;
}

type Annotations = Readonly<Record<string, string>>;

const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';

function topologyErrors(annotations: Annotations): FieldError[] {
  const { [TOPOLOGY_HINTS]: hints, [TOPOLOGY_MODE]: mode } = annotations;
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const detail = `must match annotations[${TOPOLOGY_HINTS}] when both are specified`;
  return [invalid(new FieldPath('metadata').child('annotations').key(TOPOLOGY_MODE), mode, detail)];
}

function validateByType(spec: ServiceSpec): FieldError[] {
  switch (spec.type) {
    case 'LoadBalancer':
    case 'NodePort':
      return isHeadless(spec)
        ? [invalid(SPEC.child('clusterIPs').index(0), 'None', `may not be set to 'None' for ${spec.type} services`)]
        : [];
    case 'ExternalName': {
      const errors =
        (spec.clusterIPs?.length ?? 0) > 0
          ? [forbidden(SPEC.child('clusterIPs'), 'may not be set for ExternalName services')]
          : [];
      if (spec.ipFamilies?.length)
        errors.push(forbidden(SPEC.child('ipFamilies'), 'may not be set for ExternalName services'));
      if (spec.ipFamilyPolicy !== undefined)
        errors.push(forbidden(SPEC.child('ipFamilyPolicy'), 'may not be set for ExternalName services'));
      const name = spec.externalName?.replace(/\.$/, '');
      return [...errors, ...requireText(SPEC.child('externalName'), name, isDNS1123Subdomain)];
    }
    default:
      return [];
  }
}

function validatePorts(spec: ServiceSpec, field: FieldPath): FieldError[] {
  const names = new Set<string>();
  const pairs = new Set<string>();
  const ports = spec.ports ?? [];
  return checkEach(ports, field, (port, at) => {
    const errors = validatePort(port, at, ports.length > 1);
    if (port.name && names.has(port.name)) errors.push(duplicate(at.child('name'), port.name));
    names.add(port.name ?? '');
    const pair = `${port.protocol}/${port.port}`;
    if (pairs.has(pair)) errors.push(duplicate(at, portKey(port, { Port: port.port })));
    pairs.add(pair);
    return errors;
  });
}

/** A port as the server upstream prints it in messages about duplicates. */
const portKey = ({ protocol }: ServicePort, more: { readonly Port?: number; readonly NodePort?: number }) => ({
  Name: '',
  Protocol: protocol ?? '',
  AppProtocol: null,
  Port: 0,
  TargetPort: 0,
  NodePort: 0,
  ...more,
});

function validatePort(port: ServicePort, field: FieldPath, nameNeeded: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (port.name) append(errors, checkText(field.child('name'), port.name, isDNS1123Label));
  else if (nameNeeded) errors.push(required(field.child('name')));
  append(errors, checkNumber(field.child('port'), port.port, isValidPortNumber));
  append(errors, requireOneOf(field.child('protocol'), port.protocol, PROTOCOLS));
  append(errors, checkPort(field.child('targetPort'), port.targetPort ?? port.port));
  if (port.appProtocol !== undefined)
    append(errors, checkText(field.child('appProtocol'), port.appProtocol, isQualifiedName));
  return errors;
}

function nodePortErrors(spec: ServiceSpec, field: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return checkEach(spec.ports, field, (port, at) => {
    const { nodePort, protocol } = port;
    if (!nodePort) return [];
    if (spec.type === 'ClusterIP')
      return [forbidden(at.child('nodePort'), "may not be used when `type` is 'ClusterIP'")];
    const key = `${protocol}/${nodePort}`;
    const errors = seen.has(key) ? [duplicate(at.child('nodePort'), portKey(port, { NodePort: nodePort }))] : [];
    seen.add(key);
    return errors;
  });
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig: config }: ServiceSpec): FieldError[] {
  const errors = requireOneOf(SPEC.child('sessionAffinity'), sessionAffinity, ['ClientIP', 'None']);
  const field = SPEC.child('sessionAffinityConfig');
  if (sessionAffinity === 'None') {
    if (config) errors.push(forbidden(field, 'must not be set when session affinity is None'));
    return errors;
  }
  if (sessionAffinity !== 'ClientIP') return errors;
  const seconds = config?.clientIP?.timeoutSeconds;
  const at = field.child('clientIP', 'timeoutSeconds');
  if (seconds === undefined) errors.push(required(at, `when session affinity type is ${sessionAffinity}`));
  else if (seconds <= 0 || seconds > ONE_DAY_SECONDS)
    errors.push(invalid(at, seconds, `must be greater than 0 and less than ${ONE_DAY_SECONDS}`));
  return errors;
}

const validateExternalAddresses = (spec: ServiceSpec): FieldError[] =>
  checkEach(spec.externalIPs, SPEC.child('externalIPs'), (ip, at) => {
    const wrong = checkText(at, ip, (text) => isValidIpForLegacyField(text));
    return wrong.length > 0 ? wrong : validateNotSpecial(ip, at);
  });

const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** Where a load balancer lets traffic in from, as a field or as the annotation that was there before it. */
function validateSourceRanges(spec: ServiceSpec, annotations: Annotations): FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotated = annotations[SOURCE_RANGES];
  if (ranges.length === 0 && annotated === undefined) return [];
  const field =
    ranges.length > 0
      ? SPEC.child('LoadBalancerSourceRanges')
      : new FieldPath('metadata').child('annotations').key(SOURCE_RANGES);
  const errors =
    spec.type === 'LoadBalancer' ? [] : [forbidden(field, "may only be used when `type` is 'LoadBalancer'")];
  const check = (at: FieldPath, range: string) =>
    checkText(at, range.trim(), (text) => isValidCidrForLegacyField(text));
  if (ranges.length > 0) return [...errors, ...checkEach(ranges, field, (range, at) => check(at, range))];
  return annotated?.trim() ? [...errors, ...annotated.split(',').flatMap((range) => check(field, range))] : errors;
}

function validateLoadBalancer(spec: ServiceSpec): FieldError[] {
  const isBalanced = spec.type === 'LoadBalancer';
  const errors: FieldError[] = [];
  const onlyFor = (name: string) =>
    errors.push(forbidden(SPEC.child(name), "may only be used when `type` is 'LoadBalancer'"));
  if (isBalanced) {
    if (spec.allocateLoadBalancerNodePorts === undefined)
      errors.push(required(new FieldPath('allocateLoadBalancerNodePorts')));
    if (spec.loadBalancerClass !== undefined)
      append(errors, checkText(SPEC.child('loadBalancerClass'), spec.loadBalancerClass, isQualifiedName));
    return errors;
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined) onlyFor('allocateLoadBalancerNodePorts');
  if (spec.loadBalancerClass !== undefined) onlyFor('loadBalancerClass');
  return errors;
}

function validateTrafficPolicies(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const external = SPEC.child('externalTrafficPolicy');
  const policy = spec.externalTrafficPolicy;
  if (!isReachedFromOutside(spec)) {
    if (policy) errors.push(invalid(external, policy, 'may only be set for externally-accessible services'));
  } else append(errors, requireOneOf(external, policy, POLICIES));
  const health = SPEC.child('healthCheckNodePort');
  const port = spec.healthCheckNodePort;
  if (needsHealthCheck(spec)) append(errors, port ? checkNumber(health, port, isValidPortNumber) : [required(health)]);
  else if (port)
    errors.push(
      invalid(health, port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"),
    );
  const internal = SPEC.child('internalTrafficPolicy');
  if (spec.internalTrafficPolicy !== undefined)
    append(errors, optionalOneOf(internal, spec.internalTrafficPolicy, POLICIES));
  else if (spec.type !== 'ExternalName') errors.push(required(internal));
  return errors;
}

const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

/** A service keeps its addresses, its class and its health check as long as it is of a type that has them. */
export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const spec = service.spec ?? {};
  const before = old.spec ?? {};
  const errors = validateServiceAddressUpdate(service, old);
  if (
    before.type === 'LoadBalancer' &&
    spec.type === 'LoadBalancer' &&
    spec.loadBalancerClass !== before.loadBalancerClass
  )
    errors.push(invalid(SPEC.child('loadBalancerClass'), spec.loadBalancerClass, 'may not change once set'));
  const isMoved = spec.healthCheckNodePort !== before.healthCheckNodePort;
  if (needsHealthCheck(before) && needsHealthCheck(spec) && isMoved)
    errors.push(forbidden(SPEC.child('healthCheckNodePort'), 'field is immutable'));
  return errors;
}
