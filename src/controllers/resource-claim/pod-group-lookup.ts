import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import type { ControllerContext } from '#controller/manager.ts';

const BY_GROUP = 'pod-group-with-claims';

/** The groups whose claims pods share, and the pods of each that have claims. */
export class PodGroupLookup {
  readonly #groups: Informer<PodGroup>;
  readonly #pods: Informer<Pod>;

  constructor({ informers }: ControllerContext) {
    this.#groups = informers.of(PodGroups);
    this.#pods = informers
      .of(Pods)
      .addIndex(BY_GROUP, (pod) => (pod.spec?.resourceClaims?.length ? [groupKeyOf(pod) ?? ''] : []));
  }

  list(): PodGroup[] {
    return this.#groups.store.list();
  }

  at(key: string): PodGroup | undefined {
    return this.#groups.store.getByKey(key);
  }

  /** The group that a pod names, as far as it is there. */
  of(pod: Pod): PodGroup | undefined {
    const key = groupKeyOf(pod);
    return key === undefined ? undefined : this.at(key);
  }

  /** The pods with claims that name a group. */
  podsOf(key: string): Pod[] {
    return this.#pods.store.byIndex(BY_GROUP, key);
  }

  /** Whether a pod names a group that is not there, so that nobody knows which of its claims are the group's. */
  isMissing(pod: Pod): boolean {
    return groupKeyOf(pod) !== undefined && this.of(pod) === undefined;
  }
}

function groupKeyOf({ metadata, spec }: Pod): string | undefined {
  const name = spec?.schedulingGroup?.podGroupName;
  return name && keyOf({ metadata: { namespace: metadata?.namespace, name } });
}
