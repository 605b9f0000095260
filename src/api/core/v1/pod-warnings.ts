import type { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { append } from '#base/append.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { ipWarnings } from '#machinery/names/ip-checks.ts';
import { HarmlessValues } from '#machinery/objects/harmless-values.ts';
import type { PodAffinity } from './affinity.ts';
import { templateConfinementWarnings } from './app-armor-annotations.ts';
import type { Container } from './container.ts';
import { fractionWarnings } from './fraction-warnings.ts';
import { deprecatedNodeLabel, nodeSelectorTermWarnings, preferenceWarnings } from './node-label-warnings.ts';
import { placedContainers } from './placed-containers.ts';
import type { Pod } from './pod.ts';
import { SECCOMP_CONTAINER, SECCOMP_POD } from './pod-annotations-validation.ts';
import type { PodSpec } from './pod-spec.ts';
import { type PlacedContainers, portWarnings } from './port-warnings.ts';
import { volumeWarnings } from './volume-warnings.ts';

/** Specs of which nothing is odd. */
const plainSpecs = new HarmlessValues();

/** What is odd about a pod, though it is valid. */
export const podWarnings = (pod: Pod): string[] => {
  const { metadata, spec } = pod;
  if (spec === undefined) return [];
  if (!plainSpecs.has(spec, () => specWarnings(undefined, spec, ROOT))) return specWarnings(metadata, spec, ROOT);
  return [...annotationWarnings(metadata, ANNOTATIONS_AT), ...seccompWarnings(metadata, spec, ANNOTATIONS_AT)];
};

const ROOT = new FieldPath();
const ANNOTATIONS_AT = ROOT.child('metadata', 'annotations');

/** The same for a pod template at `field`. */
export function templateWarnings(
  template: { readonly metadata?: ObjectMeta | undefined; readonly spec?: PodSpec | undefined } | undefined,
  field: FieldPath,
): string[] {
  const { metadata, spec } = template ?? {};
  if (spec === undefined) return [];
  return [...specWarnings(metadata, spec, field), ...templateConfinementWarnings(metadata, spec, field)];
}

function specWarnings(metadata: ObjectMeta | undefined, spec: PodSpec, field: FieldPath): string[] {
  const at = field.child('spec');
  const containers = containersOf(spec, at);
  return [
    ...placementWarnings(spec, at),
    ...annotationWarnings(metadata, field.child('metadata', 'annotations')),
    ...volumeWarnings(spec.volumes ?? [], at.child('volumes')),
    ...duplicateWarnings(spec.hostAliases ?? [], at.child('hostAliases'), 'ip'),
    ...duplicateWarnings(spec.imagePullSecrets ?? [], at.child('imagePullSecrets'), 'name'),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, position) =>
      name ? [] : [`${at.child('imagePullSecrets').index(position).child('name')}: invalid empty name ""`],
    ),
    ...fractionWarnings(spec.overhead, BYTES, at.child('overhead')),
    ...seccompWarnings(metadata, spec, field.child('metadata', 'annotations')),
    ...containers.flatMap(([container, place]) => containerWarnings(container, place)),
    ...portWarnings(containers),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [
          `${at.child('terminationGracePeriodSeconds')}: must be >= 0; negative values are invalid and will be treated as 1`,
        ]
      : []),
    ...podAffinityWarnings(spec.affinity?.podAffinity, at.child('affinity', 'podAffinity')),
    ...podAffinityWarnings(spec.affinity?.podAntiAffinity, at.child('affinity', 'podAntiAffinity')),
    ...addressWarnings(spec, at),
  ];
}

const BYTES = ['memory', 'ephemeral-storage'];

const containersOf = (spec: PodSpec, field: FieldPath): PlacedContainers =>
  (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, position) => [container, field.child(list).index(position)] as const),
  );

function placementWarnings(spec: PodSpec, field: FieldPath): string[] {
  const warnings: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const message = deprecatedNodeLabel(key);
    if (message) warnings.push(`${field.child('nodeSelector').key(key)}: ${message}`);
  }
  const nodes = spec.affinity?.nodeAffinity;
  const at = field.child('affinity', 'nodeAffinity');
  const hard = nodes?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const [position, term] of hard.entries()) {
    const terms = at.child('requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms');
    append(warnings, nodeSelectorTermWarnings(term, terms.index(position)));
  }
  const soft = nodes?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [position, { preference }] of soft.entries()) {
    const terms = at.child('preferredDuringSchedulingIgnoredDuringExecution');
    append(warnings, preferenceWarnings(preference, terms.index(position).child('preference')));
  }
  for (const [position, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const place = field.child('topologySpreadConstraints').index(position);
    const message = deprecatedNodeLabel(topologyKey);
    if (message) warnings.push(`${place.child('topologyKey')}: ${topologyKey} is ${message}`);
    if (labelSelector === undefined) warnings.push(matchesNothing(place));
  }
  return warnings;
}

const matchesNothing = (field: FieldPath): string =>
  `${field.child('labelSelector')}: a null labelSelector results in matching no pod`;

const ANNOTATIONS: readonly (readonly [key: string, message: string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
];

const annotationWarnings = (metadata: ObjectMeta | undefined, field: FieldPath): string[] =>
  ANNOTATIONS.filter(([key]) => metadata?.annotations?.[key] !== undefined).map(
    ([key, message]) => `${field.key(key)}: ${message}`,
  );

/** Annotations that confined a pod or a container once, where the field does not. */
function seccompWarnings(metadata: ObjectMeta | undefined, spec: PodSpec, field: FieldPath): string[] {
  const annotations = metadata?.annotations;
  if (annotations === undefined) return [];
  const keys = [
    ...(spec.securityContext?.seccompProfile ? [] : [SECCOMP_POD]),
    ...placedContainers(spec, field)
      .filter(({ container }) => !container.securityContext?.seccompProfile)
      .map(({ container }) => `${SECCOMP_CONTAINER}${container.name}`),
  ];
  return keys
    .filter((key) => annotations[key] !== undefined)
    .map((key) => `${field.key(key)}: non-functional in v1.27+; use the "seccompProfile" field instead`);
}

function duplicateWarnings<K extends string>(
  items: readonly { readonly [name in K]?: string | undefined }[],
  field: FieldPath,
  name: K,
): string[] {
  const seen = new Set<string>();
  return items.flatMap((item, position) => {
    const value = item[name] ?? '';
    if (seen.has(value)) return [`${field.index(position).child(name)}: duplicate ${name} ${JSON.stringify(value)}`];
    seen.add(value);
    return [];
  });
}

function containerWarnings(container: Container, field: FieldPath): string[] {
  const { limits, requests } = container.resources ?? {};
  const resources = field.child('resources');
  const warnings = BYTES.flatMap((name) => [
    ...fractionWarnings(limits, [name], resources.child('limits')),
    ...fractionWarnings(requests, [name], resources.child('requests')),
  ]);
  const seen = new Set<string>();
  for (const [position, { name, value = '', valueFrom }] of (container.env ?? []).entries()) {
    const reference = `$(${name})`;
    // A value that is made from the earlier one needs both.
    const buildsOn = valueFrom === undefined && value !== reference && value.includes(reference);
    if (seen.has(name) && !buildsOn)
      warnings.push(
        `${field.child('env').index(position)}: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
      );
    seen.add(name);
  }
  return warnings;
}

function podAffinityWarnings(affinity: PodAffinity | undefined, field: FieldPath): string[] {
  const hard = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const soft = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const at = (list: string, position: number) => field.child(list).index(position);
  return [
    ...hard.flatMap(({ labelSelector }, position) =>
      labelSelector ? [] : [matchesNothing(at('requiredDuringSchedulingIgnoredDuringExecution', position))],
    ),
    ...soft.flatMap(({ podAffinityTerm }, position) =>
      podAffinityTerm?.labelSelector
        ? []
        : [matchesNothing(at('preferredDuringSchedulingIgnoredDuringExecution', position).child('podAffinityTerm'))],
    ),
  ];
}

const addressWarnings = ({ dnsConfig, hostAliases }: PodSpec, field: FieldPath): string[] => [
  ...(dnsConfig?.nameservers ?? []).flatMap((ip, position) =>
    ipWarnings(String(field.child('dnsConfig', 'nameservers').index(position)), ip),
  ),
  ...(hostAliases ?? []).flatMap(({ ip }, position) =>
    ipWarnings(String(field.child('hostAliases').index(position).child('ip')), ip),
  ),
];
