import { type FieldError, FieldPath, forbidden, invalid, required, tooLong } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';
import type { ObjectMeta, OwnerReference } from './object-meta.ts';

/** What of a definition the rules depend on. */
export interface MetaRules {
  readonly namespaced: boolean;
  readonly strategy: { readonly validateName?: (name: string, prefix: boolean) => string[] };
}

const ANNOTATIONS_LIMIT = 256 * 1024;
const ROOT = new FieldPath('metadata');

/** The rules every object's metadata keeps, whatever its kind. */
export function validateObjectMeta(metadata: ObjectMeta | undefined, rules: MetaRules): FieldError[] {
  const meta = metadata ?? {};
  return [
    ...validateNames(meta, rules),
    ...validateNamespace(meta, rules),
    ...validateLabels(meta.labels, ROOT.child('labels')),
    ...validateAnnotations(meta.annotations, ROOT.child('annotations')),
    ...validateOwnerReferences(meta.ownerReferences ?? [], ROOT.child('ownerReferences')),
    ...validateFinalizers(meta.finalizers ?? [], ROOT.child('finalizers')),
  ];
}

function validateNames(meta: ObjectMeta, { strategy }: MetaRules): FieldError[] {
  const check = strategy.validateName ?? defaultNameCheck;
  const errors: FieldError[] = [];
  if (meta.generateName) {
    const field = ROOT.child('generateName');
    errors.push(...check(meta.generateName, true).map((detail) => invalid(field, meta.generateName, detail)));
  }
  const field = ROOT.child('name');
  if (!meta.name) errors.push(required(field, 'name or generateName is required'));
  else errors.push(...check(meta.name, false).map((detail) => invalid(field, meta.name, detail)));
  return errors;
}

/** A prefix may end in a dash, because something follows it. */
const defaultNameCheck = (name: string, prefix: boolean): string[] =>
  isDNS1123Subdomain(prefix ? maskTrailingDash(name) : name);

/** A generated name's prefix as if something already followed its trailing dash. */
export const maskTrailingDash = (name: string): string =>
  name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;

function validateNamespace(meta: ObjectMeta, { namespaced }: MetaRules): FieldError[] {
  const field = ROOT.child('namespace');
  if (!namespaced) return meta.namespace ? [forbidden(field, 'not allowed on this type')] : [];
  if (!meta.namespace) return [required(field)];
  return isDNS1123Label(meta.namespace).map((detail) => invalid(field, meta.namespace, detail));
}

/** Keys and values of labels. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: FieldPath): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...isQualifiedName(key).map((detail) => invalid(field, key, detail)),
    ...isValidLabelValue(value).map((detail) => invalid(field, value, detail)),
  ]);
}

/** Keys of annotations, and the size of all together. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: FieldPath,
): FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const errors = entries.flatMap(([key]) =>
    isQualifiedName(key.toLowerCase()).map((detail) => invalid(field, key, detail)),
  );
  const size = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size > ANNOTATIONS_LIMIT) errors.push(tooLong(field, ANNOTATIONS_LIMIT));
  return errors;
}

function validateOwnerReferences(references: readonly OwnerReference[], field: FieldPath): FieldError[] {
  const errors = references.flatMap((reference, position) => {
    const at = field.index(position);
    return (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((name) => !reference[name])
      .map((name) =>
        name === 'apiVersion'
          ? invalid(at.child(name), reference.apiVersion, 'version must not be empty')
          : invalid(at.child(name), reference[name] ?? '', 'must not be empty'),
      );
  });
  const controllers = references.filter((reference) => reference.controller === true);
  if (controllers.length > 1) {
    const [first, second] = controllers as [OwnerReference, OwnerReference];
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`;
    errors.push(invalid(field, references, detail));
  }
  return errors;
}

const validateFinalizers = (finalizers: readonly string[], field: FieldPath): FieldError[] =>
  finalizers.flatMap((finalizer) => isQualifiedName(finalizer).map((detail) => invalid(field, finalizer, detail)));

const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** What no update may change. */
export function validateObjectMetaUpdate(metadata: ObjectMeta | undefined, old: ObjectMeta | undefined): FieldError[] {
  const errors = IMMUTABLE.filter((name) => (metadata?.[name] ?? '') !== (old?.[name] ?? '')).map((name) =>
    invalid(ROOT.child(name), metadata?.[name] ?? '', 'field is immutable'),
  );
  const added = (metadata?.finalizers ?? []).filter((finalizer) => !old?.finalizers?.includes(finalizer));
  if (old?.deletionTimestamp && added.length > 0) {
    const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
    errors.push(forbidden(ROOT.child('finalizers'), detail));
  }
  return errors;
}
