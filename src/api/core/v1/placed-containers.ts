import type { FieldPath } from '#machinery/errors/field-error.ts';
import type { Container, EphemeralContainer } from './container.ts';
import type { PodSpec } from './pod-spec.ts';

/** A container of some kind, and where in the pod it stands. */
export interface PlacedContainer {
  readonly container: Container | EphemeralContainer;
  readonly at: FieldPath;
}

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** The containers of a pod of every kind, in the order in which upstream visits them; `field` is the place of the spec. */
export const placedContainers = (spec: PodSpec, field: FieldPath): PlacedContainer[] =>
  LISTS.flatMap((list) =>
    (spec[list] ?? []).map((container, position) => ({ container, at: field.child(list).index(position) })),
  );
