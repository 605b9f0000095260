import type { CapacityRequestPolicy, DeviceCapacity } from '#api/resource/v1/device.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { Quantity } from '#machinery/quantity/quantity.ts';

/** Amounts by the name of a capacity. */
export type Capacities = ReadonlyMap<string, Quantity>;

type Asked = Readonly<Record<string, string>> | undefined;
type Offered = Readonly<Record<string, DeviceCapacity>> | undefined;

/** What a request takes of each capacity of a device; undefined when it asks for one that the device does not have, or for what its policy forbids. */
export function consumedBy(asked: Asked, offered: Offered = {}): Capacities | undefined {
  if (Object.keys(asked ?? {}).some((name) => offered[name] === undefined)) return undefined;
  const consumed = new Map<string, Quantity>();
  for (const [name, capacity] of Object.entries(offered)) {
    const amount = amountOf(asked?.[name], capacity);
    if (violates(amount, capacity.requestPolicy)) return undefined;
    consumed.set(name, amount);
  }
  return consumed;
}

/** Whether a device still has this much. */
export function hasRoomFor(amounts: Capacities, taken: readonly (Capacities | undefined)[], offered: Offered): boolean {
  for (const [name, amount] of amounts) {
    let sum = amount;
    for (const each of taken) {
      const more = each?.get(name);
      if (more) sum = sum.add(more);
    }
    if (sum.compare(parseQuantity(offered?.[name]?.value ?? '0')) > 0) return false;
  }
  return true;
}

/** The sum; `sign` -1 takes away. */
export function addCapacities(a: Capacities | undefined, b: Capacities, sign: 1 | -1 = 1): Capacities {
  const sum = new Map(a);
  for (const [name, amount] of b) {
    const before = sum.get(name) ?? Quantity.of(0);
    sum.set(name, sign > 0 ? before.add(amount) : before.sub(amount));
  }
  return sum;
}

/** What a request that says nothing gets is the policy's default, or all there is. */
function amountOf(asked: string | undefined, { value, requestPolicy }: DeviceCapacity): Quantity {
  if (asked === undefined) return parseQuantity(requestPolicy?.default ?? value);
  const wanted = parseQuantity(asked);
  const { validRange, validValues } = requestPolicy ?? {};
  if (validRange?.min !== undefined) return roundedUp(wanted, parseQuantity(validRange.min), validRange.step);
  if (validValues) return validValues.map(parseQuantity).find((each) => wanted.compare(each) <= 0) ?? wanted;
  return wanted;
}

function roundedUp(wanted: Quantity, least: Quantity, step: string | undefined): Quantity {
  if (wanted.compare(least) < 0) return least;
  if (step === undefined) return wanted;
  const size = parseQuantity(step).value();
  const from = least.value();
  return Quantity.of(from + size * Math.ceil((wanted.value() - from) / size), 'BinarySI');
}

function violates(amount: Quantity, policy: CapacityRequestPolicy | undefined): boolean {
  if (policy === undefined) return false;
  const { default: usual, validRange, validValues } = policy;
  if (usual !== undefined && parseQuantity(usual).equals(amount)) return false;
  if (validRange) {
    if (validRange.max !== undefined && amount.compare(parseQuantity(validRange.max)) > 0) return true;
    if (validRange.step === undefined) return false;
    const from = parseQuantity(validRange.min ?? '0').value();
    return (amount.value() - from) % parseQuantity(validRange.step).value() !== 0;
  }
  return (
    validValues !== undefined &&
    validValues.length > 0 &&
    !validValues.some((each) => parseQuantity(each).equals(amount))
  );
}
