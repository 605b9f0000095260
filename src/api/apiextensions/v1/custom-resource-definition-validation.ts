import { checkEach, immutable, requireOneOf } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { isDNS1035Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import {
  type CustomResourceDefinition,
  type CustomResourceDefinitionNames,
  type CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from './custom-resource-definition.ts';
import { validateConversion } from './definition-conversion-validation.ts';
import { SHARED, type SharedPart, validateSharedPart, validateWarning } from './definition-version-validation.ts';

const SPEC = new FieldPath('spec');
const PRESERVED =
  'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';

export function validateCustomResourceDefinition({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const name = metadata?.name ?? '';
  const isNamed = name === `${spec.names.plural}.${spec.group}`;
  const detail = 'must be spec.names.plural+"."+spec.group';
  return [
    ...(isNamed ? [] : [invalid(new FieldPath('metadata').child('name'), name, detail)]),
    ...validateGroup(spec.group, SPEC.child('group')),
    ...requireOneOf(SPEC.child('scope'), spec.scope, ['Cluster', 'Namespaced']),
    ...validateVersions(spec),
    ...validateNames(spec.names, SPEC.child('names')),
    ...sharedParts(spec).flatMap((part) => {
      const [first] = spec.versions;
      return first === undefined ? [] : validateSharedPart(first, part, SPEC.child(NAMES[part]));
    }),
    ...(spec.conversion ? validateConversion(spec.conversion, SPEC.child('conversion')) : []),
    ...(spec.preserveUnknownFields ? [invalid(SPEC.child('preserveUnknownFields'), true, PRESERVED)] : []),
  ];
}

/** What shared parts are called as the definition's own. */
const NAMES: Readonly<Record<SharedPart, string>> = {
  schema: 'validation',
  subresources: 'subresources',
  additionalPrinterColumns: 'additionalPrinterColumns',
  selectableFields: 'selectableFields',
};

const sharedParts = ({ versions }: CustomResourceDefinitionSpec): readonly SharedPart[] =>
  SHARED.filter((part) => versions.every((version) => deepEqual(version[part], versions[0]?.[part])));

/** Complaints about one text, in one error. */
const joined = (field: FieldPath, text: string, details: readonly string[], prefix = ''): FieldError[] =>
  details.length === 0 ? [] : [invalid(field, text, `${prefix}${details.join(',')}`)];

function validateGroup(group: string, field: FieldPath): FieldError[] {
  if (group === '') return [required(field)];
  const errors = joined(field, group, isDNS1123Subdomain(group));
  if (errors.length > 0 || group.includes('.')) return errors;
  return [invalid(field, group, 'should be a domain with at least one dot')];
}

function validateVersions(spec: CustomResourceDefinitionSpec): FieldError[] {
  const { versions } = spec;
  const field = SPEC.child('versions');
  const shared = sharedParts(spec);
  const hasSchema = shared.includes('schema') && versions[0]?.schema?.openAPIV3Schema !== undefined;
  const names = versions.map(({ name }) => name);
  const shown = versions.map((version) =>
    internalForm(
      { ...version, ...Object.fromEntries(shared.map((part) => [part, undefined])) },
      CustomResourceDefinitionVersion,
    ),
  );
  return [
    ...checkEach(hasSchema ? [] : versions, field, ({ schema }, at) =>
      schema?.openAPIV3Schema === undefined ? [required(at.child('schema', 'openAPIV3Schema'))] : [],
    ),
    ...checkEach(versions, field, (version, at) => [
      ...joined(at.child('name'), version.name, isDNS1035Label(version.name)),
      ...validateWarning(version, at.child('deprecationWarning')),
      ...SHARED.filter((part) => !shared.includes(part)).flatMap((part) =>
        validateSharedPart(version, part, at.child(part)),
      ),
    ]),
    ...(new Set(names).size < names.length ? [invalid(field, shown, 'must contain unique version names')] : []),
    ...(versions.filter(({ storage }) => storage).length === 1
      ? []
      : [invalid(field, shown, 'must have exactly one version marked as storage version')]),
  ];
}

function validateNames(names: CustomResourceDefinitionNames, field: FieldPath): FieldError[] {
  const { plural, singular = '', kind, listKind = '' } = names;
  const texts = { plural, singular, kind, listKind };
  const label = (name: string, text: string) =>
    text === '' ? [] : joined(field.child(name), text, isDNS1035Label(text));
  const mixed = (name: string, text: string) => {
    const prefix = 'may have mixed case, but should otherwise match: ';
    return text === '' ? [] : joined(field.child(name), text, isDNS1035Label(text.toLowerCase()), prefix);
  };
  return [
    ...Object.entries(texts).flatMap(([name, text]) => (text ? [] : [required(field.child(name))])),
    ...label('plural', plural),
    ...label('singular', singular),
    ...mixed('kind', kind),
    ...mixed('listKind', listKind),
    ...checkEach(names.shortNames, field.child('shortNames'), (name, at) => joined(at, name, isDNS1035Label(name))),
    ...(kind && kind === listKind
      ? [invalid(field.child('listKind'), listKind, 'kind and listKind may not be the same')]
      : []),
    ...checkEach(names.categories, field.child('categories'), (name, at) => joined(at, name, isDNS1035Label(name))),
  ];
}

/** Objects that exist keep the address that they were made under. */
export function validateCustomResourceDefinitionUpdate(
  { spec, status }: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  const established = old.status?.conditions?.some(
    ({ type, status: value }) => type === 'Established' && value === 'True',
  );
  const errors: FieldError[] = [];
  if (established) {
    append(errors, immutable(SPEC.child('scope'), spec.scope, old.spec.scope));
    append(errors, immutable(SPEC.child('names', 'kind'), spec.names.kind, old.spec.names.kind));
  }
  append(errors, immutable(SPEC.child('group'), spec.group, old.spec.group));
  append(errors, immutable(SPEC.child('names', 'plural'), spec.names.plural, old.spec.names.plural));
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
