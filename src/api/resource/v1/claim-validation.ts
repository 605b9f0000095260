import { checkEach, checkText, immutable, requireText } from '#api/checks.ts';
import { validateTemplateMeta } from '#api/meta/v1/template-meta-validation.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { validateConfiguration, validateDeviceToleration, validateSelectors } from './device-config-validation.ts';
import { checkFullyQualifiedName, checkSet, checkSlice } from './resource-checks.ts';
import type { ResourceClaim } from './resource-claim.ts';
import {
  type DeviceClaim,
  type DeviceConstraint,
  type DeviceRequest,
  type DeviceSubRequest,
  type ExactDeviceRequest,
  ResourceClaimSpec,
  ResourceClaimTemplateSpec,
} from './resource-claim-spec.ts';
import type { ResourceClaimTemplate } from './resource-claim-template.ts';

const SPEC = new FieldPath('spec');
const MOST_REQUESTS = 32;
const MOST_CONSTRAINTS = 32;
const MOST_CONFIGURATIONS = 32;
const MOST_ALTERNATIVES = 8;

export const validateResourceClaim = ({ spec }: ResourceClaim): FieldError[] => validateClaimSpec(spec, SPEC);

export const validateResourceClaimTemplate = ({ spec }: ResourceClaimTemplate): FieldError[] => [
  ...validateTemplateMeta(spec.metadata, SPEC.child('metadata')),
  ...validateClaimSpec(spec.spec, SPEC.child('spec')),
];

/** What a claim asks for does not change; nothing else is said of changes. */
export const validateResourceClaimUpdate = ({ spec }: ResourceClaim, old: ResourceClaim): FieldError[] =>
  deepEqual(spec, old.spec) ? [] : immutable(SPEC, internalForm(spec, ResourceClaimSpec), undefined);

export const validateResourceClaimTemplateUpdate = (
  { spec }: ResourceClaimTemplate,
  old: ResourceClaimTemplate,
): FieldError[] =>
  deepEqual(spec, old.spec) ? [] : immutable(SPEC, internalForm(spec, ResourceClaimTemplateSpec), undefined);

function validateClaimSpec({ devices = {} }: ResourceClaimSpec, spec: FieldPath): FieldError[] {
  const field = spec.child('devices');
  const names = requestNames(devices);
  const checkName = (name: string, at: FieldPath) => validateRequestReference(name, at, names);
  return [
    ...checkSet(devices.requests, field.child('requests'), {
      most: MOST_REQUESTS,
      key: ({ name }) => name,
      check: validateRequest,
    }),
    ...checkSlice(devices.constraints, field.child('constraints'), MOST_CONSTRAINTS, (constraint, at) => [
      ...validateNames(constraint.requests, at.child('requests'), checkName),
      ...validateConstraint(constraint, at),
    ]),
    ...checkSlice(devices.config, field.child('config'), MOST_CONFIGURATIONS, (config, at) => [
      ...validateNames(config.requests, at.child('requests'), checkName),
      ...validateConfiguration(config, at),
    ]),
  ];
}

/** Names of requests that something is about, each once. */
export const validateNames = (
  names: readonly string[] | undefined,
  field: FieldPath,
  check: (name: string, field: FieldPath) => FieldError[],
): FieldError[] => checkSet(names, field, { most: MOST_REQUESTS, key: (name) => name, check });

/** Names by which a claim's requests are referred to, `request` or `request/alternative`. */
export type RequestNames = ReadonlySet<string>;

export const requestNames = ({ requests = [] }: DeviceClaim): RequestNames =>
  new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [
      name,
      ...firstAvailable.map((alternative) => `${name}/${alternative.name}`),
    ]),
  );

const REFERENCE =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

export function validateRequestReference(name: string, field: FieldPath, names: RequestNames): FieldError[] {
  const parts = name.split('/');
  if (parts.length > 2) return [invalid(field, name, REFERENCE)];
  const errors = parts.flatMap((part) => checkText(field, part, isDNS1123Label));
  return names.has(name) ? errors : [...errors, invalid(field, name, REFERENCE)];
}

function validateConstraint({ matchAttribute, distinctAttribute }: DeviceConstraint, field: FieldPath): FieldError[] {
  if (matchAttribute !== undefined) return checkFullyQualifiedName(matchAttribute, field.child('matchAttribute'));
  if (distinctAttribute !== undefined) {
    return checkFullyQualifiedName(distinctAttribute, field.child('distinctAttribute'));
  }
  const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
  return [required(field, detail)];
}

function validateRequest({ name, exactly, firstAvailable = [] }: DeviceRequest, field: FieldPath): FieldError[] {
  const errors = checkText(field.child('name'), name, isDNS1123Label);
  const detail = 'exactly one of `exactly` or `firstAvailable` is required';
  if (exactly !== undefined && firstAvailable.length > 0) {
    return [...errors, invalid(field, null, `${detail}, but multiple fields are set`)];
  }
  if (exactly !== undefined) return [...errors, ...validateWanted(exactly, field.child('exactly'))];
  if (firstAvailable.length === 0) return [...errors, required(field, detail)];
  return [
    ...errors,
    ...checkSet(firstAvailable, field.child('firstAvailable'), {
      most: MOST_ALTERNATIVES,
      key: (alternative) => alternative.name,
      check: (alternative, at) => [
        ...checkText(at.child('name'), alternative.name, isDNS1123Label),
        ...validateWanted(alternative, at),
      ],
    }),
  ];
}

const validateWanted = (wanted: ExactDeviceRequest | DeviceSubRequest, field: FieldPath): FieldError[] => [
  ...requireText(field.child('deviceClassName'), wanted.deviceClassName, isDNS1123Subdomain),
  ...validateSelectors(wanted.selectors, field.child('selectors')),
  ...validateCount(wanted, field),
  ...checkEach(wanted.tolerations, field.child('tolerations'), validateDeviceToleration),
];

function validateCount(
  { allocationMode = '', count = 0 }: ExactDeviceRequest | DeviceSubRequest,
  field: FieldPath,
): FieldError[] {
  const at = field.child('count');
  switch (allocationMode) {
    case 'All':
      return count === 0 ? [] : [invalid(at, count, "must not be specified when allocationMode is 'All'")];
    case 'ExactCount':
      return count > 0 ? [] : [invalid(at, count, 'must be greater than zero')];
    default:
      return [notSupported(field.child('allocationMode'), allocationMode, ['All', 'ExactCount'])];
  }
}
