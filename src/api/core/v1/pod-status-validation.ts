import { checkEach, checkNumber, checkText, immutable, nonNegative } from '#api/checks.ts';
import { append } from '#base/append.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { parseIp } from '#machinery/names/ip.ts';
import { ipWarnings, isValidIpForLegacyField } from '#machinery/names/ip-checks.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { isValidId } from '#machinery/names/port.ts';
import type { Container } from './container.ts';
import type { Pod } from './pod.ts';
import { validatePodAnnotationUpdates } from './pod-annotations-validation.ts';
import type { PodSpec } from './pod-spec.ts';
import type { ContainerStatus, PodStatus } from './pod-status.ts';

const METADATA = new FieldPath('metadata');
const STATUS = new FieldPath('status');

/** Conditions that the system itself keeps: only names beside these must be qualified. */
const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];
const MESSAGE_LIMIT = 1024;
const HEALTH = ['Healthy', 'Unhealthy', 'Unknown'];

/** The rules of a status that a node agent reports. */
export function validatePodStatusUpdate(pod: Pod, old: Pod): FieldError[] {
  const { status = {}, spec } = pod;
  const before = old.status ?? {};
  const errors = [
    ...validatePodAnnotationUpdates(pod, old),
    ...conditionErrors(status),
    ...nonNegative(STATUS.child('observedGeneration'), status.observedGeneration),
  ];
  if (spec?.nodeName !== old.spec?.nodeName)
    errors.push(forbidden(STATUS.child('nodeName'), 'may not be changed directly'));
  if (status.nominatedNodeName && status.nominatedNodeName !== before.nominatedNodeName)
    append(errors, checkText(STATUS.child('nominatedNodeName'), status.nominatedNodeName, isDNS1123Subdomain));
  // Much of what is written about pods says nothing of containers, before any run.
  const isOfContainers = LISTS.some((list) => status[list]?.length || before[list]?.length);
  append(errors, [
    ...immutable(STATUS.child('qosClass'), status.qosClass ?? '', before.qosClass ?? ''),
    ...(isOfContainers ? transitionErrors(status, before, spec) : []),
    ...claimErrors(status, spec),
    ...extendedErrors(status, spec),
    ...podAddressErrors(status, before),
    ...hostAddressErrors(status, before),
  ]);
  if (isOfContainers) append(errors, [...userErrors(status, spec), ...allocationErrors(status, spec)]);
  return errors;
}

/** What is odd about the addresses of a status. */
export const podStatusWarnings = ({ status }: Pod): string[] =>
  (['podIPs', 'hostIPs'] as const).flatMap((list) =>
    (status?.[list] ?? []).flatMap(({ ip }, position) => ipWarnings(`status.${list}[${position}].ip`, ip)),
  );

const conditionErrors = ({ conditions }: PodStatus): FieldError[] =>
  // Said of metadata, as clients know it.
  checkEach(conditions, METADATA.child('conditions'), ({ type, observedGeneration }, at) => [
    ...nonNegative(at.child('observedGeneration'), observedGeneration),
    ...(SYSTEM_CONDITIONS.includes(type) ? [] : checkText(at.child('Type'), type, isQualifiedName)),
  ]);

/** A container that ended and is not to be started again does not come back. */
function transitionErrors(status: PodStatus, before: PodStatus, spec: PodSpec | undefined): FieldError[] {
  const canReturn = (container: Container | undefined, exitCode: number, isInit: boolean): boolean => {
    if (isInit && container?.restartPolicy === 'Always') return true;
    return restartsAll(spec) || restarts(container, exitCode, spec?.restartPolicy ?? 'Always');
  };
  const among = (list: 'containers' | 'initContainers') => (name: string, exitCode: number) =>
    canReturn(
      spec?.[list]?.find((each) => each.name === name),
      exitCode,
      list === 'initContainers',
    );
  return [
    ...returned(status, before, 'containerStatuses', among('containers')),
    ...returned(status, before, 'initContainerStatuses', among('initContainers')),
    ...returned(status, before, 'ephemeralContainerStatuses', () => false),
  ];
}

function returned(
  status: PodStatus,
  before: PodStatus,
  list: 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses',
  canReturn: (name: string, exitCode: number) => boolean,
): FieldError[] {
  return checkEach(before[list], STATUS.child(list), ({ name, state }, at) => {
    const ended = state?.terminated;
    if (!ended || canReturn(name, ended.exitCode)) return [];
    const isBack = status[list]?.some((now) => now.name === name && !now.state?.terminated);
    return isBack ? [forbidden(at.child('state'), 'may not be transitioned to non-terminated state')] : [];
  });
}

/** Whether the container's own rules, its own policy or else the pod's policy start it again after `exitCode`. */
function restarts(container: Container | undefined, exitCode: number, podPolicy: string): boolean {
  for (const { action, exitCodes } of container?.restartPolicyRules ?? []) {
    const isListed = exitCodes?.values?.includes(exitCode) ?? false;
    if (exitCodes && isListed === (exitCodes.operator === 'In')) return action === 'Restart';
  }
  const policy = container?.restartPolicy ?? podPolicy;
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

const restartsAll = (spec: PodSpec | undefined): boolean =>
  [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(({ restartPolicyRules }) =>
    restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
  );

function claimErrors({ resourceClaimStatuses }: PodStatus, spec: PodSpec | undefined): FieldError[] {
  if (!resourceClaimStatuses?.length) return [];
  const claims = new Set((spec?.resourceClaims ?? []).map(({ name }) => name));
  const seen = new Set<string>();
  return checkEach(resourceClaimStatuses, STATUS.child('resourceClaimStatuses'), (claim, at) => {
    const { name, resourceClaimName } = claim;
    const errors: FieldError[] = [];
    if (!claims.has(name))
      errors.push(invalid(at.child('name'), name, 'must match the name of an entry in `spec.resourceClaims`'));
    if (seen.has(name)) errors.push(duplicate(at.child('name'), name));
    seen.add(name);
    if (resourceClaimName !== undefined)
      append(errors, checkText(at.child('resourceClaimName'), resourceClaimName, isDNS1123Subdomain));
    return errors;
  });
}

/** The claim that was made for extended resources serves what containers ask for. */
function extendedErrors({ extendedResourceClaimStatus: told }: PodStatus, spec: PodSpec | undefined): FieldError[] {
  if (told === undefined) return [];
  const field = STATUS.child('extendedResourceClaimStatus');
  const at = field.child('requestMappings');
  const { requestMappings = [], resourceClaimName = '' } = told;
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const seen = new Set<string>();
  const mappings = checkEach(requestMappings, at, (mapping, place) => {
    const { containerName = '', resourceName = '', requestName = '' } = mapping;
    const container = containers.find(({ name }) => name === containerName);
    const key = JSON.stringify([containerName, resourceName, requestName]);
    const isKnown = seen.has(key);
    seen.add(key);
    return [
      ...(container === undefined ? [invalid(place.child('containerName'), containerName, NO_CONTAINER)] : []),
      ...(container && !Object.hasOwn(container.resources?.requests ?? {}, resourceName)
        ? [invalid(place.child('resourceName'), resourceName, NO_EXTENDED)]
        : []),
      // Upstream names no mapping here.
      ...checkText(field.child('requestName'), requestName, isDNS1123Label),
      ...(isKnown ? MAPPED.map((name) => duplicate(place.child(name), mapping[name])) : []),
    ];
  });
  const name = field.child('resourceClaimName');
  return [
    ...(requestMappings.length === 0 ? [required(at, 'at least one request mapping is required')] : []),
    ...mappings,
    ...(resourceClaimName === '' ? [required(name)] : checkText(name, resourceClaimName, isDNS1123Subdomain)),
  ];
}

const MAPPED = ['containerName', 'resourceName', 'requestName'] as const;
const NO_CONTAINER = 'must match the name of an entry in spec.initContainers.name or spec.containers.name';
const NO_EXTENDED =
  'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests';

type Addresses = readonly { readonly ip: string }[];

function podAddressErrors({ podIPs = [] }: PodStatus, before: PodStatus): FieldError[] {
  if (podIPs.length === 0) return [];
  const field = STATUS.child('podIPs');
  return [
    ...addressErrors(podIPs, before.podIPs ?? [], field),
    ...pairErrors(podIPs, field),
    ...repeatErrors(podIPs, field),
  ];
}

function hostAddressErrors({ hostIP = '', hostIPs = [] }: PodStatus, before: PodStatus): FieldError[] {
  const [first] = hostIPs;
  if (first === undefined) return [];
  const field = STATUS.child('hostIPs');
  return [
    ...(hostIP === first.ip ? [] : [invalid(field.index(0).child('ip'), first.ip, 'must be equal to `hostIP`')]),
    ...addressErrors(hostIPs, before.hostIPs ?? [], field),
    ...repeatErrors(hostIPs, field),
    ...pairErrors(hostIPs, field),
  ];
}

/** Addresses that were there already are let be. */
const addressErrors = (addresses: Addresses, before: Addresses, field: FieldPath): FieldError[] =>
  checkEach(addresses, field, ({ ip }, at) =>
    before.some((each) => each.ip === ip) ? [] : checkText(at, ip, (text) => isValidIpForLegacyField(text)),
  );

function repeatErrors(addresses: Addresses, field: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return checkEach(addresses, field, ({ ip }, at) => {
    if (seen.has(ip)) return [duplicate(at, { IP: ip })];
    seen.add(ip);
    return [];
  });
}

function pairErrors(addresses: Addresses, field: FieldPath): FieldError[] {
  if (addresses.length < 2) return [];
  const families = new Set(addresses.map(({ ip }) => parseIp(ip)?.family));
  if (addresses.length === 2 && families.has(4) && families.has(6)) return [];
  const shown = addresses.map(({ ip }) => ({ IP: ip }));
  return [invalid(field, shown, 'may specify no more than one IP for each IP family')];
}

const LISTS = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

const userErrors = (status: PodStatus, spec: PodSpec | undefined): FieldError[] =>
  LISTS.flatMap((list) =>
    checkEach(status[list], STATUS.child(list), ({ user }, at) => {
      const linux = user?.linux;
      if (linux === undefined) return [];
      const field = at.child('linux');
      if (spec?.os?.name === 'windows') return [forbidden(field, 'cannot be set for a windows pod')];
      return [
        ...checkNumber(field.child('uid'), linux.uid, isValidId),
        ...checkNumber(field.child('gid'), linux.gid, isValidId),
        ...checkEach(linux.supplementalGroups, field.child('supplementalGroups'), (group, place) =>
          checkNumber(place, group, isValidId),
        ),
      ];
    }),
  );

/** What is said of devices belongs to what the container asks for. */
const allocationErrors = (status: PodStatus, spec: PodSpec | undefined): FieldError[] => [
  ...allocationErrorsOf(status.containerStatuses, STATUS.child('containerStatuses'), spec?.containers),
  ...allocationErrorsOf(status.initContainerStatuses, STATUS.child('initContainerStatuses'), spec?.initContainers),
  ...checkEach(status.ephemeralContainerStatuses, STATUS.child('ephemeralContainerStatuses'), (container, at) =>
    container.allocatedResourcesStatus?.length
      ? [forbidden(at.child('allocatedResourcesStatus'), 'must not be specified in container status')]
      : [],
  ),
];

const allocationErrorsOf = (
  statuses: readonly ContainerStatus[] | undefined,
  field: FieldPath,
  containers: readonly Container[] | undefined,
): FieldError[] =>
  checkEach(statuses, field, (status, at) => {
    const container = containers?.find(({ name }) => name === status.name);
    return checkEach(status.allocatedResourcesStatus, at.child('allocatedResourcesStatus'), (resource, place) => {
      const errors: FieldError[] = [];
      if (container && !asksFor(container, resource.name))
        errors.push(invalid(place.child('name'), resource.name, isClaim(resource.name) ? NO_CLAIM : NO_REQUEST));
      const seen = new Set<string>();
      return [
        ...errors,
        ...checkEach(resource.resources, place.child('resources'), ({ resourceID, health, message }, where) => {
          const wrong = HEALTH.includes(health ?? '')
            ? []
            : [notSupported(where.child('health'), health ?? '', HEALTH)];
          if (message === '') wrong.push(required(where.child('message'), 'must be non-empty if specified'));
          if (byteLength(message ?? '') > MESSAGE_LIMIT) wrong.push(tooLong(where.child('message'), MESSAGE_LIMIT));
          if (seen.has(resourceID)) wrong.push(duplicate(where.child('resourceID'), resourceID));
          seen.add(resourceID);
          return wrong;
        }),
      ];
    });
  });

const isClaim = (name: string): boolean => name.startsWith('claim:');

const NO_REQUEST = "must match one of the container's resource requests";
const NO_CLAIM =
  "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";

function asksFor({ resources = {} }: Container, name: string): boolean {
  if (!isClaim(name)) return Object.hasOwn(resources.requests ?? {}, name);
  return (resources.claims ?? []).some(
    (claim) => name === `claim:${claim.name}${claim.request ? `/${claim.request}` : ''}`,
  );
}
