import { validateClientConfig } from '#api/admissionregistration/v1/client-config-validation.ts';
import { checkEach, checkText, immutable, requireOneOf, requireText } from '#api/checks.ts';
import { duplicate, type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1035Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
} from './custom-resource-definition.ts';
import { validateStructuralSchema } from './structural-schema-validation.ts';

const SPEC = new FieldPath('spec');
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['int32', 'int64', 'float', 'double', 'byte', 'date', 'date-time', 'password'];

export function validateCustomResourceDefinition({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const name = metadata?.name ?? '';
  const errors: FieldError[] = [];
  if (name !== `${spec.names.plural}.${spec.group}`) {
    const detail = 'must be spec.names.plural+"."+spec.group';
    errors.push(invalid(new FieldPath('metadata').child('name'), name, detail));
  }
  return [
    ...errors,
    ...validateGroup(spec.group, SPEC.child('group')),
    ...requireOneOf(SPEC.child('scope'), spec.scope, ['Cluster', 'Namespaced']),
    ...validateVersions(spec.versions, SPEC.child('versions')),
    ...validateNames(spec.names, SPEC.child('names')),
    ...(spec.conversion ? validateConversion(spec.conversion, SPEC.child('conversion')) : []),
    ...(spec.preserveUnknownFields
      ? [
          invalid(
            SPEC.child('preserveUnknownFields'),
            true,
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
          ),
        ]
      : []),
  ];
}

function validateGroup(group: string, field: FieldPath): FieldError[] {
  const errors = requireText(field, group, isDNS1123Subdomain);
  if (errors.length > 0 || group.includes('.')) return errors;
  return [invalid(field, group, 'should be a domain with at least one dot')];
}

function validateVersions(versions: readonly CustomResourceDefinitionVersion[], field: FieldPath): FieldError[] {
  const names = versions.map(({ name }) => name);
  const errors: FieldError[] = [];
  if (new Set(names).size < names.length) errors.push(invalid(field, versions, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalid(field, versions, 'must have exactly one version marked as storage version'));
  }
  return [...errors, ...checkEach(versions, field, validateVersion)];
}

function validateVersion(version: CustomResourceDefinitionVersion, field: FieldPath): FieldError[] {
  const schema = version.schema?.openAPIV3Schema;
  const at = field.child('schema', 'openAPIV3Schema');
  const scale = version.subresources?.scale;
  return [
    ...checkText(field.child('name'), version.name, isDNS1035Label),
    ...(version.deprecationWarning !== undefined && !version.deprecated
      ? [
          invalid(
            field.child('deprecationWarning'),
            version.deprecationWarning,
            'can only be set for deprecated versions',
          ),
        ]
      : []),
    ...(schema === undefined ? [required(at, 'schemas are required')] : validateStructuralSchema(schema, at)),
    ...(scale ? validateScale(scale, field.child('subresources', 'scale')) : []),
    ...checkEach(version.additionalPrinterColumns, field.child('additionalPrinterColumns'), (column, place) => [
      ...requireText(place.child('name'), column.name),
      ...requireOneOf(place.child('type'), column.type, COLUMN_TYPES),
      ...(column.format ? requireOneOf(place.child('format'), column.format, COLUMN_FORMATS) : []),
      ...requireText(place.child('jsonPath'), column.jsonPath, isSimplePath),
    ]),
    ...checkEach(version.selectableFields, field.child('selectableFields'), ({ jsonPath }, place) =>
      requireText(place.child('jsonPath'), jsonPath, isSimplePath),
    ),
  ];
}

const isSimplePath = (path: string): string[] =>
  path.startsWith('.') || path.startsWith('{') ? [] : ['must be a simple json path starting with .'];

function validateScale(
  scale: {
    readonly specReplicasPath: string;
    readonly statusReplicasPath: string;
    readonly labelSelectorPath?: string | undefined;
  },
  field: FieldPath,
): FieldError[] {
  const below = (path: string, root: string) =>
    path.startsWith(`${root}.`) ? [] : [`should be a json path under ${root}`];
  return [
    ...requireText(field.child('specReplicasPath'), scale.specReplicasPath, (path) => below(path, '.spec')),
    ...requireText(field.child('statusReplicasPath'), scale.statusReplicasPath, (path) => below(path, '.status')),
    ...(scale.labelSelectorPath
      ? checkText(field.child('labelSelectorPath'), scale.labelSelectorPath, (path) =>
          path.startsWith('.spec.') || path.startsWith('.status.')
            ? []
            : ['should be a json path under either .spec or .status'],
        )
      : []),
  ];
}

function validateNames(names: CustomResourceDefinitionNames, field: FieldPath): FieldError[] {
  const mixedCase = (value: string) =>
    isDNS1035Label(value.toLowerCase()).map((detail) => `may have mixed case, but should otherwise match: ${detail}`);
  const errors = [
    ...requireText(field.child('plural'), names.plural, isDNS1035Label),
    ...requireText(field.child('singular'), names.singular, isDNS1035Label),
    ...requireText(field.child('kind'), names.kind, mixedCase),
    ...requireText(field.child('listKind'), names.listKind, mixedCase),
    ...checkEach(names.shortNames, field.child('shortNames'), (name, at) => checkText(at, name, isDNS1035Label)),
    ...checkEach(names.categories, field.child('categories'), (name, at) => checkText(at, name, isDNS1035Label)),
  ];
  if (names.kind && names.kind === names.listKind) {
    errors.push(invalid(field.child('listKind'), names.listKind, 'kind and listKind may not be the same'));
  }
  return errors;
}

function validateConversion({ strategy, webhook }: CustomResourceConversion, field: FieldPath): FieldError[] {
  const errors = requireOneOf(field.child('strategy'), strategy, ['None', 'Webhook']);
  const at = field.child('webhook');
  if (strategy !== 'Webhook') {
    if (webhook !== undefined) errors.push(forbidden(at, 'should not be set when strategy is not set to Webhook'));
    return errors;
  }
  if (webhook?.clientConfig === undefined) {
    errors.push(required(at.child('clientConfig'), 'required when strategy is set to Webhook'));
  } else errors.push(...validateClientConfig(webhook.clientConfig, at.child('clientConfig')));
  const versions = webhook?.conversionReviewVersions ?? [];
  const place = at.child('conversionReviewVersions');
  if (versions.length === 0) return [...errors, required(place)];
  const seen = new Set<string>();
  errors.push(
    ...checkEach(versions, place, (version, here) => {
      if (seen.has(version)) return [duplicate(here, version)];
      seen.add(version);
      return checkText(here, version, isDNS1035Label);
    }),
  );
  if (!versions.some((version) => version === 'v1' || version === 'v1beta1')) {
    errors.push(invalid(place, versions, 'must include at least one of v1, v1beta1'));
  }
  return errors;
}

/** Objects that exist keep the address that they were made under. */
export function validateCustomResourceDefinitionUpdate(
  { spec, status }: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  const established = old.status?.conditions?.some(
    ({ type, status: value }) => type === 'Established' && value === 'True',
  );
  const errors: FieldError[] = [...immutable(SPEC.child('group'), spec.group, old.spec.group)];
  if (established) {
    errors.push(...immutable(SPEC.child('scope'), spec.scope, old.spec.scope));
    errors.push(...immutable(SPEC.child('names', 'kind'), spec.names.kind, old.spec.names.kind));
    errors.push(...immutable(SPEC.child('names', 'plural'), spec.names.plural, old.spec.names.plural));
  }
  const names = new Set(spec.versions.map(({ name }) => name));
  const field = new FieldPath('status').child('storedVersions');
  return [
    ...errors,
    ...checkEach(status?.storedVersions, field, (version, at) =>
      names.has(version) ? [] : [invalid(at, version, storedVersionDetail(version))],
    ),
  ];
}

const storedVersionDetail = (version: string): string =>
  `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;
