import type { Pod } from '#api/core/v1/pod.ts';
import type { Service } from '#api/core/v1/service.ts';
import { podCondition } from '../pods.ts';

export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

interface Seen {
  readonly service: string | undefined;
  readonly pods: ReadonlyMap<string, string>;
}

/** Remembers what changed when, so that endpoints say which change they are the answer to. */
export class TriggerTimes {
  readonly #seen = new Map<string, Seen>();

  /** The earliest change since the last call for this Service, or undefined when nothing tells a time. */
  next(key: string, service: Service, pods: readonly Pod[]): string | undefined {
    const last = this.#seen.get(key);
    const times = new Map<string, string>();
    const changes: string[] = [];
    for (const pod of pods) {
      const time = podCondition(pod, 'Ready')?.lastTransitionTime;
      if (time === undefined) continue;
      const name = pod.metadata?.name ?? '';
      times.set(name, time);
      if (time > (last?.pods.get(name) ?? '')) changes.push(time);
    }
    const created = service.metadata?.creationTimestamp;
    if (created !== undefined && created !== last?.service) changes.push(created);
    this.#seen.set(key, { service: created, pods: times });
    return changes.sort()[0];
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
