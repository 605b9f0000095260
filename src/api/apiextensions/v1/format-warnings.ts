import type { CustomResourceDefinition } from './custom-resource-definition.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { isSchema } from './schema-shape.ts';

/** Formats that values are checked against, by the type of the values. Dashes in those of texts do not count. */
const OF_TEXTS: ReadonlySet<string> = new Set(
  [
    'bsonobjectid uri email hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn',
    'hexcolor rgbcolor byte password date duration datetime k8sshortname k8slongname',
  ].flatMap((line) => line.split(' ')),
);
const OF_NUMBERS: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
};

/** Formats in a definition's schemas that nothing is checked against, except those that it had already. */
export function formatWarnings(definition: CustomResourceDefinition, old?: CustomResourceDefinition): string[] {
  const known = new Set(old ? unknownFormats(old) : []);
  return unknownFormats(definition)
    .filter((format) => !known.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`);
}

const unknownFormats = ({ spec }: CustomResourceDefinition): string[] =>
  (spec.versions ?? []).flatMap(({ schema }) => formatsIn(schema?.openAPIV3Schema));

function formatsIn(schema: unknown): string[] {
  if (!isSchema(schema)) return [];
  const { format, type = '', items, allOf, anyOf, oneOf, not, properties, additionalProperties } = schema;
  const parts = [
    ...(Array.isArray(items) ? items : [items]),
    ...(allOf ?? []),
    ...(anyOf ?? []),
    ...(oneOf ?? []),
    not,
    ...Object.values(properties ?? {}),
    additionalProperties,
  ];
  const own = format && !isChecked(type, format) ? [format] : [];
  return [...own, ...parts.flatMap(formatsIn)];
}

const isChecked = (type: NonNullable<JSONSchemaProps['type']>, format: string): boolean =>
  type === '' || type === 'string'
    ? OF_TEXTS.has(format.replaceAll('-', ''))
    : (OF_NUMBERS[type]?.includes(format) ?? false);
