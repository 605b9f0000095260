import type { Container, EphemeralContainer } from '#api/core/v1/container.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import { boundedSeconds } from '#machinery/objects/seconds.ts';

export type ContainerKind = 'containers' | 'initContainers' | 'ephemeralContainers';
export type AnyContainer = Container | EphemeralContainer;

/** A container of a pod and the list it stands in. */
export interface ContainerPart {
  readonly kind: ContainerKind;
  readonly container: AnyContainer;
}

export const uidOf = (pod: Pod): string => pod.metadata?.uid ?? '';
export const specOf = (pod: Pod): PodSpec => pod.spec as PodSpec;

/** `name_namespace(uid)`, as upstream writes pods in messages. */
export const describePod = ({ metadata }: Pod): string => `${metadata?.name}_${metadata?.namespace}(${metadata?.uid})`;

/** Every container: init, app, ephemeral. */
export function containerParts(spec: PodSpec): ContainerPart[] {
  const of = (kind: ContainerKind) => (spec[kind] ?? []).map((container) => ({ kind, container }));
  return [...of('initContainers'), ...of('containers'), ...of('ephemeralContainers')];
}

export const findContainer = (spec: PodSpec, name: string): ContainerPart | undefined =>
  containerParts(spec).find(({ container }) => container.name === name);

/** An init container that keeps running beside the app containers. */
export const isRestartableInit = ({ kind, container }: ContainerPart): boolean =>
  kind === 'initContainers' && container.restartPolicy === 'Always';

export const gracePeriodOf = (pod: Pod): number =>
  boundedSeconds(pod.metadata?.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30);

export const isDone = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
