import type { DeviceClass } from '#api/resource/v1/device-class.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type { DevicePool, PoolDevice } from './device-pool.ts';
import { type RequestShape, shapesOf } from './device-request.ts';
import type { DeviceSelectors } from './device-selectors.ts';

/** As many devices as the status of a claim may name. */
export const MAX_RESULTS = 32;

/** A request, or an alternative of one, with what it comes to on a node. */
export interface PreparedRequest extends RequestShape {
  readonly class: DeviceClass;
  /** How many devices it needs. */
  readonly needed: number;
  /** All the devices it asks for, when it asks for all. */
  readonly all: readonly PoolDevice[] | undefined;
}

/** The alternatives of each request of a claim. */
export type PreparedClaim = readonly (readonly PreparedRequest[])[];

export interface Preparation {
  readonly pools: readonly DevicePool[];
  readonly classOf: (name: string) => DeviceClass | undefined;
  readonly selectors: DeviceSelectors;
}

/** Whether what a claim asks for comes to the same on every node. */
export const isSameEverywhere = (claim: PreparedClaim): boolean =>
  claim.every((alternatives) => alternatives.every(({ all }) => all === undefined));

/** What the requests of a claim come to. Throws what is wrong with them on every node. */
export function prepareClaim(claim: ResourceClaim, preparation: Preparation): PreparedClaim {
  const requests = claim.spec.devices?.requests ?? [];
  const prepared = requests.map((request) => shapesOf(request).map((shape) => prepare(claim, shape, preparation)));
  const least = prepared.reduce((sum, alternatives) => sum + Math.min(...alternatives.map(({ needed }) => needed)), 0);
  if (least > MAX_RESULTS) {
    throw new Error(
      `claim ${nameOf(claim)}: number of requested devices ${least} exceeds the claim limit of ${MAX_RESULTS}`,
    );
  }
  return prepared;
}

export const nameOf = ({ metadata }: ResourceClaim): string => `${metadata?.namespace}/${metadata?.name}`;

function prepare(claim: ResourceClaim, shape: RequestShape, preparation: Preparation): PreparedRequest {
  const who = `claim ${nameOf(claim)}, request ${shape.name}`;
  if (shape.deviceClassName === '') throw new Error(`${who}: missing device class name (unsupported request type?)`);
  const deviceClass = preparation.classOf(shape.deviceClassName);
  if (deviceClass === undefined) {
    const missing = `deviceclass.resource.k8s.io "${shape.deviceClassName}" not found`;
    throw new Error(`${who}: could not retrieve device class ${shape.deviceClassName}: ${missing}`);
  }
  if (shape.mode === 'ExactCount') return { ...shape, class: deviceClass, needed: shape.count, all: undefined };
  if (shape.mode !== 'All') throw new Error(`${who}: unsupported count mode ${shape.mode}`);
  const all: PoolDevice[] = [];
  for (const pool of preparation.pools) {
    const problem = pool.isIncomplete ? 'being updated' : pool.isInvalid ? 'invalid' : undefined;
    if (problem) {
      throw new Error(
        `${who}: asks for all devices, but resource pool ${pool.driver}/${pool.name} is currently ${problem}`,
      );
    }
    for (const device of pool.devices) {
      if (isSelected(claim, { ...shape, class: deviceClass }, device, preparation.selectors)) {
        all.push(device);
      }
    }
  }
  return { ...shape, class: deviceClass, needed: all.length, all };
}

/** Whether a device passes the selectors of a request and of its class. */
export function isSelected(
  claim: ResourceClaim,
  request: RequestShape & { readonly class: DeviceClass },
  device: PoolDevice,
  selectors: DeviceSelectors,
): boolean {
  const { class: deviceClass } = request;
  return (
    selectors.match(deviceClass.spec.selectors ?? [], device, `class ${deviceClass.metadata?.name}`) &&
    selectors.match(request.selectors, device, `claim ${nameOf(claim)}`)
  );
}
