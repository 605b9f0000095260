import { append } from '#base/append.ts';
import { type FieldError, FieldPath, forbidden, invalid } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Container } from './container.ts';
import type { Pod } from './pod.ts';
import { MIRROR } from './pod-annotations-validation.ts';
import { podQosClass } from './pod-qos.ts';
import type { PodSpec } from './pod-spec.ts';
import { validatePod } from './pod-validation.ts';

const SPEC = new FieldPath('spec');
/** The pod as a whole, as clients know it. */
const WHOLE = new FieldPath('[]');
const LISTS = ['containers', 'initContainers'] as const;

/** A resize changes CPU and memory, and not how well the pod is served. */
export function validateResize(pod: Pod, old: Pod): FieldError[] {
  const errors = validatePod(pod);
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  if (old.metadata?.annotations?.[MIRROR] !== undefined) return [forbidden(WHOLE, 'static pods cannot be resized')];
  if (before.os?.name === 'windows') return [forbidden(WHOLE, 'windows pods cannot be resized')];
  if (podQosClass(spec) !== podQosClass(before))
    errors.push(invalid(SPEC, old.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
  append(errors, wholeErrors(spec.resources, before.resources));
  const misplaced = LISTS.flatMap((list) => orderErrors(spec, before, list));
  if (misplaced.length > 0) return [...errors, ...misplaced];
  return [
    ...errors,
    ...removalErrors(spec, before, 'initContainers'),
    ...removalErrors(spec, before, 'containers'),
    ...otherErrors(spec, before),
  ];
}

/** What the pod as a whole asks for is changed and added to, and never taken away. */
function wholeErrors(wanted: PodSpec['resources'], had: PodSpec['resources']): FieldError[] {
  const field = SPEC.child('resources');
  const amounts = ({ requests = {}, limits = {} }: NonNullable<PodSpec['resources']> = {}) =>
    Object.keys(requests).length + Object.keys(limits).length;
  if (amounts(wanted) + amounts(had) === 0) return [];
  if (had !== undefined && wanted === undefined) return [forbidden(field, 'pod-level resources cannot be removed')];
  const errors = had === undefined ? [] : removed(wanted, had, field, 'pod-level resource');
  const others = (resources: PodSpec['resources']) => ({
    claims: resources?.claims ?? [],
    requests: withoutAmounts(resources?.requests),
    limits: withoutAmounts(resources?.limits),
  });
  if (!deepEqual(others(wanted), others(had)))
    errors.push(forbidden(SPEC, 'only cpu and memory resources are mutable at pod-level'));
  return errors;
}

const withoutAmounts = ({ cpu: _, memory: __, ...rest }: Readonly<Record<string, string>> = {}) => rest;

type Amounts = Pick<NonNullable<PodSpec['resources']>, 'limits' | 'requests'>;

const removed = (wanted: Amounts = {}, had: Amounts = {}, field: FieldPath, what: string): FieldError[] =>
  (['requests', 'limits'] as const).flatMap((part) => {
    const now = wanted[part] ?? {};
    const isKept = Object.keys(had[part] ?? {}).every((name) => name in now);
    return isKept ? [] : [forbidden(field.child(part), `${what} ${part} cannot be removed`)];
  });

/** Containers are compared by their place, which must hence stay. */
function orderErrors(spec: PodSpec, before: PodSpec, list: (typeof LISTS)[number]): FieldError[] {
  const [wanted, had] = [spec[list] ?? [], before[list] ?? []];
  const field = SPEC.child(list);
  if (wanted.length !== had.length) return [forbidden(field, `${list} may not be added or removed on resize`)];
  return had.flatMap(({ name }, index) =>
    wanted[index]?.name === name
      ? []
      : [forbidden(field.index(index).child('name'), `${list} may not be renamed or reordered on resize`)],
  );
}

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';

const removalErrors = (spec: PodSpec, before: PodSpec, list: (typeof LISTS)[number]): FieldError[] =>
  (before[list] ?? []).flatMap(({ resources }, index) =>
    removed(spec[list]?.[index]?.resources, resources, SPEC.child(list).index(index).child('resources'), 'resource'),
  );

/** What is neither CPU nor memory stays. */
function otherErrors(spec: PodSpec, before: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, container] of (spec.containers ?? []).entries())
    if (!sameButComputing(container, before.containers?.[index]))
      errors.push(forbidden(SPEC, 'only cpu and memory resources are mutable'));
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const had = before.initContainers?.[index];
    const refuse = (why: string) => errors.push(forbidden(SPEC.child('initContainers').index(index), why));
    if (!sameButComputing(container, had))
      refuse('only cpu and memory resources for init or sidecar containers are mutable');
    if (isSidecar(container) || deepEqual(container, had)) continue;
    for (const { restartPolicy } of container.resizePolicy ?? [])
      if (restartPolicy === 'RestartContainer')
        refuse('non-sidecar init containers with a resize policy of RestartContainer cannot be resized');
  }
  return errors;
}

const sameButComputing = (container: Container, had: Container | undefined): boolean =>
  had !== undefined && deepEqual(withoutComputing(container, had), withoutComputing(had, had));

/** A container without the CPU and memory it asks for, and without lists that it did not have before. */
function withoutComputing(container: Container, had: Container): Container {
  const rest = (part: 'limits' | 'requests') =>
    had.resources?.[part] === undefined
      ? undefined
      : Object.entries(container.resources?.[part] ?? {}).filter(([name]) => name !== 'cpu' && name !== 'memory');
  const { resources, ...others } = container;
  return {
    ...others,
    resources: { claims: resources?.claims, limits: rest('limits'), requests: rest('requests') },
  } as never;
}
