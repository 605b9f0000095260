import { checkEach, checkNumber, checkText, optionalOneOf, requireOneOf, requireText } from '#api/checks.ts';
import { validateLabels } from '#api/meta/v1/object-meta-validation.ts';
import { duplicate, type FieldError, type FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain, isDNS1123SubdomainWithUnderscore } from '#machinery/names/dns.ts';
import { isValidIpForLegacyField } from '#machinery/names/ip-checks.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { isInRange } from '#machinery/names/port.ts';
import { validateAffinity, validateSpread, validateTolerations } from './affinity-validation.ts';
import { validateContainers } from './container-validation.ts';
import { isPodLevelResource } from './pod-level-resources.ts';
import type { PodSpec } from './pod-spec.ts';
import { validateResourceAmount, validateResourceName } from './resource-validation.ts';
import { validatePodSecurityContext } from './security-context-validation.ts';
import { validateVolumes } from './volume-validation.ts';

const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const DNS_POLICIES = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
const MAX_INT32 = 2 ** 31 - 1;

/** The rules of the spec of a pod or a pod template. */
export function validatePodSpec(spec: PodSpec, field: FieldPath): FieldError[] {
  return [
    ...validateVolumes(spec.volumes, field.child('volumes')),
    ...validateContainers(spec, field),
    ...requireOneOf(field.child('restartPolicy'), spec.restartPolicy, RESTART_POLICIES),
    ...requireOneOf(field.child('dnsPolicy'), spec.dnsPolicy, DNS_POLICIES),
    ...validateLabels(spec.nodeSelector, field.child('nodeSelector')),
    ...validateSecurity(spec, field),
    ...(spec.affinity ? validateAffinity(spec.affinity, field.child('affinity')) : []),
    ...validateDnsConfig(spec, field.child('dnsConfig')),
    ...checkEach(spec.readinessGates, field.child('readinessGates'), ({ conditionType }, at) =>
      checkText(at.child('conditionType'), conditionType, isQualifiedName),
    ),
    ...validateSchedulingGates(spec, field.child('schedulingGates')),
    ...validateSpread(spec.topologySpreadConstraints, field.child('topologySpreadConstraints')),
    ...validateNames(spec, field),
    ...checkNumber(field.child('activeDeadlineSeconds'), spec.activeDeadlineSeconds, (value) =>
      isInRange(value, 1, MAX_INT32),
    ),
    ...validateTolerations(spec.tolerations, field.child('tolerations')),
    ...checkEach(spec.hostAliases, field.child('hostAliases'), ({ ip, hostnames }, at) => [
      ...checkText(at.child('ip'), ip, (text) => isValidIpForLegacyField(text)),
      ...checkEach(hostnames, at.child('hostnames'), (name) =>
        checkText(at.child('hostnames'), name, isDNS1123Subdomain),
      ),
    ]),
    ...validateResources(spec, field),
  ];
}

const validateNames = (spec: PodSpec, field: FieldPath): FieldError[] => [
  ...checkSubdomain(field.child('serviceAccountName'), spec.serviceAccountName),
  ...checkSubdomain(field.child('nodeName'), spec.nodeName),
  ...(spec.hostname ? checkText(field.child('hostname'), spec.hostname, isDNS1123Label) : []),
  ...(spec.subdomain ? checkText(field.child('subdomain'), spec.subdomain, isDNS1123Label) : []),
  ...checkSubdomain(field.child('priorityClassName'), spec.priorityClassName),
  ...checkSubdomain(field.child('runtimeClassName'), spec.runtimeClassName),
  ...optionalOneOf(field.child('preemptionPolicy'), spec.preemptionPolicy, ['Never', 'PreemptLowerPriority']),
  ...(spec.os ? requireOneOf(field.child('os', 'name'), spec.os.name, ['linux', 'windows']) : []),
];

const checkSubdomain = (field: FieldPath, name: string | undefined): FieldError[] =>
  name ? checkText(field, name, isDNS1123Subdomain) : [];

function validateSecurity(spec: PodSpec, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.shareProcessNamespace && spec.hostPID)
    errors.push(
      invalid(field.child('shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
    );
  if (spec.hostUsers === false) {
    for (const name of ['hostNetwork', 'hostPID', 'hostIPC'] as const)
      if (spec[name]) errors.push(invalid(field.child(name), true, 'when `hostUsers` is false'));
  }
  const context = spec.securityContext;
  return context ? [...errors, ...validatePodSecurityContext(context, field.child('securityContext'))] : errors;
}

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

function validateDnsConfig({ dnsPolicy, dnsConfig }: PodSpec, field: FieldPath): FieldError[] {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return [required(field, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (!dnsConfig.nameservers?.length)
      return [
        required(field.child('nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
      ];
  }
  if (!dnsConfig) return [];
  const { nameservers = [], searches = [], options } = dnsConfig;
  const errors: FieldError[] = [];
  const servers = field.child('nameservers');
  if (nameservers.length > MAX_NAMESERVERS)
    errors.push(invalid(servers, nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`));
  errors.push(
    ...checkEach(nameservers, servers, (ip, at) => checkText(at, ip, (text) => isValidIpForLegacyField(text))),
  );
  const at = field.child('searches');
  if (searches.length > MAX_SEARCHES)
    errors.push(invalid(at, searches, `must not have more than ${MAX_SEARCHES} search paths`));
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS)
    errors.push(
      invalid(
        at,
        searches,
        `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`,
      ),
    );
  errors.push(
    ...checkEach(searches, at, (search, place) =>
      search === '.' ? [] : checkText(place, search.replace(/\.$/, ''), isDNS1123SubdomainWithUnderscore),
    ),
    ...checkEach(options, field.child('options'), ({ name }, place) =>
      name ? [] : [required(place, 'must not be empty')],
    ),
  );
  return errors;
}

function validateSchedulingGates({ schedulingGates }: PodSpec, field: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return checkEach(schedulingGates, field, ({ name }, at) => {
    const errors = requireText(at.child('name'), name, isQualifiedName);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    return errors;
  });
}

function validateResources({ resources, overhead }: PodSpec, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [list, amounts] of Object.entries({ limits: resources?.limits, requests: resources?.requests })) {
    for (const [name, text] of Object.entries(amounts ?? {})) {
      const at = field.child('resources', list).key(name);
      errors.push(...validateResourceName(name, at), ...validateResourceAmount(name, text, at));
      if (!isPodLevelResource(name)) errors.push(...optionalOneOf(at, name, ['cpu', 'hugepages-', 'memory']));
    }
  }
  for (const [name, text] of Object.entries(overhead ?? {})) {
    const at = field.child('overhead', 'limits').key(name);
    errors.push(...validateResourceName(name, at), ...validateResourceAmount(name, text, at));
  }
  return errors;
}
