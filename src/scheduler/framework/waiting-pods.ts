import type { Clock, Timer } from '#base/clock.ts';
import { type Status, unschedulable } from './status.ts';

interface Waiting {
  /** Plugins that have not allowed the pod yet, with what ends their patience. */
  readonly pending: Map<string, Timer>;
  readonly settle: (refused: Status | undefined) => void;
  readonly fail: (error: Error) => void;
}

/** Pods that have a node and wait to be allowed to be bound to it. */
export class WaitingPods {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The uids of those that wait. */
  uids(): Iterable<string> {
    return this.#waiting.keys();
  }

  /**
   * Resolves when all of these plugins have allowed the pod, or with a refusal when one refuses it or has not decided in
   * time. Rejects when it has to give way.
   */
  wait(uid: string, plugins: ReadonlyMap<string, number>): Promise<Status | undefined> {
    return new Promise((resolve, reject) => {
      const end = () => {
        for (const timer of pending.values()) timer.cancel();
        this.#waiting.delete(uid);
      };
      const settle = (refused: Status | undefined) => {
        end();
        resolve(refused);
      };
      const fail = (error: Error) => {
        end();
        reject(error);
      };
      const late = (plugin: string) => {
        settle(
          unschedulable(
            plugin,
            `rejected due to timeout after waiting ${seconds(plugins.get(plugin))} at plugin ${plugin}`,
          ),
        );
      };
      const pending = new Map(
        [...plugins].map(([plugin, waitMs]) => [plugin, this.#clock.setTimer(waitMs, () => late(plugin))] as const),
      );
      this.#waiting.set(uid, { pending, settle, fail });
    });
  }

  /** A plugin allows a pod that waits for it. */
  allow(uid: string, plugin: string): void {
    const waiting = this.#waiting.get(uid);
    waiting?.pending.get(plugin)?.cancel();
    if (waiting?.pending.delete(plugin) && waiting.pending.size === 0) waiting.settle(undefined);
  }

  /** A plugin refuses a pod that waits; whether it was there. */
  reject(uid: string, plugin: string, reason: string): boolean {
    const waiting = this.#waiting.get(uid);
    waiting?.settle(unschedulable(plugin, reason));
    return waiting !== undefined;
  }

  /** A pod that waits gives way to another one and is tried again; whether it was there. */
  preempt(uid: string): boolean {
    const waiting = this.#waiting.get(uid);
    waiting?.fail(new Error('waiting on permit for pod: preempted'));
    return waiting !== undefined;
  }
}

const seconds = (waitMs = 0): string => `${waitMs / 1000}s`;
