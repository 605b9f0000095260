import { checkEach, requireText } from '#api/checks.ts';
import { table } from '#base/table.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooMany,
} from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import type { CustomResourceDefinitionVersion } from './custom-resource-definition.ts';
import { JSONSchemaProps } from './json-schema-props.ts';
import { followPath } from './schema-path.ts';
import { validateStructuralSchema } from './structural-schema-validation.ts';

type Version = CustomResourceDefinitionVersion;
type Scale = NonNullable<NonNullable<Version['subresources']>['scale']>;
type Column = NonNullable<Version['additionalPrinterColumns']>[number];

/** Parts of versions that, where all versions have the same, are looked at once and named as the definition's own. */
export const SHARED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;
export type SharedPart = (typeof SHARED)[number];

const LONGEST_WARNING = 256;
const MOST_SELECTABLE = 8;
const SELECTABLE = ['string', 'boolean', 'integer'];
const TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

/** What is wrong with one part of a version; `field` is where it stands. */
export function validateSharedPart(version: Version, part: SharedPart, field: FieldPath): FieldError[] {
  const schema = version.schema?.openAPIV3Schema;
  const scale = version.subresources?.scale;
  switch (part) {
    case 'schema':
      if (schema === undefined) return [];
      return [
        ...(version.subresources?.status ? validateRootOfStatus(schema, field) : []),
        ...validateStructuralSchema(schema, field.child('openAPIV3Schema')),
      ];
    case 'subresources':
      return scale === undefined ? [] : validateScale(scale, field);
    case 'additionalPrinterColumns':
      return checkEach(version.additionalPrinterColumns, field, validateColumn);
    case 'selectableFields':
      return validateSelectable(version, field);
  }
}

/** What may be said at the root where the schema of the status is taken out of it. */
const AT_ROOT = [
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems',
  'MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations',
].join(' ');
/** Members whose names inside upstream are not their own with a capital letter. */
const INTERNAL = table<string>({
  'x-kubernetes-preserve-unknown-fields': 'XPreserveUnknownFields',
  'x-kubernetes-validations': 'XValidations',
});

function validateRootOfStatus(schema: JSONSchemaProps, field: FieldPath): FieldError[] {
  const at = field.child('openAPIV3Schema');
  if (schema.type && schema.type !== 'object') {
    const detail =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalid(at.child('type'), schema.type, detail)];
  }
  const allowed = AT_ROOT.split(' ');
  const foreign = Object.entries(schema).some(([name, value]) => {
    const isSet =
      value !== undefined && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);
    return isSet && !allowed.includes(INTERNAL[name] ?? `${name[0]?.toUpperCase()}${name.slice(1)}`);
  });
  if (!foreign) return [];
  const detail = `only [${AT_ROOT}] fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalid(at, internalForm(schema, JSONSchemaProps), detail)];
}

/** Fields that lists can be narrowed by are single values that objects have of their own. */
function validateSelectable({ schema, selectableFields = [] }: Version, field: FieldPath): FieldError[] {
  const root = schema?.openAPIV3Schema;
  if (root === undefined || selectableFields.length === 0) return [];
  const seen = new Set<string>();
  const errors = checkEach(selectableFields, field, ({ jsonPath }, item) => {
    const at = item.child('jsonPath');
    if (!jsonPath) return [required(at)];
    const found = followPath(jsonPath, root, false);
    if (typeof found === 'string') return [invalid(at, jsonPath, `is an invalid path: ${found}`)];
    const problems = found.root === 'metadata' ? [invalid(at, jsonPath, 'must not point to fields in metadata')] : [];
    if (!SELECTABLE.includes(found.schema.type ?? '')) {
      const detail =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      problems.push(invalid(at, jsonPath, detail));
    }
    if (seen.has(found.path)) problems.push(duplicate(at, jsonPath));
    seen.add(found.path);
    return problems;
  });
  return seen.size > MOST_SELECTABLE ? [...errors, tooMany(field, seen.size, MOST_SELECTABLE)] : errors;
}

/** What clients of a deprecated version are told. */
export function validateWarning({ deprecated, deprecationWarning }: Version, field: FieldPath): FieldError[] {
  if (deprecationWarning === undefined) return [];
  const refuse = (detail: string) => invalid(field, deprecationWarning, detail);
  if (!deprecated) return [refuse('can only be set for deprecated versions')];
  const unprintable = deprecationWarning.search(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u);
  return [
    ...(deprecationWarning.length > LONGEST_WARNING ? [refuse('must be <= 256 characters long')] : []),
    ...(deprecationWarning === '' ? [refuse('must not be an empty string')] : []),
    ...(unprintable < 0
      ? []
      : [
          refuse(`must only contain printable UTF-8 characters; non-printable character found at index ${unprintable}`),
        ]),
  ];
}

const isSimplePath = (path: string): string[] =>
  path.startsWith('.') ? [] : ['must be a simple json path starting with .'];

function validateScale(scale: Scale, field: FieldPath): FieldError[] {
  const below = (roots: readonly string[], detail: string) => (path: string) => {
    const problems = isSimplePath(path);
    if (problems.length > 0) return problems;
    return roots.some((root) => path.startsWith(`${root}.`)) ? [] : [detail];
  };
  const inSpec = below(['.spec'], 'should be a json path under .spec');
  const inStatus = below(['.status'], 'should be a json path under .status');
  const inEither = below(['.spec', '.status'], 'should be a json path under either .spec or .status');
  return [
    ...requireText(field.child('scale.specReplicasPath'), scale.specReplicasPath, inSpec),
    ...requireText(field.child('scale.statusReplicasPath'), scale.statusReplicasPath, inStatus),
    ...(scale.labelSelectorPath
      ? requireText(field.child('scale.labelSelectorPath'), scale.labelSelectorPath, inEither)
      : []),
  ];
}

function validateColumn({ name, type, format, jsonPath }: Column, field: FieldPath): FieldError[] {
  const types = `must be one of ${TYPES.join(',')}`;
  const errors = requireText(field.child('name'), name);
  if (!type) errors.push(required(field.child('type'), types));
  else if (!TYPES.includes(type)) errors.push(invalid(field.child('type'), type, types));
  if (format && !FORMATS.includes(format)) {
    errors.push(invalid(field.child('format'), format, `must be one of ${FORMATS.join(',')}`));
  }
  return [...errors, ...requireText(field.child('JSONPath'), jsonPath, isSimplePath)];
}
