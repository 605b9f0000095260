import { checkEach, immutable, requireText } from '#api/checks.ts';
import { duplicate, type FieldError, FieldPath, invalid, required, tooMany } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import type { ResourceSlice } from './resource-slice.ts';

const SPEC = new FieldPath('spec');
const MOST_DEVICES = 128;

export function validateResourceSlice({ spec }: ResourceSlice): FieldError[] {
  const { driver, pool, devices = [] } = spec;
  const at = SPEC.child('devices');
  const names = new Set<string>();
  return [
    ...requireText(SPEC.child('driver'), driver, isDNS1123Subdomain),
    ...requireText(SPEC.child('pool', 'name'), pool.name, isPoolName),
    ...validateReach(spec),
    ...(devices.length > MOST_DEVICES ? [tooMany(at, devices.length, MOST_DEVICES)] : []),
    ...checkEach(devices, at, ({ name }, place) => {
      const errors = requireText(place.child('name'), name, isDNS1123Label);
      if (names.has(name)) errors.push(duplicate(place.child('name'), name));
      names.add(name);
      return errors;
    }),
  ];
}

const isPoolName = (name: string): string[] => name.split('/').flatMap(isDNS1123Subdomain);

/** From which nodes the devices can be reached: one way of saying so. */
function validateReach(spec: ResourceSlice['spec']): FieldError[] {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec;
  const said = [nodeName, nodeSelector, allNodes || undefined, perDeviceNodeSelection || undefined];
  const count = said.filter((each) => each !== undefined).length;
  const detail = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (count === 0) return [required(SPEC, detail)];
  return count > 1 ? [invalid(SPEC, null, detail)] : [];
}

export const validateResourceSliceUpdate = ({ spec }: ResourceSlice, old: ResourceSlice): FieldError[] => [
  ...immutable(SPEC.child('driver'), spec.driver, old.spec.driver),
  ...immutable(SPEC.child('pool', 'name'), spec.pool.name, old.spec.pool.name),
  ...immutable(SPEC.child('nodeName'), spec.nodeName, old.spec.nodeName),
];
