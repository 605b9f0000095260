import type { Pod } from '#api/core/v1/pod.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Informer } from '#client/informer.ts';
import { BY_CONTROLLER } from './pod-index.ts';

const FEW = 100;
const PODS_A_MS = 25;
const MOST_MS = 2000;

/**
 * For how long at most changes of an owner's pods are gathered before it is looked at again: looking at ten thousand takes its time,
 * and is not to be done for each of them. Few are looked at at once. `pods` has the `controllerIndex`.
 */
export const gatherMs = (pods: Informer<Pod>, owner: KubernetesObject | undefined): number =>
  gatherTime(pods.store.countByIndex(BY_CONTROLLER, owner?.metadata?.uid ?? ''));

/** The same by the number of pods that are looked at. */
export const gatherTime = (count: number): number => (count < FEW ? 0 : Math.min(count / PODS_A_MS, MOST_MS));
