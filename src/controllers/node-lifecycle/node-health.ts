import type { Node } from '#api/core/v1/node.ts';
import type { NodeCondition } from '#api/core/v1/node-status.ts';
import { formatTime } from '#machinery/objects/time.ts';

/** Conditions of which nobody knows anything once the kubelet is silent. */
const OF_THE_KUBELET = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** The node's conditions after its kubelet has been silent for too long, or undefined when they say so already. */
export function unknownConditions({ metadata, status }: Node, now: number): NodeCondition[] | undefined {
  const lastTransitionTime = formatTime(now);
  const old = status?.conditions ?? [];
  const missing = OF_THE_KUBELET.filter((type) => !old.some((condition) => condition.type === type));
  const known = old.some(({ type, status: value }) => OF_THE_KUBELET.includes(type) && value !== 'Unknown');
  if (!known && missing.length === 0) return undefined;
  const changed = old.map((condition) =>
    OF_THE_KUBELET.includes(condition.type) && condition.status !== 'Unknown'
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime,
        }
      : condition,
  );
  const never = missing.map((type) => ({
    type,
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: metadata?.creationTimestamp,
    lastTransitionTime,
  }));
  return [...changed, ...never];
}

/** When each node was last heard of, on the monotonic clock: by its lease or by its Ready condition. */
export class Heartbeats {
  readonly #last = new Map<string, { readonly sign: string; readonly at: number }>();

  /** Milliseconds of silence so far. A node heard of for the first time counts as heard just now. */
  silence(name: string, sign: string, now: number): number {
    const last = this.#last.get(name);
    if (last?.sign === sign) return now - last.at;
    this.#last.set(name, { sign, at: now });
    return 0;
  }

  forget(name: string): void {
    this.#last.delete(name);
  }
}
