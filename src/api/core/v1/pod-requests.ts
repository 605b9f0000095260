import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Quantity } from '#machinery/quantity/quantity.ts';
import type { Container } from './container.ts';
import type { PodSpec } from './pod-spec.ts';

type Which = 'limits' | 'requests';
type Amounts = Map<string, Quantity>;

/**
 * What a pod's containers ask for together: the sum of its containers and restartable init containers, or what the
 * hungriest step of its start needs, whichever is more. Pod-level resources and overhead are not in it.
 */
export function containerTotals(spec: Pick<PodSpec, 'containers' | 'initContainers'>, which: Which): Amounts {
  const total: Amounts = new Map();
  for (const container of spec.containers ?? []) add(total, amounts(container, which));
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = amounts(container, which);
    if (container.restartPolicy === 'Always') {
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      add(own, sidecars);
      raise(peak, own);
    }
  }
  add(total, sidecars);
  raise(total, peak);
  return total;
}

function amounts(container: Pick<Container, 'resources'>, which: Which): Amounts {
  const list = container.resources?.[which] ?? {};
  return new Map(Object.entries(list).map(([name, text]) => [name, parseQuantity(text)]));
}

function add(total: Amounts, more: Amounts): void {
  for (const [name, quantity] of more) total.set(name, total.get(name)?.add(quantity) ?? quantity);
}

function raise(floor: Amounts, to: Amounts): void {
  for (const [name, quantity] of to) {
    const now = floor.get(name);
    if (now === undefined || now.compare(quantity) < 0) floor.set(name, quantity);
  }
}
