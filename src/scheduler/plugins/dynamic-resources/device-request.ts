import type { DeviceSelector, DeviceToleration } from '#api/resource/v1/device-selector.ts';
import type { DeviceRequest } from '#api/resource/v1/resource-claim-spec.ts';

/** A request for devices, or one of the alternatives of a request. */
export interface RequestShape {
  readonly name: string;
  /** The request of which this is an alternative. */
  readonly parent: string | undefined;
  /** `name`, or `parent/name` */
  readonly fullName: string;
  readonly deviceClassName: string;
  readonly selectors: readonly DeviceSelector[];
  readonly mode: string;
  readonly count: number;
  readonly adminAccess: boolean;
  readonly tolerations: readonly DeviceToleration[];
  /** What is wanted of capacities, as quantities by name. */
  readonly capacity: Readonly<Record<string, string>> | undefined;
}

/** What a request asks for: itself, or its alternatives in order of preference. */
export function shapesOf({ name, exactly, firstAvailable }: DeviceRequest): RequestShape[] {
  if (firstAvailable?.length) {
    return firstAvailable.map((alternative) => shape(alternative, { name: alternative.name, parent: name }));
  }
  return [shape(exactly ?? { deviceClassName: '' }, { name, parent: undefined })];
}

type Asked = Partial<NonNullable<DeviceRequest['exactly']>> & { readonly deviceClassName: string };

const shape = (
  { deviceClassName, selectors, allocationMode, count, adminAccess, tolerations, capacity }: Asked,
  { name, parent }: { readonly name: string; readonly parent: string | undefined },
): RequestShape => ({
  name,
  parent,
  fullName: parent === undefined ? name : `${parent}/${name}`,
  deviceClassName,
  selectors: selectors ?? [],
  mode: allocationMode ?? 'ExactCount',
  count: Number(count ?? 1),
  adminAccess: adminAccess ?? false,
  tolerations: tolerations ?? [],
  capacity: capacity?.requests as Readonly<Record<string, string>> | undefined,
});
