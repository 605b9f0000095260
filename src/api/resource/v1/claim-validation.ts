import { checkEach, immutable, positive, requireOneOf, requireText } from '#api/checks.ts';
import { duplicate, type FieldError, FieldPath, invalid, required, tooMany } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ResourceClaim } from './resource-claim.ts';
import type { DeviceRequest, DeviceSubRequest, ExactDeviceRequest, ResourceClaimSpec } from './resource-claim-spec.ts';
import type { ResourceClaimTemplate } from './resource-claim-template.ts';

const SPEC = new FieldPath('spec');
const MOST_REQUESTS = 32;
const MOST_ALTERNATIVES = 8;

export const validateResourceClaim = ({ spec }: ResourceClaim): FieldError[] => validateClaimSpec(spec, SPEC);

export const validateResourceClaimTemplate = ({ spec }: ResourceClaimTemplate): FieldError[] =>
  validateClaimSpec(spec.spec, SPEC.child('spec'));

export const validateResourceClaimUpdate = ({ spec }: ResourceClaim, old: ResourceClaim): FieldError[] =>
  immutable(SPEC, spec, old.spec);

export const validateResourceClaimTemplateUpdate = (
  { spec }: ResourceClaimTemplate,
  old: ResourceClaimTemplate,
): FieldError[] => immutable(SPEC, spec, old.spec);

function validateClaimSpec({ devices }: ResourceClaimSpec, field: FieldPath): FieldError[] {
  const requests = devices?.requests ?? [];
  const at = field.child('devices', 'requests');
  const names = new Set<string>();
  const errors = requests.length > MOST_REQUESTS ? [tooMany(at, requests.length, MOST_REQUESTS)] : [];
  errors.push(
    ...checkEach(requests, at, (request, place) => {
      const problems = validateRequest(request, place);
      if (names.has(request.name)) problems.push(duplicate(place.child('name'), request.name));
      names.add(request.name);
      return problems;
    }),
  );
  const constraints = field.child('devices', 'constraints');
  return [
    ...errors,
    ...checkEach(devices?.constraints, constraints, (constraint, place) =>
      checkEach(constraint.requests, place.child('requests'), (name, here) =>
        names.has(name.split('/')[0] as string)
          ? []
          : [
              invalid(
                here,
                name,
                "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
              ),
            ],
      ),
    ),
  ];
}

function validateRequest({ name, exactly, firstAvailable = [] }: DeviceRequest, field: FieldPath): FieldError[] {
  const errors = requireText(field.child('name'), name, isDNS1123Label);
  if (exactly === undefined && firstAvailable.length === 0) {
    return [...errors, required(field, 'exactly one of `exactly` or `firstAvailable` is required')];
  }
  if (exactly !== undefined && firstAvailable.length > 0) {
    return [...errors, invalid(field, null, 'exactly one of `exactly` or `firstAvailable` is required')];
  }
  if (exactly !== undefined) return [...errors, ...validateWanted(exactly, field.child('exactly'))];
  const at = field.child('firstAvailable');
  if (firstAvailable.length > MOST_ALTERNATIVES) errors.push(tooMany(at, firstAvailable.length, MOST_ALTERNATIVES));
  return [
    ...errors,
    ...checkEach(firstAvailable, at, (alternative, place) => [
      ...requireText(place.child('name'), alternative.name, isDNS1123Label),
      ...validateWanted(alternative, place),
    ]),
  ];
}

function validateWanted(wanted: ExactDeviceRequest | DeviceSubRequest, field: FieldPath): FieldError[] {
  const errors = [
    ...requireText(field.child('deviceClassName'), wanted.deviceClassName, isDNS1123Subdomain),
    ...requireOneOf(field.child('allocationMode'), wanted.allocationMode, ['All', 'ExactCount']),
  ];
  const count = field.child('count');
  if (wanted.allocationMode === 'ExactCount') errors.push(...positive(count, wanted.count));
  if (wanted.allocationMode === 'All' && wanted.count) {
    errors.push(invalid(count, wanted.count, "must not be specified when allocationMode is 'All'"));
  }
  return errors;
}

/** What was allocated stays until it is given up. */
export function validateResourceClaimStatusUpdate({ status }: ResourceClaim, old: ResourceClaim): FieldError[] {
  const [now, before] = [status?.allocation, old.status?.allocation];
  const field = new FieldPath('status').child('allocation');
  if (before !== undefined && now !== undefined && !deepEqual(now, before)) {
    return [invalid(field, now, 'field is immutable')];
  }
  if (now === undefined && (status?.reservedFor?.length ?? 0) > 0) {
    return [required(field, 'must be set when `reservedFor` is used')];
  }
  return [];
}
