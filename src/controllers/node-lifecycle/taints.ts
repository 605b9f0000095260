import type { Taint } from '#api/core/v1/affinity.ts';
import type { Node } from '#api/core/v1/node.ts';
import { readyCondition } from '../shared/nodes/node-ready.ts';

const PREFIX = 'node.kubernetes.io/';

/** Taints that keep new pods away, by the condition and status that asks for them. */
const NO_SCHEDULE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: `${PREFIX}not-ready`, Unknown: `${PREFIX}unreachable` },
  MemoryPressure: { True: `${PREFIX}memory-pressure` },
  DiskPressure: { True: `${PREFIX}disk-pressure` },
  NetworkUnavailable: { True: `${PREFIX}network-unavailable` },
  PIDPressure: { True: `${PREFIX}pid-pressure` },
};
const UNSCHEDULABLE = `${PREFIX}unschedulable`;

/** Taints that send pods away, by the status of the Ready condition. */
const NO_EXECUTE: Readonly<Record<string, string>> = { False: `${PREFIX}not-ready`, Unknown: `${PREFIX}unreachable` };

const NO_SCHEDULE_KEYS = new Set([...Object.values(NO_SCHEDULE).flatMap((by) => Object.values(by)), UNSCHEDULABLE]);
const NO_EXECUTE_KEYS = new Set(Object.values(NO_EXECUTE));

/**
 * The taints a node is to have, or undefined when it has them. `evicting` is false while every node is in trouble: then
 * it is more likely this end that is cut off, and nothing is sent away.
 */
export function planTaints(
  node: Node,
  { evicting, now }: { readonly evicting: boolean; readonly now: string },
): Taint[] | undefined {
  const old = node.spec?.taints ?? [];
  const wanted = [...wantedNoSchedule(node), ...(evicting ? wantedNoExecute(node) : [])];
  const has = (taints: readonly Taint[], { key, effect }: Taint) =>
    taints.some((taint) => taint.key === key && taint.effect === effect);
  const kept = old.filter((taint) => !isManaged(taint) || has(wanted, taint));
  const added = wanted.filter((taint) => !has(old, taint)).map((taint) => ({ ...taint, timeAdded: now }));
  return added.length === 0 && kept.length === old.length ? undefined : [...kept, ...added];
}

const isManaged = ({ key, effect }: Taint): boolean =>
  (effect === 'NoSchedule' && NO_SCHEDULE_KEYS.has(key)) || (effect === 'NoExecute' && NO_EXECUTE_KEYS.has(key));

/** Whether a node's pods are being sent away. */
export const isEvicted = ({ spec }: Node): boolean =>
  (spec?.taints ?? []).some(({ key, effect }) => effect === 'NoExecute' && NO_EXECUTE_KEYS.has(key));

function wantedNoSchedule({ spec, status }: Node): Taint[] {
  const keys = (status?.conditions ?? []).map((condition) => NO_SCHEDULE[condition.type]?.[condition.status]);
  if (spec?.unschedulable) keys.push(UNSCHEDULABLE);
  return keys.filter((key) => key !== undefined).map((key) => ({ key, effect: 'NoSchedule' }));
}

function wantedNoExecute(node: Node): Taint[] {
  const key = NO_EXECUTE[readyCondition(node)?.status ?? ''];
  return key === undefined ? [] : [{ key, effect: 'NoExecute' }];
}
