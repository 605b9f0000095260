import { checkEach } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { difference } from '#machinery/errors/difference.ts';
import { type FieldError, FieldPath, forbidden, invalid } from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { HarmlessValues } from '#machinery/objects/harmless-values.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { NodeAffinity, NodeSelectorTerm, Toleration } from './affinity.ts';
import { EphemeralContainer } from './container.ts';
import { checkPadding } from './container-validation.ts';
import type { Pod } from './pod.ts';
import { MIRROR, validatePodAnnotations, validatePodAnnotationUpdates } from './pod-annotations-validation.ts';
import { validateProfilesMatch } from './pod-profiles-validation.ts';
import type { PodSpec } from './pod-spec.ts';
import { type PodSpecOptions, validatePodSpec } from './pod-spec-validation.ts';
import { podSpecForm } from './pod-template-form.ts';

const SPEC = new FieldPath('spec');

/** The rules of a pod. */
export const validatePod = ({ metadata, spec = { containers: [] } }: Pod): FieldError[] => [
  ...validatePodAnnotations(metadata?.annotations, spec, new FieldPath('metadata').child('annotations')),
  ...specErrors(spec, { podName: metadata?.name, isMirror: metadata?.annotations?.[MIRROR] !== undefined }),
];

/** Specs that are right whatever the pod's name is. */
const rightSpecs = new HarmlessValues();

function specErrors(spec: PodSpec, options: PodSpecOptions): FieldError[] {
  const check = () => [
    ...validatePodSpec(spec, SPEC, options),
    ...tokenErrors(spec, SPEC.child('volumes')),
    ...imageErrors(spec),
  ];
  // The claims of such volumes are named after the pod.
  if (options.isMirror || spec.volumes?.some(({ ephemeral }) => ephemeral)) return check();
  return rightSpecs.has(spec, check) ? [] : check();
}

/** Without a service account there is nobody a token could be for. */
const tokenErrors = (spec: PodSpec | undefined, field: FieldPath): FieldError[] =>
  spec?.serviceAccountName
    ? []
    : checkEach(spec?.volumes, field, ({ projected }, at) =>
        checkEach(projected?.sources, at.child('projected', 'sources'), ({ serviceAccountToken }, place) =>
          serviceAccountToken
            ? [
                forbidden(
                  place.child('serviceAccountToken'),
                  'must not be specified when serviceAccountName is not set',
                ),
              ]
            : [],
        ),
      );

/** Templates may have blanks around the names of images, pods may not. */
const imageErrors = (spec: PodSpec): FieldError[] =>
  (['containers', 'initContainers'] as const).flatMap((list) =>
    checkEach(spec[list], SPEC.child(list), ({ image = '' }, at) => checkPadding(image, at.child('image'))),
  );

/** The rules of a new pod. */
export function validatePodCreate({ metadata, spec }: Pod): FieldError[] {
  const errors: FieldError[] = [];
  if (spec?.ephemeralContainers?.length)
    errors.push(forbidden(SPEC.child('ephemeralContainers'), 'cannot be set on create'));
  if (spec?.nodeName && spec.schedulingGates?.length)
    errors.push(forbidden(SPEC.child('nodeName'), 'cannot be set until all schedulingGates have been cleared'));
  if (spec) append(errors, validateProfilesMatch(metadata?.annotations ?? {}, spec, SPEC));
  return errors;
}

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];

/** A pod's spec stays what it is, but for the little that may change. */
export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  const annotations = validatePodAnnotationUpdates(pod, old);
  for (const list of ['containers', 'initContainers'] as const) {
    if ((spec[list]?.length ?? 0) !== (before[list]?.length ?? 0))
      return [...annotations, forbidden(SPEC.child(list), 'pod updates may not add or remove containers')];
  }
  const errors = [
    ...annotations,
    ...deadlineErrors(spec, before),
    ...tolerationErrors(spec.tolerations ?? [], before.tolerations ?? []),
    ...gateErrors(spec, before),
    ...(before.schedulingGates?.length ? narrowingErrors(spec, before) : []),
  ];
  const kept = withAllowedChanges(spec, before);
  if (!deepEqual(kept, before)) {
    const text = `pod updates may not change fields other than ${UPDATABLE.join(',')}\n${difference(podSpecForm(before), podSpecForm(kept))}`;
    errors.push(forbidden(SPEC, text));
  }
  return errors;
}

function deadlineErrors(spec: PodSpec, before: PodSpec): FieldError[] {
  const field = SPEC.child('activeDeadlineSeconds');
  const { activeDeadlineSeconds: wanted } = spec;
  const { activeDeadlineSeconds: had } = before;
  if (had === undefined) return [];
  if (wanted === undefined) return [invalid(field, wanted, 'must not update from a positive integer to nil value')];
  return wanted > had ? [invalid(field, wanted, 'must be less than or equal to previous value')] : [];
}

function tolerationErrors(wanted: readonly Toleration[], had: readonly Toleration[]): FieldError[] {
  const bare = ({ tolerationSeconds: _, ...rest }: Toleration) => rest;
  const keepsAll = had.every((each) => wanted.some((other) => deepEqual(bare(each), bare(other))));
  return keepsAll
    ? []
    : [forbidden(SPEC.child('tolerations'), 'existing toleration can not be modified except its tolerationSeconds')];
}

function gateErrors(spec: PodSpec, before: PodSpec): FieldError[] {
  const had = new Set((before.schedulingGates ?? []).map(({ name }) => name));
  return checkEach(spec.schedulingGates, SPEC.child('schedulingGates'), ({ name }, at) =>
    had.has(name)
      ? []
      : [forbidden(at.child('name'), `only deletion is allowed, but found new scheduling gate '${name}'`)],
  );
}

/** A pod that waits at a gate is not yet anywhere: where it may go is narrowed, never widened. */
function narrowingErrors(spec: PodSpec, before: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const isKept = Object.entries(before.nodeSelector ?? {}).every(([key, value]) => spec.nodeSelector?.[key] === value);
  if (!isKept)
    errors.push(
      invalid(
        SPEC.child('nodeSelector'),
        spec.nodeSelector,
        'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
      ),
    );
  const termsOf = ({ affinity }: PodSpec) =>
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const [wanted, had] = [termsOf(spec), termsOf(before)];
  const field = SPEC.child('affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const at = field.child('nodeSelectorTerms');
  if (had.length === 0) return errors;
  if (had.length !== wanted.length)
    return [...errors, invalid(at, wanted, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')];
  for (const [position, term] of had.entries()) {
    if (!onlyAdds(wanted[position] ?? {}, term))
      errors.push(
        invalid(at.index(position), wanted[position], 'only additions are allowed (no mutations or deletions)'),
      );
  }
  return errors;
}

function onlyAdds(wanted: NodeSelectorTerm, had: NodeSelectorTerm): boolean {
  const { matchExpressions = [], matchFields = [] } = had;
  const { matchExpressions: expressions = [], matchFields: fields = [] } = wanted;
  // A term that matches nothing stays one.
  if (matchExpressions.length + matchFields.length === 0) return expressions.length + fields.length === 0;
  return (
    deepEqual(expressions.slice(0, matchExpressions.length), matchExpressions) &&
    deepEqual(fields.slice(0, matchFields.length), matchFields)
  );
}

/** The wanted spec with what may change taken from the old one: equal to the old one when nothing else changed. */
function withAllowedChanges(spec: PodSpec, before: PodSpec): PodSpec {
  const kept = deepClone(spec) as Mutable<PodSpec>;
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (kept[list] ?? []).entries()) {
      const image = before[list]?.[index]?.image;
      if (image === undefined) delete container.image;
      else container.image = image;
    }
  }
  const names: (keyof PodSpec)[] = ['activeDeadlineSeconds', 'tolerations', 'schedulingGates'];
  if ((before.terminationGracePeriodSeconds ?? 0) < 0 && kept.terminationGracePeriodSeconds === 1)
    names.push('terminationGracePeriodSeconds');
  // Judged by itself.
  if (before.schedulingGates?.length) {
    names.push('nodeSelector');
    keepNodeAffinity(kept, before);
  }
  for (const name of names) {
    if (before[name] === undefined) delete kept[name];
    else (kept as Record<string, unknown>)[name] = before[name];
  }
  return kept;
}

/** Puts the old affinity to nodes into the wanted spec; what there is beside it stays as wanted. */
function keepNodeAffinity(kept: Mutable<PodSpec>, before: PodSpec): void {
  const { nodeAffinity } = before.affinity ?? {};
  const { nodeAffinity: _, ...others } = kept.affinity ?? {};
  if (nodeAffinity) kept.affinity = { ...others, nodeAffinity: deepClone(nodeAffinity) as Mutable<NodeAffinity> };
  else if (Object.keys(others).length === 0 && before.affinity === undefined) delete kept.affinity;
  else kept.affinity = others;
}

/** Debugging containers are added, and stay as they were added. */
export function validateEphemeralContainersUpdate(pod: Pod, old: Pod): FieldError[] {
  const field = SPEC.child('ephemeralContainers');
  const errors = [...validatePod(pod), ...validatePodAnnotationUpdates(pod, old)];
  if (old.metadata?.annotations?.[MIRROR] !== undefined)
    return [forbidden(new FieldPath('[]'), 'static pods do not support ephemeral containers')];
  const wanted = pod.spec?.ephemeralContainers ?? [];
  for (const had of old.spec?.ephemeralContainers ?? []) {
    const now = wanted.find(({ name }) => name === had.name);
    if (now === undefined)
      errors.push(forbidden(field, `existing ephemeral containers ${JSON.stringify(had.name)} may not be removed\n`));
    else if (!deepEqual(now, had))
      errors.push(
        forbidden(
          field,
          `existing ephemeral containers ${JSON.stringify(had.name)} may not be changed\n${difference(internalForm(had, EphemeralContainer), internalForm(now, EphemeralContainer))}`,
        ),
      );
  }
  return errors;
}
