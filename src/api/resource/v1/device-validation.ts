import { checkText } from '#api/checks.ts';
import { validateNodeSelector } from '#api/core/v1/affinity-validation.ts';
import { append } from '#base/append.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { DNS_LABEL_MAX_LENGTH, isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { parseSemver } from '#machinery/names/semver.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { validateRequestPolicy } from './capacity-policy-validation.ts';
import {
  type Counter,
  type Device,
  DeviceAttribute,
  type DeviceCapacity,
  type DeviceCounterConsumption,
} from './device.ts';
import { validateBindingConditions } from './device-binding-validation.ts';
import { validateDeviceTaint } from './device-config-validation.ts';
import { checkMap, checkQualifiedName, checkSet, checkSlice } from './resource-checks.ts';

const MOST_PROPERTIES = 32;
const MOST_TAINTS = 16;
const MOST_CONSUMPTIONS = 2;
const MOST_COUNTERS = 32;
const LONGEST_VALUE = 64;
/** A domain, a slash and a name. */
const LONGEST_KEY = 63 + 1 + 32;

/** `old` is the same device before; `perDevice` says whether devices tell themselves where they are reached. */
export function validateDevice(
  device: Device,
  field: FieldPath,
  { old, perDevice }: { readonly old: Device | undefined; readonly perDevice: boolean },
): FieldError[] {
  const properties = Object.keys(device.attributes ?? {}).length + Object.keys(device.capacity ?? {}).length;
  const isShared = device.allowMultipleAllocations === true;
  const keys = { longest: LONGEST_KEY, checkKey: checkQualifiedName };
  return [
    ...checkText(field.child('name'), device.name, isDNS1123Label),
    ...(properties > MOST_PROPERTIES
      ? [invalid(field, properties, `the total number of attributes and capacities must not exceed ${MOST_PROPERTIES}`)]
      : []),
    ...checkMap(device.attributes, field.child('attributes'), { ...keys, check: validateAttribute }),
    ...checkMap(device.capacity, field.child('capacity'), {
      ...keys,
      check: (capacity, at) => validateCapacity(capacity, at, isShared),
    }),
    ...(deepEqual(old?.taints, device.taints)
      ? []
      : checkSlice(device.taints, field.child('taints'), MOST_TAINTS, validateDeviceTaint)),
    ...checkSet(device.consumesCounters, field.child('consumesCounters'), {
      most: MOST_CONSUMPTIONS,
      key: ({ counterSet }) => counterSet,
      check: validateConsumption,
    }),
    ...(perDevice ? validateReach(device, field) : validateNoReach(device, field)),
    ...validateBindingConditions(device, field),
  ];
}

function validateAttribute(attribute: DeviceAttribute, field: FieldPath): FieldError[] {
  const { bool, int, string, version } = attribute;
  const errors: FieldError[] = [];
  if (string !== undefined) append(errors, checkLength(string, field.child('string')));
  if (version !== undefined) {
    const at = field.child('version');
    if (typeof parseSemver(version) === 'string') {
      errors.push(invalid(at, version, 'must be a string compatible with semver.org spec 2.0.0'));
    }
    append(errors, checkLength(version, at));
  }
  const count = [bool, int, string, version].filter((value) => value !== undefined).length;
  if (count === 1) return errors;
  const shown = count === 0 ? '' : internalForm(attribute, DeviceAttribute);
  return [...errors, invalid(field, shown, 'exactly one value must be specified')];
}

const checkLength = (text: string, field: FieldPath): FieldError[] =>
  byteLength(text) > LONGEST_VALUE ? [tooLong(field, LONGEST_VALUE)] : [];

function validateCapacity({ value, requestPolicy }: DeviceCapacity, field: FieldPath, isShared: boolean): FieldError[] {
  if (requestPolicy === undefined) return [];
  const at = field.child('requestPolicy');
  return isShared
    ? validateRequestPolicy(value, requestPolicy, at)
    : [forbidden(at, 'allowMultipleAllocations must be true')];
}

const validateConsumption = ({ counterSet, counters }: DeviceCounterConsumption, field: FieldPath): FieldError[] => [
  ...validateSetName(counterSet, field.child('counterSet')),
  ...validateCounters(counters, field.child('counters')),
];

export const validateSetName = (name: string, field: FieldPath): FieldError[] =>
  name === '' ? [required(field)] : checkText(field, name, isDNS1123Label);

/** Any amount will do. */
export const validateCounters = (
  counters: Readonly<Record<string, Counter>> | undefined,
  field: FieldPath,
): FieldError[] =>
  Object.keys(counters ?? {}).length === 0
    ? [required(field)]
    : checkMap(counters, field, {
        most: MOST_COUNTERS,
        longest: DNS_LABEL_MAX_LENGTH,
        checkKey: (name, at) => checkText(at, name, isDNS1123Label),
        check: () => [],
      });

const ONE_OF =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';

function validateReach({ nodeName, nodeSelector, allNodes }: Device, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const set: string[] = [];
  if (nodeName) {
    set.push('`nodeName`');
    append(errors, checkText(field.child('nodeName'), nodeName, isDNS1123Subdomain));
  } else if (nodeName === '') errors.push(invalid(field.child('nodeName'), nodeName, 'must not be empty'));
  if (nodeSelector) {
    set.push('`nodeSelector`');
    append(errors, validateNodeSelector(nodeSelector, field.child('nodeSelector')));
  }
  if (allNodes) set.push('`allNodes`');
  else if (allNodes === false) {
    errors.push(invalid(field.child('allNodes'), allNodes, 'must be either unset or set to true'));
  }
  if (set.length === 0) return [...errors, required(field, ONE_OF)];
  return set.length === 1 ? errors : [...errors, invalid(field, `{${set.join(', ')}}`, ONE_OF)];
}

const validateNoReach = ({ nodeName, nodeSelector, allNodes }: Device, field: FieldPath): FieldError[] =>
  nodeName === undefined && nodeSelector === undefined && allNodes === undefined
    ? []
    : [
        invalid(
          field,
          null,
          '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
        ),
      ];
