import type { Pod } from '#api/core/v1/pod.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';

/** Whether two states of a pod differ only in what the kubelet itself writes. */
export function isSameForUs(a: Pod, b: Pod): boolean {
  const [from, to] = [a.metadata ?? {}, b.metadata ?? {}];
  if (from.generation !== to.generation || from.deletionTimestamp !== to.deletionTimestamp) return false;
  if (from.deletionGracePeriodSeconds !== to.deletionGracePeriodSeconds) return false;
  if (!deepEqual(from.labels, to.labels) || !deepEqual(from.annotations, to.annotations)) return false;
  if (!deepEqual(a.spec, b.spec) || a.status?.phase !== b.status?.phase) return false;
  const gates = new Set((b.spec?.readinessGates ?? []).map(({ conditionType }) => conditionType));
  const gateConditions = ({ status }: Pod) => (status?.conditions ?? []).filter(({ type }) => gates.has(type));
  return gates.size === 0 || deepEqual(gateConditions(a), gateConditions(b));
}
