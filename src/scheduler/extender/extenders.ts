import type { Pod } from '#api/core/v1/pod.ts';
import type { Logger } from '#base/logger.ts';
import { type Status, unresolvable, unschedulable } from '../framework/status.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { AcceptedVictims, Extender, ProposedVictims } from './extender.ts';

/** Who refused a pod when an extender did. */
export const EXTENDER = 'Extender';
/** Extenders give 0 to 10, plugins 0 to 100. */
const SCALE = 10;

/** All extenders, asked one after another. */
export class Extenders {
  readonly #extenders: readonly Extender[];
  readonly #logger: Logger;

  constructor(extenders: readonly Extender[], logger: Logger) {
    this.#extenders = extenders;
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
  ): Promise<ReadonlyMap<string, AcceptedVictims>> {
    let left = proposed;
    let accepted: ReadonlyMap<string, AcceptedVictims> = new Map(
      [...proposed].map(([name, { pods, violations }]) => [name, { uids: pods.map(uidOf), violations }]),
    );
    for (const extender of this.#extenders) {
      if (left.size === 0) break;
      if (!extender.preempts || !extender.isInterested(pod)) continue;
      const asked = left;
      const answer = await this.#tried(extender, () => extender.preempt(pod, asked));
      if (answer === undefined) continue;
      for (const [name, { uids }] of answer) {
        if (uids.length === 0) throw new Error(`expected at least one victim pod on node "${name}"`);
      }
      accepted = answer;
      left = new Map(
        [...answer].flatMap(([name, { uids, violations }]) => {
          const pods = (asked.get(name)?.pods ?? []).filter((each) => uids.includes(uidOf(each)));
          return pods.length === 0 ? [] : [[name, { pods, violations }] as const];
        }),
      );
    }
    return accepted;
  }

  /** The one that binds a pod, if one does. */
  binderOf(pod: Pod): Extender | undefined {
    return this.#extenders.find((each) => each.binds && each.isInterested(pod));
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

const uidOf = ({ metadata }: Pod): string => metadata?.uid ?? '';
