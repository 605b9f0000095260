import type { Pod } from '#api/core/v1/pod.ts';
import { containerTotals } from '#api/core/v1/pod-requests.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { Quantity } from '#machinery/quantity/quantity.ts';
import type { Allocatable } from '../container/resource-field.ts';
import { isDone, specOf } from '../pod-parts.ts';

/** Why a node does not take a pod that was bound to it. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
  /** Not even an empty node would have room. */
  readonly isForGood: boolean;
}

export interface AdmissionInput {
  /** Pods that the node has taken. */
  readonly others: readonly Pod[];
  readonly allocatable: Allocatable;
}

/** Whether a node has room for a pod. The scheduler has seen to that; others bind too. */
export function admitPod(pod: Pod, { others, allocatable }: AdmissionInput): Refusal | undefined {
  const active = others.filter((other) => !isDone(other));
  const capacity = Number(allocatable['pods'] ?? Number.POSITIVE_INFINITY);
  if (active.length + 1 > capacity) return outOf('pods', { requested: 1, used: active.length, capacity });
  for (const [name, wanted] of requestsOf(pod)) {
    const has = allocatable[name];
    if (wanted.isZero || has === undefined) continue;
    let used = Quantity.of(0);
    for (const other of active) used = used.add(requestsOf(other).get(name) ?? Quantity.of(0));
    const total = parseQuantity(has);
    if (used.add(wanted).compare(total) <= 0) continue;
    const unit = (quantity: Quantity) => (name === 'cpu' ? quantity.milliValue() : quantity.value());
    return outOf(name, { requested: unit(wanted), used: unit(used), capacity: unit(total) });
  }
  return undefined;
}

const outOf = (
  name: string,
  { requested, used, capacity }: { readonly requested: number; readonly used: number; readonly capacity: number },
): Refusal => ({
  isForGood: requested > capacity,
  reason: `OutOf${name}`,
  message: `Pod was rejected: Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
});

function requestsOf(pod: Pod): ReadonlyMap<string, Quantity> {
  const spec = specOf(pod);
  const total = containerTotals(spec, 'requests');
  for (const [name, text] of Object.entries(spec.resources?.requests ?? {})) total.set(name, parseQuantity(text));
  for (const [name, text] of Object.entries(spec.overhead ?? {})) {
    total.set(name, (total.get(name) ?? Quantity.of(0)).add(parseQuantity(text)));
  }
  return total;
}
