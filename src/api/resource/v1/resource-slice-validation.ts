import { checkText, immutable } from '#api/checks.ts';
import { NodeSelector } from '#api/core/v1/affinity.ts';
import { validateNodeSelector } from '#api/core/v1/affinity-validation.ts';
import { validateDriverName } from '#api/core/v1/volume-validation.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { validateCounters, validateDevice, validateSetName } from './device-validation.ts';
import { checkPoolName, checkSet } from './resource-checks.ts';
import type { ResourcePool, ResourceSlice, ResourceSliceSpec } from './resource-slice.ts';

const SPEC = new FieldPath('spec');
const MOST_DEVICES = 128;
/** Of devices that are more to look at. */
const MOST_DEMANDING_DEVICES = 64;
const MOST_COUNTER_SETS = 8;

/** `old` is what an update replaces. */
export function validateResourceSlice({ spec }: ResourceSlice, old?: ResourceSlice): FieldError[] {
  const { devices, sharedCounters, perDeviceNodeSelection: perDevice = false } = spec;
  const isDemanding = devices?.some(({ taints, consumesCounters }) => taints?.length || consumesCounters?.length);
  return [
    ...validateDriverName(spec.driver, SPEC.child('driver')),
    ...validatePool(spec.pool, SPEC.child('pool')),
    ...(old ? validateIdentity(spec, old.spec) : []),
    ...validateReach(spec),
    ...(sharedCounters && devices ? [invalid(SPEC, '', 'only one of `sharedCounters` or `devices` is allowed')] : []),
    ...checkSet(devices, SPEC.child('devices'), {
      most: isDemanding ? MOST_DEMANDING_DEVICES : MOST_DEVICES,
      key: ({ name }) => name,
      check: (device, at) => {
        const before = old?.spec.devices?.find(({ name }) => name === device.name);
        return validateDevice(device, at, { old: before, perDevice });
      },
    }),
    ...checkSet(sharedCounters, SPEC.child('sharedCounters'), {
      most: MOST_COUNTER_SETS,
      key: ({ name }) => name,
      check: ({ name, counters }, at) => [
        ...validateSetName(name, at.child('name')),
        ...validateCounters(counters, at.child('counters')),
      ],
    }),
  ];
}

function validatePool({ name, resourceSliceCount, generation }: ResourcePool, field: FieldPath): FieldError[] {
  const errors = checkPoolName(name, field.child('name'));
  if (resourceSliceCount <= 0) {
    errors.push(invalid(field.child('resourceSliceCount'), resourceSliceCount, 'must be greater than zero'));
  }
  if (generation < 0) {
    errors.push(invalid(field.child('generation'), generation, 'must be greater than or equal to zero'));
  }
  return errors;
}

/** A slice stays what it is: whose, of which pool, on which node. */
const validateIdentity = (spec: ResourceSliceSpec, old: ResourceSliceSpec): FieldError[] => [
  ...immutable(SPEC.child('pool', 'name'), spec.pool.name, old.pool.name),
  ...immutable(SPEC.child('driver'), spec.driver, old.driver),
  ...immutable(SPEC.child('nodeName'), spec.nodeName, old.nodeName),
];

const ONE_OF = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

/** From which nodes the devices can be reached: one way of saying so. */
function validateReach(spec: ResourceSliceSpec): FieldError[] {
  const { nodeName, nodeSelector } = spec;
  const errors: FieldError[] = [];
  const set: string[] = [];
  if (nodeName) {
    set.push('`nodeName`');
    append(errors, checkText(SPEC.child('nodeName'), nodeName, isDNS1123Subdomain));
  } else if (nodeName === '') {
    errors.push(invalid(SPEC.child('nodeName'), '', 'must be either unset or set to a non-empty string'));
  }
  if (nodeSelector) {
    set.push('`nodeSelector`');
    append(errors, validateNodeSelector(nodeSelector, SPEC.child('nodeSelector')));
    const terms = nodeSelector.nodeSelectorTerms;
    if (terms.length !== 1) {
      const { schema } = NodeSelector.fields.nodeSelectorTerms;
      const at = SPEC.child('nodeSelector', 'nodeSelectorTerms');
      errors.push(invalid(at, internalForm(terms, schema), 'must have exactly one node selector term'));
    }
  }
  for (const name of ['allNodes', 'perDeviceNodeSelection'] as const) {
    if (spec[name]) set.push(`\`${name}\``);
    else if (spec[name] === false) errors.push(invalid(SPEC.child(name), false, 'must be either unset or set to true'));
  }
  if (set.length === 0) return [...errors, required(SPEC, ONE_OF)];
  if (set.length === 1) return errors;
  return [...errors, invalid(SPEC, `{${set.join(', ')}}`, `${ONE_OF}, but multiple fields are set`)];
}
