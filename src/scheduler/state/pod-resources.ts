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
  const statuses = statusesOf(pod);
  const isInfeasible = statuses !== undefined && isResizeInfeasible(pod);
  const requestsOf = (container: Container, counts: boolean): Totals => {
    const status = counts ? statuses?.get(container.name) : undefined;
    const wanted = container.resources?.requests as Requests | undefined;
    const totals = status?.resources
      ? effective(wanted, [status.resources.requests, status.allocatedResources], isInfeasible)
      : effective(wanted, [], false);
    if (guess) {
      for (const [name, amount] of Object.entries(GUESSES)) if (!totals.has(name)) totals.set(name, amount);
    }
    return totals;
  };
  for (const container of pod.spec?.containers ?? []) add(total, requestsOf(container, true));
  const sidecars: Totals = new Map();
  const peak: Totals = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    const isSidecar = container.restartPolicy === 'Always';
    const own = requestsOf(container, isSidecar);
    if (isSidecar) {
      add(total, own);
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      add(own, sidecars);
      raise(peak, own);
    }
  }
  raise(total, peak);
  for (const [name, amount] of requestsAsWhole(pod)) total.set(name, amount);
  for (const [name, text] of Object.entries((pod.spec?.overhead ?? {}) as Requests)) {
    total.set(name, (total.get(name) ?? 0) + amountOf(name, text));
  }
  return total;
}

/** What is asked for the pod as a whole. */
function requestsAsWhole(pod: Pod): Totals {
  const wanted = pod.spec?.resources?.requests as Requests | undefined;
  const { resources, allocatedResources } = pod.status ?? {};
  if (wanted === undefined || !resources) return effective(wanted, [], false);
  const totals = effective(wanted, [resources.requests, allocatedResources], isResizeInfeasible(pod));
  return new Map([...totals].filter(([name]) => wanted[name] !== undefined));
}

type Told = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** What is told of containers, by their names; undefined where nothing is. */
function statusesOf({ status }: Pod): ReadonlyMap<string, Told> | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  if (containerStatuses.length + initContainerStatuses.length === 0) return undefined;
  return new Map([...containerStatuses, ...initContainerStatuses].map((each) => [each.name, each]));
}

const isResizeInfeasible = ({ status }: Pod): boolean =>
  status?.conditions?.find(({ type }) => type === 'PodResizePending')?.reason === 'Infeasible';

/**
 * What counts while something is resized: the most of what it shall have and of what it has (`held`). A wish that can
 * never be granted does not count.
 */
function effective(wanted: Requests | undefined, held: readonly (object | undefined)[], isInfeasible: boolean): Totals {
  const totals: Totals = new Map();
  for (const requests of isInfeasible ? held : [wanted, ...held]) {
    for (const [name, text] of Object.entries((requests ?? {}) as Requests)) {
      totals.set(name, Math.max(totals.get(name) ?? 0, amountOf(name, text)));
    }
  }
  return totals;
}

/**
 * What the status of a pod has to do with what it asks for: what its containers and itself have. Undefined where nothing
 * is told, as of every pod that waits.
 */
export function toldSizes(pod: Pod): readonly unknown[] | undefined {
  const { containerStatuses = [], initContainerStatuses = [], resources, allocatedResources } = pod.status ?? {};
  let told: unknown[] | undefined;
  for (const statuses of [containerStatuses, initContainerStatuses]) {
    for (const each of statuses) {
      const held = each.resources?.requests ?? each.allocatedResources;
      if (each.resources && held) (told ??= []).push([each.name, each.resources.requests, each.allocatedResources]);
    }
  }
  const ofPod = resources?.requests ?? (resources && allocatedResources);
  if (ofPod) (told ??= []).push([resources?.requests, allocatedResources]);
  // A resize that can never be takes away even from containers of which nothing else is told.
  const { length } = containerStatuses;
  if (length + initContainerStatuses.length > 0 && isResizeInfeasible(pod)) (told ??= []).push('Infeasible');
  return told;
}

function add(totals: Totals, more: Totals): void {
  for (const [name, amount] of more) totals.set(name, (totals.get(name) ?? 0) + amount);
}

function raise(totals: Totals, to: Totals): void {
  for (const [name, amount] of to) totals.set(name, Math.max(totals.get(name) ?? 0, amount));
}
