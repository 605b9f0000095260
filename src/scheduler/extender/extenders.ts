import type { Pod } from '#api/core/v1/pod.ts';
import type { Logger } from '#base/logger.ts';
import { type Status, unresolvable, unschedulable } from '../framework/status.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { AcceptedVictims, Extender, ProposedVictims } from './extender.ts';

/** Who refused a pod when an extender did. */
export const EXTENDER = 'Extender';
/** Extenders give 0 to 10, plugins 0 to 100. */
const SCALE = 10;

/** All extenders, asked one after another, those that may fail last. */
export class Extenders {
  readonly #extenders: readonly Extender[];
  readonly #state: Pick<ClusterState, 'get'>;
  readonly #logger: Logger;

  /** `state` knows the pods of which extenders speak by uid. */
  constructor(extenders: readonly Extender[], state: Pick<ClusterState, 'get'>, logger: Logger) {
    this.#state = state;
    this.#extenders = [...extenders].sort((a, b) => Number(a.isIgnorable) - Number(b.isIgnorable));
    this.#logger = logger;
  }

  /** Whether any of them is to be asked which node a pod gets. */
  areInterested(pod: Pod): boolean {
    return this.#extenders.some((each) => (each.filters || each.prioritizes) && each.isInterested(pod));
  }

  /** The nodes that are left, and why others are not. Throws when one fails that must not. */
  async filter(
    pod: Pod,
    nodes: readonly NodeInfo[],
  ): Promise<{ readonly fitting: readonly NodeInfo[]; readonly refused: ReadonlyMap<NodeInfo, Status> }> {
    const refused = new Map<NodeInfo, Status>();
    let fitting = nodes;
    for (const extender of this.#extenders) {
      if (fitting.length === 0) break;
      if (!extender.filters || !extender.isInterested(pod)) continue;
      const verdict = await this.#tried(extender, () =>
        extender.filter(
          pod,
          fitting.map(({ node }) => node),
        ),
      );
      if (verdict === undefined) continue;
      for (const node of fitting) {
        const never = verdict.unresolvable[node.name];
        const reason = verdict.failed[node.name];
        if (never !== undefined) refused.set(node, unresolvable(EXTENDER, never));
        else if (reason !== undefined) refused.set(node, unschedulable(EXTENDER, reason));
      }
      fitting = fitting.filter(({ name }) => verdict.fitting.has(name));
    }
    return { fitting, refused };
  }

  /** What extenders add to the score of each node, by name; those that fail add nothing. */
  async prioritize(pod: Pod, nodes: readonly NodeInfo[]): Promise<ReadonlyMap<string, number>> {
    const sums = new Map<string, number>();
    const asked = this.#extenders.filter((each) => each.prioritizes && each.isInterested(pod));
    await Promise.all(
      asked.map(async (extender) => {
        try {
          const scores = await extender.prioritize(
            pod,
            nodes.map(({ node }) => node),
          );
          for (const [name, score] of scores) {
            sums.set(name, (sums.get(name) ?? 0) + score * extender.weight * SCALE);
          }
        } catch (error) {
          this.#logger.info('extender did not prioritize', { extender: extender.name, error });
        }
      }),
    );
    return sums;
  }

  /** Whether any of them is to be asked about victims. */
  mayPreempt(pod: Pod): boolean {
    return this.#extenders.some((each) => each.preempts && each.isInterested(pod));
  }

  /** What is left of proposed victims, by node. Throws when one fails that must not. */
  async preempt(
    pod: Pod,
    proposed: ReadonlyMap<string, ProposedVictims>,
  ): Promise<ReadonlyMap<string, ProposedVictims>> {
    let left = proposed;
    for (const extender of this.#extenders) {
      if (left.size === 0) break;
      if (!extender.preempts || !extender.isInterested(pod)) continue;
      const asked = left;
      const answer = await this.#tried(extender, async () =>
        this.#victims(extender, await extender.preempt(pod, asked)),
      );
      if (answer !== undefined) left = answer;
    }
    return left;
  }

  /** Whether any of them is to be asked to bind a pod. */
  mayBind(pod: Pod): boolean {
    return this.#extenders.some((each) => each.binds && each.isInterested(pod));
  }

  /** Has a pod bound by the extenders that do so. False when there is none, or none that did not fail and may. */
  async bind(pod: Pod, nodeName: string): Promise<boolean> {
    for (const extender of this.#extenders) {
      if (!extender.binds || !extender.isInterested(pod)) continue;
      const isBound = await this.#tried(extender, async () => {
        await extender.bind(pod, nodeName);
        return true;
      });
      if (isBound) return true;
    }
    return false;
  }

  /** The pods that an extender speaks of, which may be others than were proposed. */
  #victims(
    { name: extender, isIgnorable }: Extender,
    answer: ReadonlyMap<string, AcceptedVictims>,
  ): ReadonlyMap<string, ProposedVictims> {
    const found = new Map<string, ProposedVictims>();
    for (const [nodeName, { uids, violations }] of answer) {
      const node = this.#state.get(nodeName);
      if (node === undefined) throw new Error(`nodeinfo not found for node name ${JSON.stringify(nodeName)}`);
      const pods = uids.map((uid) => {
        const pod = node.pods.get(uid);
        if (pod === undefined)
          throw new Error(
            `extender: ${extender} claims to preempt pod (UID: &{${uid}}) on node: ${nodeName}, but the pod is not found on that node`,
          );
        return pod;
      });
      if (pods.length > 0) found.set(nodeName, { pods, violations });
      else if (!isIgnorable) throw new Error(`expected at least one victim pod on node "${nodeName}"`);
    }
    return found;
  }

  close(): void {
    for (const extender of this.#extenders) extender.close();
  }

  /** Undefined when an extender failed that may. */
  async #tried<T>(extender: Extender, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!extender.isIgnorable) throw error;
      this.#logger.info('extender failed, going on without it', { extender: extender.name, error });
      return undefined;
    }
  }
}
