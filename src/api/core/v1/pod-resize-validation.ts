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
  const misplaced = LISTS.flatMap((list) => orderErrors(spec, before, list));
  if (misplaced.length > 0) return [...errors, ...misplaced];
  if (podQosClass(spec) !== podQosClass(before))
    errors.push(invalid(SPEC, old.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
  return [
    ...errors,
    ...removalErrors(spec, before, 'initContainers'),
    ...removalErrors(spec, before, 'containers'),
    ...otherErrors(spec, before),
  ];
}

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
  (before[list] ?? []).flatMap((had, index) => {
    if (list === 'initContainers' && !isSidecar(had)) return [];
    const field = SPEC.child(list).index(index).child('resources');
    return (['requests', 'limits'] as const).flatMap((part) => {
      const now = spec[list]?.[index]?.resources?.[part] ?? {};
      const isKept = Object.keys(had.resources?.[part] ?? {}).every((name) => name in now);
      return isKept ? [] : [forbidden(field.child(part), `resource ${part} cannot be removed`)];
    });
  });

/** What is neither CPU nor memory stays; init containers that run once are past it. */
function otherErrors(spec: PodSpec, before: PodSpec): FieldError[] {
  const refused = (list: (typeof LISTS)[number], detail: (container: Container) => string | undefined) =>
    (spec[list] ?? []).flatMap((container) => {
      const text = detail(container);
      return text === undefined ? [] : [forbidden(SPEC, text)];
    });
  const had = (list: (typeof LISTS)[number], name: string) => before[list]?.find((each) => each.name === name);
  return [
    ...refused('containers', (container) =>
      sameButComputing(container, had('containers', container.name))
        ? undefined
        : 'only cpu and memory resources are mutable',
    ),
    ...refused('initContainers', (container) => {
      const earlier = had('initContainers', container.name);
      if (!isSidecar(container))
        return deepEqual(container, earlier) ? undefined : 'resources for non-sidecar init containers are immutable';
      return sameButComputing(container, earlier)
        ? undefined
        : 'only cpu and memory resources for sidecar containers are mutable';
    }),
  ];
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
