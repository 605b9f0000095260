import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import { Quantity } from '#machinery/quantity/quantity.ts';
import { ONE } from './amounts.ts';
import { countName, type Evaluator } from './evaluator.ts';

const RESOURCE = 'resourceclaims.resource.k8s.io';
const CLASS_SUFFIX = '.deviceclass.resource.k8s.io/devices';
/** A request for all devices counts as this many, which is the most that a claim can get. */
const MOST_DEVICES = 32;

/** Claims for devices, and the devices by class. */
export const deviceEvaluator: Evaluator = {
  resource: RESOURCE,
  handles: ({ operation, subresource }) => subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
  measures: (name) => name === countName(RESOURCE) || name.endsWith(CLASS_SUFFIX),
  inScope: () => false,
  usage(object) {
    const usage = new Map([[countName(RESOURCE), ONE]]);
    for (const [name, count] of devicesByClass(object as ResourceClaim)) {
      usage.set(name + CLASS_SUFFIX, Quantity.of(count));
    }
    return usage;
  },
};

interface Wish {
  readonly deviceClassName?: string | undefined;
  readonly allocationMode?: string | undefined;
  readonly count?: number | undefined;
}

const countOf = ({ allocationMode, count = 1 }: Wish): number => (allocationMode === 'All' ? MOST_DEVICES : count);

/** Of alternatives the one counts that takes most of its class. */
function devicesByClass({ spec }: ResourceClaim): Map<string, number> {
  const total = new Map<string, number>();
  for (const { exactly, firstAvailable } of spec.devices?.requests ?? []) {
    const most = new Map<string, number>();
    for (const wish of exactly ? [exactly] : (firstAvailable ?? [])) {
      const name = wish.deviceClassName ?? '';
      most.set(name, Math.max(most.get(name) ?? 0, countOf(wish)));
    }
    for (const [name, count] of most) total.set(name, (total.get(name) ?? 0) + count);
  }
  return total;
}
