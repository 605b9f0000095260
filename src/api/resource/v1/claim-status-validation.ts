import { checkText, immutable, requireOneOf, requireText } from '#api/checks.ts';
import { validateNodeSelector } from '#api/core/v1/affinity-validation.ts';
import { validateDriverName } from '#api/core/v1/volume-validation.ts';
import { validateConditions } from '#api/meta/v1/conditions-validation.ts';
import { type FieldError, FieldPath, forbidden, invalid, tooLong, tooMany } from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import { isValidInterfaceAddress } from '#machinery/names/ip-checks.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { type RequestNames, requestNames, validateNames, validateRequestReference } from './claim-validation.ts';
import { validateBindingConditions } from './device-binding-validation.ts';
import { validateConfiguration } from './device-config-validation.ts';
import { checkOpaque, checkPoolName, checkSet, checkSlice, checkUid } from './resource-checks.ts';
import type { ResourceClaim } from './resource-claim.ts';
import {
  type AllocatedDeviceStatus,
  AllocationResult,
  type DeviceAllocationConfiguration,
  type DeviceRequestAllocationResult,
  type NetworkDeviceData,
} from './resource-claim-status.ts';

const STATUS = new FieldPath('status');
const MOST_CONSUMERS = 256;
const MOST_RESULTS = 32;
const MOST_CONFIGURATIONS = 64;
const MOST_CONDITIONS = 8;
const MOST_ADDRESSES = 16;
const LONGEST_DATA = 10 * 1024;
const LONGEST_INTERFACE = 256;
const LONGEST_HARDWARE_ADDRESS = 128;

/** What was allocated stays until it is given up; only what is allocated is reserved, and told of. */
export function validateResourceClaimStatusUpdate(claim: ResourceClaim, old: ResourceClaim): FieldError[] {
  const { status = {} } = claim;
  const allocated = (status.allocation?.devices?.results ?? []).map(identityOf);
  return [
    ...checkSet(status.reservedFor, STATUS.child('reservedFor'), {
      most: MOST_CONSUMERS,
      key: ({ uid }) => uid,
      check: ({ resource, name, uid }, at) => [
        ...requireText(at.child('resource'), resource),
        ...requireText(at.child('name'), name),
        ...requireText(at.child('uid'), uid),
      ],
    }),
    ...checkSet(status.devices, STATUS.child('devices'), {
      key: identityOf,
      check: (device, at) => validateDevice(device, at, allocated),
    }),
    ...validateReservations(claim, old),
    ...validateAllocation(claim, old),
  ];
}

interface Identity {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareID?: string | undefined;
}

/** Which device something is about, as upstream shows it. */
const identityOf = ({ driver, pool, device, shareID = '' }: Identity) => ({
  Driver: driver,
  Pool: pool,
  Device: device,
  ShareID: shareID,
});

function validateReservations({ metadata, status = {} }: ResourceClaim, old: ResourceClaim): FieldError[] {
  const field = STATUS.child('reservedFor');
  const { reservedFor = [], allocation } = status;
  if (reservedFor.length === 0) return [];
  if (allocation === undefined) return [forbidden(field, 'may not be specified when `allocated` is not set')];
  if (!metadata?.deletionTimestamp) return [];
  const before = old.status?.reservedFor ?? [];
  const isKnown = reservedFor.every((consumer) => before.some((each) => deepEqual(each, consumer)));
  const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
  return isKnown ? [] : [forbidden(field, detail)];
}

function validateAllocation({ spec, status }: ResourceClaim, old: ResourceClaim): FieldError[] {
  const field = STATUS.child('allocation');
  const [now, before] = [status?.allocation, old.status?.allocation];
  if (now === undefined) return [];
  if (before !== undefined) {
    return deepEqual(now, before) ? [] : immutable(field, internalForm(now, AllocationResult), undefined);
  }
  const names = requestNames(spec.devices ?? {});
  const at = field.child('devices');
  return [
    ...checkSlice(now.devices?.results, at.child('results'), MOST_RESULTS, (result, place) =>
      validateResult(result, place, names),
    ),
    ...checkSlice(now.devices?.config, at.child('config'), MOST_CONFIGURATIONS, (config, place) =>
      validateAllocatedConfiguration(config, place, names),
    ),
    ...(now.nodeSelector ? validateNodeSelector(now.nodeSelector, field.child('nodeSelector')) : []),
  ];
}

const validateResult = (result: DeviceRequestAllocationResult, field: FieldPath, names: RequestNames): FieldError[] => [
  ...validateRequestReference(result.request, field.child('request'), names),
  ...validateIdentity(result, field),
  ...validateBindingConditions(result, field),
  ...(result.shareID === undefined ? [] : checkUid(result.shareID, field.child('shareID'))),
];

const validateIdentity = ({ driver, pool, device }: Identity, field: FieldPath): FieldError[] => [
  ...validateDriverName(driver, field.child('driver')),
  ...checkPoolName(pool, field.child('pool')),
  ...checkText(field.child('device'), device, isDNS1123Label),
];

const validateAllocatedConfiguration = (
  config: DeviceAllocationConfiguration,
  field: FieldPath,
  names: RequestNames,
): FieldError[] => [
  ...requireOneOf(field.child('source'), config.source, ['FromClaim', 'FromClass']),
  ...validateNames(config.requests, field.child('requests'), (name, at) => validateRequestReference(name, at, names)),
  ...validateConfiguration(config, field),
];

function validateDevice(
  device: AllocatedDeviceStatus,
  field: FieldPath,
  allocated: readonly ReturnType<typeof identityOf>[],
): FieldError[] {
  const identity = identityOf(device);
  const isAllocated = allocated.some((each) => deepEqual(each, identity));
  const { conditions = [], data, networkData, shareID } = device;
  const at = field.child('conditions');
  return [
    ...validateIdentity(device, field),
    ...(shareID === undefined ? [] : checkUid(shareID, field.child('shareID'))),
    ...(isAllocated ? [] : [invalid(field, identity, 'must be an allocated device in the claim')]),
    ...(conditions.length > MOST_CONDITIONS ? [tooMany(at, conditions.length, MOST_CONDITIONS)] : []),
    ...validateConditions(conditions, at),
    ...(data === undefined ? [] : checkOpaque(data, field.child('data'), { longest: LONGEST_DATA })),
    ...(networkData === undefined ? [] : validateNetwork(networkData, field.child('networkData'))),
  ];
}

const validateNetwork = (
  { interfaceName, hardwareAddress, ips }: NetworkDeviceData,
  field: FieldPath,
): FieldError[] => [
  ...checkLength(interfaceName, field.child('interfaceName'), LONGEST_INTERFACE),
  ...checkLength(hardwareAddress, field.child('hardwareAddress'), LONGEST_HARDWARE_ADDRESS),
  ...checkSet(ips, field.child('ips'), {
    most: MOST_ADDRESSES,
    key: (address) => address,
    check: (address, at) => checkText(at, address, isValidInterfaceAddress),
  }),
];

const checkLength = (text: string | undefined, field: FieldPath, longest: number): FieldError[] =>
  byteLength(text ?? '') > longest ? [tooLong(field, longest)] : [];
