import type { Pod } from '#api/core/v1/pod.ts';
import { keyOf } from '#client/object-store.ts';
import type { PodClass, PodClasses } from './pod-class.ts';

/** A pod and its class. Immutable. */
export interface PodInfo {
  readonly pod: Pod;
  /** `namespace/name` */
  readonly key: string;
  readonly uid: string;
  readonly priority: number;
  readonly class: PodClass;
}

export const createPodInfo = (pod: Pod, classes: PodClasses): PodInfo => ({
  pod,
  key: keyOf(pod),
  uid: pod.metadata?.uid ?? '',
  priority: pod.spec?.priority ?? 0,
  class: classes.of(pod),
});

/** Who is to schedule the pod. */
export const schedulerNameOf = ({ pod }: Pick<PodInfo, 'pod'>): string =>
  pod.spec?.schedulerName ?? 'default-scheduler';
