import type { Pod } from '#api/core/v1/pod.ts';
import type { PodGroup } from '#api/scheduling/v1alpha2/pod-group.ts';
import { keyOf } from '#client/object-store.ts';

/** Pods that are scheduled together, and what is said about them; either may come first. */
export interface Group {
  readonly group: PodGroup | undefined;
  /** The pods that are not over, by uid, each with whether it has a node. */
  readonly members: ReadonlyMap<string, boolean>;
}

/** The groups of a cluster, by `namespace/name`, and the pods that name them. */
export class PodGroupIndex {
  readonly #groups = new Map<string, { group: PodGroup | undefined; readonly members: Map<string, boolean> }>();

  /** The key of the group that a pod names. */
  keyOf({ metadata, spec }: Pod): string | undefined {
    const name = spec?.schedulingGroup?.podGroupName;
    return name ? `${metadata?.namespace ?? ''}/${name}` : undefined;
  }

  of(pod: Pod): Group | undefined {
    const key = this.keyOf(pod);
    return key === undefined ? undefined : this.#groups.get(key);
  }

  setGroup(group: PodGroup): void {
    this.#at(keyOf(group)).group = group;
  }

  deleteGroup(group: PodGroup): void {
    const key = keyOf(group);
    this.#at(key).group = undefined;
    this.#sweep(key);
  }

  setPod(pod: Pod): void {
    const key = this.keyOf(pod);
    if (key !== undefined) this.#at(key).members.set(pod.metadata?.uid ?? '', Boolean(pod.spec?.nodeName));
  }

  deletePod(pod: Pod): void {
    const key = this.keyOf(pod);
    if (key === undefined) return;
    this.#at(key).members.delete(pod.metadata?.uid ?? '');
    this.#sweep(key);
  }

  #at(key: string) {
    let entry = this.#groups.get(key);
    if (entry === undefined) this.#groups.set(key, (entry = { group: undefined, members: new Map() }));
    return entry;
  }

  #sweep(key: string): void {
    const entry = this.#groups.get(key);
    if (entry && entry.group === undefined && entry.members.size === 0) this.#groups.delete(key);
  }
}

/** How important a group is among all that make room for each other. */
export const priorityOf = ({ spec }: PodGroup): number => spec?.priority ?? 0;

/** How many pods of a group have to fit at the same time before any is bound. */
export const minCountOf = ({ spec }: PodGroup): number => spec?.schedulingPolicy?.gang?.minCount ?? 1;
