import { append } from '#base/append.ts';
import { type FieldError, FieldPath, forbidden, invalid, required, tooLong } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';
import { byteLength } from '#machinery/names/messages.ts';
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
    ...validateGeneration(meta.generation ?? 0),
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
    append(
      errors,
      check(meta.generateName, true).map((detail) => invalid(field, meta.generateName, detail)),
    );
  }
  const field = ROOT.child('name');
  if (!meta.name) errors.push(required(field, 'name or generateName is required'));
  else
    append(
      errors,
      check(meta.name, false).map((detail) => invalid(field, meta.name, detail)),
    );
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

const validateGeneration = (generation: number): FieldError[] =>
  generation < 0 ? [invalid(ROOT.child('generation'), generation, 'must be greater than or equal to 0')] : [];

/** Keys and values of labels. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    const value = labels[key] as string;
    for (const detail of isQualifiedName(key)) errors.push(invalid(field, key, detail));
    for (const detail of isValidLabelValue(value)) errors.push(invalid(field, value, detail));
  }
  return errors;
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
  const size = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  if (size > ANNOTATIONS_LIMIT) errors.push(tooLong(field, ANNOTATIONS_LIMIT));
  return errors;
}

/** So many controllers beside the first are told of, each with all references. */
const MOST_CONTROLLERS = 10;

function validateOwnerReferences(references: readonly OwnerReference[], field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let first = '';
  let others = 0;
  for (const [position, reference] of references.entries()) {
    append(errors, validateOwnerReference(reference, field.index(position)));
    if (reference.controller !== true) continue;
    const name = `${reference.kind}/${reference.name}`;
    if (first === '') first = name;
    else if (++others <= MOST_CONTROLLERS) {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${name}`;
      errors.push(invalid(field, references, detail));
    }
  }
  return errors;
}

function validateOwnerReference(reference: OwnerReference, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const version = /^(?:[^/]*\/)?([^/]*)$/.exec(reference.apiVersion)?.[1];
  if (!version) errors.push(invalid(field.child('apiVersion'), reference.apiVersion, 'version must not be empty'));
  for (const name of ['kind', 'name', 'uid'] as const) {
    if (!reference[name]) errors.push(invalid(field.child(name), reference[name], 'must not be empty'));
  }
  // Events come and go too fast to own anything.
  if (reference.apiVersion === 'v1' && reference.kind === 'Event') {
    errors.push(invalid(field, reference, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[], field: FieldPath): FieldError[] {
  const errors = finalizers.flatMap((finalizer) =>
    isQualifiedName(finalizer).map((detail) => invalid(field, finalizer, detail)),
  );
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

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
  const errors: FieldError[] = [];
  const before = new Set(old?.finalizers);
  const added = (metadata?.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (old?.deletionTimestamp && added.length > 0) {
    const names = [...new Set(added)].sort().map((name) => JSON.stringify(name));
    const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names.join(', ')}}`;
    errors.push(forbidden(ROOT.child('finalizers'), detail));
  }
  const generation = metadata?.generation ?? 0;
  if (generation < (old?.generation ?? 0)) {
    errors.push(invalid(ROOT.child('generation'), generation, 'must not be decremented'));
  }
  for (const name of IMMUTABLE) {
    if ((metadata?.[name] ?? '') === (old?.[name] ?? '')) continue;
    errors.push(invalid(ROOT.child(name), metadata?.[name] ?? '', 'field is immutable'));
  }
  return errors;
}
