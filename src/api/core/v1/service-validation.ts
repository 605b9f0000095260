import { checkEach, checkNumber, checkPort, checkText, optionalOneOf, requireOneOf, requireText } from '#api/checks.ts';
import { validateLabels } from '#api/meta/v1/object-meta-validation.ts';
import { duplicate, type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isValidCidrForLegacyField, isValidIpForLegacyField } from '#machinery/names/ip-checks.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { isValidPortNumber } from '#machinery/names/port.ts';
import type { Service, ServicePort, ServiceSpec } from './service.ts';
import { isReachedFromOutside } from './service-access.ts';
import { validateNotSpecial } from './special-address.ts';

const SPEC = new FieldPath('spec');
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const POLICIES = ['Cluster', 'Local'];
const ONE_DAY_SECONDS = 86400;

const isHeadless = ({ clusterIP, clusterIPs }: ServiceSpec): boolean =>
  clusterIP === 'None' || clusterIPs?.[0] === 'None';

export function validateService({ spec = {} }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName')
    errors.push(required(SPEC.child('ports')));
  errors.push(
    ...validateByType(spec),
    ...validatePorts(spec, SPEC.child('ports')),
    ...validateLabels(spec.selector, SPEC.child('selector')),
    ...validateAffinity(spec),
    ...validateAddresses(spec),
    ...requireOneOf(SPEC.child('type'), spec.type, TYPES),
    ...nodePortErrors(spec, SPEC.child('ports')),
    ...validateLoadBalancer(spec),
    ...validateTrafficPolicies(spec),
    ...validateFamilies(spec),
  );
  return errors;
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
        spec.clusterIPs?.length || spec.clusterIP
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
  if (port.name) errors.push(...checkText(field.child('name'), port.name, isDNS1123Label));
  else if (nameNeeded) errors.push(required(field.child('name')));
  errors.push(...checkNumber(field.child('port'), port.port, isValidPortNumber));
  errors.push(...requireOneOf(field.child('protocol'), port.protocol, PROTOCOLS));
  errors.push(...checkPort(field.child('targetPort'), port.targetPort ?? port.port));
  if (port.appProtocol !== undefined)
    errors.push(...checkText(field.child('appProtocol'), port.appProtocol, isQualifiedName));
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

const validateAddresses = (spec: ServiceSpec): FieldError[] => [
  ...checkEach(spec.clusterIPs, SPEC.child('clusterIPs'), (ip, at) =>
    ip === 'None' || ip === '' ? [] : checkText(at, ip, (text) => isValidIpForLegacyField(text)),
  ),
  ...checkEach(spec.externalIPs, SPEC.child('externalIPs'), (ip, at) => {
    const wrong = checkText(at, ip, (text) => isValidIpForLegacyField(text));
    return wrong.length > 0 ? wrong : validateNotSpecial(ip, at);
  }),
];

function validateLoadBalancer(spec: ServiceSpec): FieldError[] {
  const isBalanced = spec.type === 'LoadBalancer';
  const errors: FieldError[] = [];
  const onlyFor = (name: string) =>
    errors.push(forbidden(SPEC.child(name), "may only be used when `type` is 'LoadBalancer'"));
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0) {
    if (!isBalanced) onlyFor('LoadBalancerSourceRanges');
    errors.push(
      ...checkEach(ranges, SPEC.child('LoadBalancerSourceRanges'), (range, at) =>
        checkText(at, range.trim(), (text) => isValidCidrForLegacyField(text)),
      ),
    );
  }
  if (isBalanced) {
    if (spec.allocateLoadBalancerNodePorts === undefined)
      errors.push(required(SPEC.child('allocateLoadBalancerNodePorts')));
    if (spec.loadBalancerClass !== undefined)
      errors.push(...checkText(SPEC.child('loadBalancerClass'), spec.loadBalancerClass, isQualifiedName));
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
  } else errors.push(...requireOneOf(external, policy, POLICIES));
  const health = SPEC.child('healthCheckNodePort');
  if (spec.healthCheckNodePort) {
    if (spec.type !== 'LoadBalancer' || policy !== 'Local')
      errors.push(
        invalid(
          health,
          spec.healthCheckNodePort,
          "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
        ),
      );
    else errors.push(...checkNumber(health, spec.healthCheckNodePort, isValidPortNumber));
  }
  const internal = SPEC.child('internalTrafficPolicy');
  if (spec.internalTrafficPolicy !== undefined)
    errors.push(...optionalOneOf(internal, spec.internalTrafficPolicy, POLICIES));
  else if (spec.type !== 'ExternalName') errors.push(required(internal));
  return errors;
}

const validateFamilies = (spec: ServiceSpec): FieldError[] => [
  ...checkEach(spec.ipFamilies, SPEC.child('ipFamilies'), (family, at) => optionalOneOf(at, family, ['IPv4', 'IPv6'])),
  ...optionalOneOf(SPEC.child('ipFamilyPolicy'), spec.ipFamilyPolicy, [
    'PreferDualStack',
    'RequireDualStack',
    'SingleStack',
  ]),
  ...optionalOneOf(SPEC.child('trafficDistribution'), spec.trafficDistribution, [
    'PreferClose',
    'PreferSameZone',
    'PreferSameNode',
  ]),
];

/** A service keeps its address and its class as long as it is of a type that has them. */
export function validateServiceUpdate({ spec = {} }: Service, old: Service): FieldError[] {
  const before = old.spec ?? {};
  const errors: FieldError[] = [];
  const had = before.clusterIP;
  if (had && before.type !== 'ExternalName' && spec.type !== 'ExternalName') {
    const detail = spec.clusterIP ? 'may not change once set' : 'primary clusterIP can not be unset';
    if (spec.clusterIP !== had) errors.push(invalid(SPEC.child('clusterIPs').index(0), spec.clusterIP ?? '', detail));
  }
  if (before.type === 'LoadBalancer' && spec.type === 'LoadBalancer') {
    if (before.loadBalancerClass !== undefined && spec.loadBalancerClass !== before.loadBalancerClass)
      errors.push(invalid(SPEC.child('loadBalancerClass'), spec.loadBalancerClass, 'may not change once set'));
    const port = before.healthCheckNodePort;
    if (port && before.externalTrafficPolicy === 'Local' && spec.externalTrafficPolicy === 'Local')
      if (spec.healthCheckNodePort !== port)
        errors.push(forbidden(SPEC.child('healthCheckNodePort'), 'field is immutable'));
  }
  return errors;
}
