import { checkEach, requireText } from '#api/checks.ts';
import { type FieldError, type FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import type { CustomResourceDefinitionVersion } from './custom-resource-definition.ts';
import { validateStructuralSchema } from './structural-schema-validation.ts';

type Version = CustomResourceDefinitionVersion;
type Scale = NonNullable<NonNullable<Version['subresources']>['scale']>;
type Column = NonNullable<Version['additionalPrinterColumns']>[number];

/** Parts of versions that, where all versions have the same, are looked at once and named as the definition's own. */
export const SHARED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;
export type SharedPart = (typeof SHARED)[number];

const LONGEST_WARNING = 256;
const TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

/** What is wrong with one part of a version; `field` is where it stands. */
export function validateSharedPart(version: Version, part: SharedPart, field: FieldPath): FieldError[] {
  const schema = version.schema?.openAPIV3Schema;
  const scale = version.subresources?.scale;
  switch (part) {
    case 'schema':
      return schema === undefined ? [] : validateStructuralSchema(schema, field.child('openAPIV3Schema'));
    case 'subresources':
      return scale === undefined ? [] : validateScale(scale, field);
    case 'additionalPrinterColumns':
      return checkEach(version.additionalPrinterColumns, field, validateColumn);
    case 'selectableFields':
      return checkEach(version.selectableFields, field, ({ jsonPath }, at) =>
        requireText(at.child('jsonPath'), jsonPath, isSimplePath),
      );
  }
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
