import type { ResourceFieldSelector } from '#api/core/v1/references.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { divideAwayFromZero } from '#machinery/quantity/quantity.ts';
import type { AnyContainer } from '../pod-parts.ts';

/** Allocatable amounts of the node by resource name: what a container without a limit may use. */
export type Allocatable = Readonly<Record<string, string>>;

/** The value of a `resourceFieldRef`, in units of its divisor, rounded up. */
export function resourceFieldValue(
  container: AnyContainer,
  { resource, divisor }: ResourceFieldSelector,
  allocatable: Allocatable,
): string {
  const [kind, ...rest] = resource.split('.');
  const name = rest.join('.');
  if (kind !== 'limits' && kind !== 'requests') throw new Error(`unsupported container resource : ${resource}`);
  const { limits = {}, requests = {} } = container.resources ?? {};
  const text = kind === 'limits' ? (limits[name] ?? allocatable[name]) : (requests[name] ?? limits[name]);
  const quantity = parseQuantity(text ?? '0');
  const unit = parseQuantity(divisor && divisor !== '0' ? divisor : '1');
  return String(divideAwayFromZero(quantity.scaled(-9), unit.scaled(-9)));
}
