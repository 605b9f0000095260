import type { Container } from '#api/core/v1/container.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';

type Totals = Map<string, number>;
type Requests = Readonly<Record<string, string>>;

/** Scoring counts containers that ask for nothing as this much, so that they spread too. */
const GUESSES = { cpu: 100, memory: 200 * 1024 * 1024 } as const;

const parsed = new Map<string, number>();
const MAX_PARSED = 10_000;

/** An amount as a number: CPU in thousandths of a core, the rest in units or bytes, rounded up. */
export function amountOf(name: string, text: string): number {
  const key = name === 'cpu' ? `m${text}` : text;
  let amount = parsed.get(key);
  if (amount === undefined) {
    const quantity = parseQuantity(text);
    amount = Number(name === 'cpu' ? quantity.milliValue() : quantity.value());
    if (parsed.size >= MAX_PARSED) parsed.clear();
    parsed.set(key, amount);
  }
  return amount;
}

/**
 * What a pod asks for, by resource: the sum of its containers and restartable init containers, or what its init
 * containers need at their peak if that is more; what is asked for the pod as a whole stands in place of that; its
 * overhead comes on top. `guess` fills in CPU and memory of containers that do not say.
 */
export function podRequests(pod: Pod, { guess = false }: { readonly guess?: boolean } = {}): Totals {
  const total: Totals = new Map();
  const statuses = new Map((pod.status?.containerStatuses ?? []).map((status) => [status.name, status.resources]));
  for (const container of pod.spec?.containers ?? []) {
    add(total, containerRequests(container, statuses.get(container.name)?.requests as Requests | undefined, guess));
  }
  const sidecars: Totals = new Map();
  const peak: Totals = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    const own = containerRequests(container, undefined, guess);
    if (container.restartPolicy === 'Always') {
      add(total, own);
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      add(own, sidecars);
      raise(peak, own);
    }
  }
  raise(total, peak);
  for (const [name, text] of Object.entries((pod.spec?.resources?.requests ?? {}) as Requests)) {
    total.set(name, amountOf(name, text));
  }
  for (const [name, text] of Object.entries((pod.spec?.overhead ?? {}) as Requests)) {
    total.set(name, (total.get(name) ?? 0) + amountOf(name, text));
  }
  return total;
}

/** While a container is being resized it takes the larger of what it has and what it shall have. */
function containerRequests(
  { resources }: Pick<Container, 'resources'>,
  current: Requests | undefined,
  guess: boolean,
): Totals {
  const totals: Totals = new Map();
  for (const [name, text] of Object.entries((resources?.requests ?? {}) as Requests)) {
    totals.set(name, amountOf(name, text));
  }
  for (const [name, text] of Object.entries(current ?? {})) {
    totals.set(name, Math.max(totals.get(name) ?? 0, amountOf(name, text)));
  }
  if (guess) {
    for (const [name, amount] of Object.entries(GUESSES)) if (!totals.has(name)) totals.set(name, amount);
  }
  return totals;
}

function add(totals: Totals, more: Totals): void {
  for (const [name, amount] of more) totals.set(name, (totals.get(name) ?? 0) + amount);
}

function raise(totals: Totals, to: Totals): void {
  for (const [name, amount] of to) totals.set(name, Math.max(totals.get(name) ?? 0, amount));
}
