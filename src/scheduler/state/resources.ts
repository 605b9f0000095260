import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';

/** Amounts of resources as numbers: CPU in thousandths of a core, the rest in units or bytes. */
export interface ResourceAmounts {
  milliCpu: number;
  memory: number;
  ephemeralStorage: number;
  /** How many pods; only of nodes. */
  pods: number;
  /** Extended resources and huge pages. */
  readonly scalars: Map<string, number>;
}

export const noResources = (): ResourceAmounts => ({
  milliCpu: 0,
  memory: 0,
  ephemeralStorage: 0,
  pods: 0,
  scalars: new Map(),
});

/** The amounts of a resource list (`cpu: 500m, memory: 1Gi, …`). */
export function resourcesOf(list: Readonly<Record<string, string>> | undefined): ResourceAmounts {
  const amounts = noResources();
  for (const [name, text] of Object.entries(list ?? {})) addNamed(amounts, name, text);
  return amounts;
}

function addNamed(amounts: ResourceAmounts, name: string, text: string): void {
  const quantity = parseQuantity(text);
  switch (name) {
    case 'cpu':
      amounts.milliCpu += Number(quantity.milliValue());
      break;
    case 'memory':
      amounts.memory += Number(quantity.value());
      break;
    case 'ephemeral-storage':
      amounts.ephemeralStorage += Number(quantity.value());
      break;
    case 'pods':
      amounts.pods += Number(quantity.value());
      break;
    default:
      amounts.scalars.set(name, (amounts.scalars.get(name) ?? 0) + Number(quantity.value()));
  }
}

/** Adds `sign` times `other` to `amounts`, in place. */
export function addResources(amounts: ResourceAmounts, other: ResourceAmounts, sign: 1 | -1 = 1): void {
  amounts.milliCpu += sign * other.milliCpu;
  amounts.memory += sign * other.memory;
  amounts.ephemeralStorage += sign * other.ephemeralStorage;
  amounts.pods += sign * other.pods;
  for (const [name, value] of other.scalars) amounts.scalars.set(name, (amounts.scalars.get(name) ?? 0) + sign * value);
}

/** Raises each amount of `amounts` to that of `other`, in place. */
export function raiseResources(amounts: ResourceAmounts, other: ResourceAmounts): void {
  amounts.milliCpu = Math.max(amounts.milliCpu, other.milliCpu);
  amounts.memory = Math.max(amounts.memory, other.memory);
  amounts.ephemeralStorage = Math.max(amounts.ephemeralStorage, other.ephemeralStorage);
  for (const [name, value] of other.scalars) amounts.scalars.set(name, Math.max(amounts.scalars.get(name) ?? 0, value));
}
