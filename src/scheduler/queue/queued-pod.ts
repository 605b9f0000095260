import type { PodInfo } from '../state/pod-info.ts';

/** A pod that waits for a node. */
export interface QueuedPod {
  readonly info: PodInfo;
  /** When it was first allowed to be tried, on the clock's scale; undefined while it is kept at the gate. */
  readonly firstAt?: number;
  /** When it came, or came back after it was tried. */
  readonly since: number;
  /** How often it was tried. */
  readonly attempts: number;
  /** How often it was refused. */
  readonly refusals: number;
  /** How often something else went wrong since it was refused last. */
  readonly failures: number;
  /** Plugins that refused it last; only events that concern them wake it. Empty after a failure of another kind. */
  readonly refusedBy: ReadonlySet<string>;
  /** Nothing woke it for so long that it is tried all the same. */
  readonly wasForgotten?: boolean;
}

/** How long a pod waits before it is tried again: twice as long each time. */
export function backoffOf(
  { refusals, failures }: QueuedPod,
  { initialMs, maxMs }: { readonly initialMs: number; readonly maxMs: number },
): number {
  const count = failures > 0 ? failures : refusals;
  return count === 0 ? 0 : Math.min(initialMs * 2 ** (count - 1), maxMs);
}
