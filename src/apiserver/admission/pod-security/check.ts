import type { Container } from '#api/core/v1/container.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { ObjectMeta } from '#api/meta/v1/object-meta.ts';

/** A pod, or the template of one. */
export interface PodShape {
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
}

/** What is against a pod; upstream's words for both. */
export interface Violation {
  readonly reason: string;
  readonly detail?: string;
}

export type CheckPod = (pod: PodShape) => Violation | undefined;

/** One rule of the standards, as it was from some minor version of Kubernetes on. */
export interface Check {
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  /** By the minor version of v1 from which a form holds, oldest first. */
  readonly versions: readonly (readonly [minor: number, check: CheckPod])[];
  /** Rules of the baseline that this one stands for. */
  readonly overrides?: readonly string[];
}

type AnyContainer = Container | NonNullable<PodSpec['ephemeralContainers']>[number];

/** Every container in the order in which upstream names them. */
export const containersOf = ({ initContainers, containers, ephemeralContainers }: PodSpec): readonly AnyContainer[] => [
  ...(initContainers ?? []),
  ...(containers ?? []),
  ...(ephemeralContainers ?? []),
];

export const namesOf = (containers: readonly AnyContainer[]): string[] => containers.map(({ name }) => name);

/** Root in a user namespace is nobody outside it. */
export const hasUserNamespace = ({ hostUsers }: PodSpec): boolean => hostUsers === false;

export const isWindows = ({ os }: PodSpec): boolean => os?.name === 'windows';
