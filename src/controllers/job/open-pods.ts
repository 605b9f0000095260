import type { Pod } from '#api/core/v1/pod.ts';
import type { Informer } from '#client/informer.ts';
import { controllerOf } from '#controller/owner-references.ts';
import { BY_CONTROLLER, controllerIndex, ORPHANS_IN } from '../shared/pod-index.ts';
import { isTracked } from './job-pod.ts';

const OPEN = 'open pods of a Job';
const TRACKED = 'tracked pods by the key of their Job';

/**
 * A Job's pods without those that have succeeded and been counted: nothing follows from these any more, and a Job may
 * have left a hundred thousand of them.
 */
export class OpenPods {
  readonly #pods: Informer<Pod>;

  constructor(pods: Informer<Pod>) {
    this.#pods = controllerIndex(pods)
      .addIndex(OPEN, (pod) => {
        const owner = controllerOf(pod);
        return owner?.kind === 'Job' && !(pod.status?.phase === 'Succeeded' && !isTracked(pod)) ? [owner.uid] : [];
      })
      .addIndex(TRACKED, (pod) => {
        const owner = controllerOf(pod);
        return owner?.kind === 'Job' && isTracked(pod) ? [`${pod.metadata?.namespace}/${owner.name}`] : [];
      });
  }

  get informer(): Informer<Pod> {
    return this.#pods;
  }

  /** Those of the Job with this uid, and those of nobody that it might take. */
  of(uid: string, namespace: string): readonly Pod[] {
    const { store } = this.#pods;
    return [...store.byIndex(OPEN, uid), ...store.byIndex(ORPHANS_IN, namespace)];
  }

  count(uid: string): number {
    return this.#pods.store.countByIndex(OPEN, uid);
  }

  /** Every pod of the Job, also those that are done with. */
  all(uid: string): readonly Pod[] {
    return this.#pods.store.byIndex(BY_CONTROLLER, uid);
  }

  /** Pods that still wait to be counted by a Job of this key, be it there or not. */
  trackedBy(key: string): readonly Pod[] {
    return this.#pods.store.byIndex(TRACKED, key);
  }
}
