import { checkEach, checkNumber, checkText, optionalOneOf, requireOneOf, requireText } from '#api/checks.ts';
import { validateLabels } from '#api/meta/v1/object-meta-validation.ts';
import { append } from '#base/append.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notFound,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain, isDNS1123SubdomainWithUnderscore } from '#machinery/names/dns.ts';
import { isValidIpForLegacyField } from '#machinery/names/ip-checks.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { isInRange } from '#machinery/names/port.ts';
import { validateAffinity, validateSpread, validateTolerations } from './affinity-validation.ts';
import { validateContainers } from './container-validation.ts';
import { placedContainers } from './placed-containers.ts';
import { validateOs } from './pod-os-validation.ts';
import { validatePodResources } from './pod-resources-validation.ts';
import type { PodSpec } from './pod-spec.ts';
import { validateResourceRequirements } from './resource-validation.ts';
import { validatePodSecurityContext } from './security-context-validation.ts';
import { validateVolumes } from './volume-validation.ts';
import { validateHostProcess } from './windows-options-validation.ts';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const MAX_INT32 = 2 ** 31 - 1;

/** What is being judged: a template, or the pod of that name. */
export interface PodSpecOptions {
  readonly podName?: string | undefined;
  /** The pod only shows what a node runs by itself. */
  readonly isMirror?: boolean | undefined;
}

/** The rules of the spec of a pod or a pod template. */
export function validatePodSpec(spec: PodSpec, field: FieldPath, options?: PodSpecOptions): FieldError[] {
  return [
    ...validateVolumes(spec.volumes, field.child('volumes'), options?.podName),
    ...(options?.isMirror ? refuseClaims(spec) : validateClaims(spec, field.child('resourceClaims'))),
    ...validateContainers(spec, field),
    ...validatePodResources(spec, field.child('resources')),
    ...validateHostPorts(spec, field.child('containers'), options !== undefined),
    ...requireOneOf(field.child('restartPolicy'), spec.restartPolicy, RESTART_POLICIES),
    ...requireOneOf(field.child('dnsPolicy'), spec.dnsPolicy, DNS_POLICIES),
    ...validateLabels(spec.nodeSelector, field.child('nodeSelector')),
    ...(spec.securityContext
      ? validatePodSecurityContext(spec.securityContext, field.child('securityContext'), spec)
      : []),
    ...(spec.affinity ? validateAffinity(spec.affinity, field.child('affinity')) : []),
    ...validateDnsConfig(spec, field.child('dnsConfig')),
    ...checkEach(spec.readinessGates, field.child('readinessGates'), ({ conditionType }, at) =>
      checkText(at.child('conditionType'), conditionType, isQualifiedName),
    ),
    ...validateSchedulingGates(spec, field.child('schedulingGates')),
    ...validateSpread(spec.topologySpreadConstraints, field.child('topologySpreadConstraints')),
    ...validateHostProcess(spec, field),
    ...validateHostUsers(spec, field),
    ...validateSchedulingGroup(spec.schedulingGroup, field.child('schedulingGroup')),
    ...validateHostnameOverride(spec, field.child('hostnameOverride')),
    ...validateNames(spec, field),
    ...checkNumber(field.child('activeDeadlineSeconds'), spec.activeDeadlineSeconds, (value) =>
      isInRange(value, 1, MAX_INT32),
    ),
    ...validateTolerations(spec.tolerations, field.child('tolerations')),
    ...checkEach(spec.hostAliases, field.child('hostAliases'), ({ ip, hostnames }, at) => [
      ...checkText(at.child('ip'), ip, (text) => isValidIpForLegacyField(text)),
      ...checkEach(hostnames, at.child('hostnames'), (name, place) => checkText(place, name, isDNS1123Subdomain)),
    ]),
    ...validateResourceRequirements({ limits: spec.overhead }, field.child('overhead')),
    ...validateOs(spec, field),
    ...validateFileVolumes(spec, field),
  ];
}

/** Variables are read from files of volumes that containers of the pod itself have filled. */
const validateFileVolumes = (spec: PodSpec, field: FieldPath): FieldError[] =>
  placedContainers(spec, field).flatMap(({ container, at }) =>
    checkEach(container.env, at.child('env'), ({ valueFrom }, place) => {
      const name = valueFrom?.fileKeyRef?.volumeName;
      if (name === undefined) return [];
      const where = place.child('valueFrom', 'fileKeyRef', 'volumeName');
      const volume = spec.volumes?.find((each) => each.name === name);
      if (volume === undefined) return [notFound(where, name)];
      return volume.emptyDir ? [] : [invalid(where, name, 'referenced volume must be of type emptyDir')];
    }),
  );

const validateNames = (spec: PodSpec, field: FieldPath): FieldError[] => [
  ...checkSubdomain(field.child('serviceAccountName'), spec.serviceAccountName),
  ...checkSubdomain(field.child('nodeName'), spec.nodeName),
  ...(spec.hostname ? checkText(field.child('hostname'), spec.hostname, isDNS1123Label) : []),
  ...(spec.subdomain ? checkText(field.child('subdomain'), spec.subdomain, isDNS1123Label) : []),
  ...checkSubdomain(field.child('priorityClassName'), spec.priorityClassName),
  ...(spec.runtimeClassName === undefined
    ? []
    : checkText(field.child('runtimeClassName'), spec.runtimeClassName, isDNS1123Subdomain)),
  ...optionalOneOf(field.child('preemptionPolicy'), spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']),
];

const checkSubdomain = (field: FieldPath, name: string | undefined): FieldError[] =>
  name ? checkText(field, name, isDNS1123Subdomain) : [];

/** Users of its own go with no other namespace of the node. */
function validateHostUsers(spec: PodSpec, field: FieldPath): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const errors: FieldError[] = [];
  const refuse = (at: FieldPath) => errors.push(forbidden(at, 'when `hostUsers` is false'));
  if (spec.hostNetwork) refuse(field.child('hostNetwork'));
  if (spec.hostPID) refuse(field.child('HostPID'));
  if (spec.hostIPC) refuse(field.child('HostIPC'));
  for (const { container, at } of placedContainers(spec, field))
    if (container.volumeDevices?.length) refuse(at.child('volumeDevices'));
  return errors;
}

function validateSchedulingGroup(group: PodSpec['schedulingGroup'], field: FieldPath): FieldError[] {
  if (group === undefined) return [];
  if (group.podGroupName === undefined) return [invalid(field, '', 'must specify one of: `podGroupName`')];
  return checkText(field.child('podGroupName'), group.podGroupName, isDNS1123Subdomain);
}

function validateHostnameOverride(spec: PodSpec, field: FieldPath): FieldError[] {
  const name = spec.hostnameOverride;
  if (name === undefined) return [];
  const errors: FieldError[] = [];
  if (spec.setHostnameAsFQDN) errors.push(forbidden(field, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork) errors.push(forbidden(field, 'may not be specified when hostNetwork is true'));
  if (name.length > 64) errors.push(tooLong(field, 64));
  return [...errors, ...checkText(field, name, isDNS1123Subdomain)];
}

/** On the node's own network a container's port is the node's; a template may leave that open. */
const validateHostPorts = (spec: PodSpec, field: FieldPath, isPod: boolean): FieldError[] =>
  spec.hostNetwork
    ? checkEach(spec.containers, field, ({ ports }, at) =>
        checkEach(ports, at.child('ports'), ({ hostPort = 0, containerPort }, place) =>
          (isPod || hostPort !== 0) && hostPort !== containerPort
            ? [invalid(place.child('hostPort'), hostPort, 'must match `containerPort` when `hostNetwork` is true')]
            : [],
        ),
      )
    : [];

const refuseClaims = ({ resourceClaims = [] }: PodSpec): FieldError[] =>
  resourceClaims.map(() => forbidden(new FieldPath('[]'), 'static pods do not support resource claims'));

function validateClaims({ resourceClaims }: PodSpec, field: FieldPath): FieldError[] {
  const names = new Set<string>();
  return checkEach(resourceClaims, field, (claim, at) => {
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    const errors = names.has(name)
      ? [duplicate(at.child('name'), name)]
      : requireText(at.child('name'), name, isDNS1123Label);
    names.add(name);
    const shown = {
      Name: name ?? '',
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    };
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined)
      errors.push(
        invalid(at, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'),
      );
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined)
      errors.push(invalid(at, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    for (const [key, text] of Object.entries({ resourceClaimName, resourceClaimTemplateName }))
      if (text !== undefined) append(errors, checkText(at.child(key), text, isDNS1123Subdomain));
    return errors;
  });
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
  append(
    errors,
    checkEach(nameservers, servers, (ip, at) => checkText(at, ip, (text) => isValidIpForLegacyField(text))),
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
  append(errors, [
    ...checkEach(searches, at, (search, place) =>
      search === '.' ? [] : checkText(place, search.replace(/\.$/, ''), isDNS1123SubdomainWithUnderscore),
    ),
    ...checkEach(options, field.child('options'), ({ name }, place) =>
      name ? [] : [required(place, 'must not be empty')],
    ),
  ]);
  return errors;
}

function validateSchedulingGates({ schedulingGates }: PodSpec, field: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return checkEach(schedulingGates, field, ({ name }, at) => {
    const errors = checkText(at, name ?? '', isQualifiedName);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    return errors;
  });
}
