import type { ManagedFieldsEntry } from '#api/meta/v1/object-meta.ts';
import {
  type AnyResourceDefinition,
  apiVersionOf,
  type KubernetesObject,
  type SubresourceDefinition,
} from '#api/resource-definition.ts';
import { type FieldsEntries, isReset, parseEntries, type Writer } from '#machinery/apply/managed-fields.ts';
import type { JsonObject } from '#machinery/apply/shape.ts';
import { type FieldRules, fieldRules } from '#machinery/apply/system-fields.ts';
import { updateFields } from '#machinery/apply/update-fields.ts';
import { flatFields } from '#machinery/codec/flat-fields.ts';
import { valueDecoder } from '#machinery/codec/value-decoder.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ResourceRequest } from '../request.ts';
import { managerOf } from './managed-fields-manager.ts';
import { versionsOf } from './managed-fields-versions.ts';
import { timestamp } from './object-meta.ts';
import type { RegistryParts } from './registry-parts.ts';

type Subresource = SubresourceDefinition<KubernetesObject>;

type TrackingParts = Pick<RegistryParts, 'definition' | 'clock' | 'versionOf'>;

/** The managedFields of an object that is about to be written, from what the client sent and what lies there. */
export type Ownership = (object: KubernetesObject, old: KubernetesObject) => FieldsEntries;

/** For writes of the server itself, which nobody owns. */
export const keepOwners: Ownership = (_object, old) => ownersOf(old);

/** What a client wrote is its own. */
export const trackedBy =
  (parts: RegistryParts, request: ResourceRequest, subresource?: Subresource): Ownership =>
  (object, old) =>
    updateFields({
      entries: entriesToStartFrom(object, old, subresource !== undefined),
      old: old as JsonObject,
      next: object as JsonObject,
      ...trackingOf(parts, request, subresource),
    });

/** The managedFields of an object that is to be created. */
export const ownersOfNew = (parts: TrackingParts, request: ResourceRequest, object: KubernetesObject): FieldsEntries =>
  updateFields({
    entries: entriesToStartFrom(object, undefined, false),
    old: blankOf(parts.definition),
    next: object as JsonObject,
    ...trackingOf(parts, request, undefined),
  });

/** What both ways of tracking need to know of a request. */
export function trackingOf(parts: TrackingParts, request: ResourceRequest, subresource: Subresource | undefined) {
  return {
    writer: writerOf(parts, request, 'Update'),
    now: timestamp(parts.clock.now()),
    versions: versionsOf(parts),
    rules: rulesOf(parts.definition, subresource),
  };
}

export const writerOf = (parts: TrackingParts, request: ResourceRequest, operation: Writer['operation']): Writer => ({
  manager: managerOf(request),
  operation,
  apiVersion: apiVersionOf(parts.definition),
  subresource: request.target.subresource,
});

/** The entries of a stored object. */
export const ownersOf = ({ metadata }: KubernetesObject): FieldsEntries => metadata?.managedFields ?? [];

/** Clients may correct the entries themselves, but not through a subresource; those that forget them change nothing. */
function entriesToStartFrom(
  object: KubernetesObject,
  old: KubernetesObject | undefined,
  isSubresource: boolean,
): FieldsEntries {
  const live = old === undefined ? [] : ownersOf(old);
  const sent = ownersOf(object);
  if (isSubresource || sent.length === 0 || deepEqual(sent, live)) return live;
  if (isReset(sent)) return [];
  return parseEntries(sent) ?? live;
}

/** Puts the entries into an object that the caller owns. */
export function setOwners(object: Mutable<KubernetesObject>, entries: FieldsEntries): void {
  const metadata = (object.metadata ??= {});
  if (entries.length === 0) delete metadata.managedFields;
  else metadata.managedFields = entries as Mutable<ManagedFieldsEntry>[];
}

/** Puts the entries back, with a warning, when admission has left invalid ones. */
export function checkOwners(object: Mutable<KubernetesObject>, owners: FieldsEntries, warnings: string[]): void {
  const after = ownersOf(object);
  if (after === owners || (after.length === 0 && owners.length === 0)) return;
  const parsed = parseEntries(after);
  setOwners(object, parsed ?? owners);
  if (parsed === undefined) {
    warnings.push(
      '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: invalid managed fields entry',
    );
  }
}

/** Takes the old entries back when nothing but their times differs in the whole object. */
export function keepTimes(object: Mutable<KubernetesObject>, old: KubernetesObject): void {
  const [after, before] = [ownersOf(object), ownersOf(old)];
  if (after === before || !deepEqual(timeless(after), timeless(before))) return;
  setOwners(object, before);
  if (!deepEqual(object, old)) setOwners(object, after);
}

const timeless = (entries: FieldsEntries) => entries.map(({ time: _, ...entry }) => entry);

const blanks = new WeakMap<AnyResourceDefinition, JsonObject>();

/** An object of a kind without anything in it. */
export function blankOf(definition: AnyResourceDefinition): JsonObject {
  let blank = blanks.get(definition);
  if (blank === undefined) {
    blank = valueDecoder(definition.schema).zero() as JsonObject;
    blanks.set(definition, blank);
  }
  return blank;
}

const rules = new WeakMap<AnyResourceDefinition, Map<string, FieldRules>>();

/** What writes through the main resource or through one part of it cannot own, because the server resets it. */
export function rulesOf(definition: AnyResourceDefinition, subresource: Subresource | undefined): FieldRules {
  const known = rules.get(definition) ?? new Map<string, FieldRules>();
  rules.set(definition, known);
  const names = resetFields(definition, subresource);
  const owned = subresource?.ownedFields;
  const key = `${names.join()};${owned?.join() ?? ''}`;
  const made = known.get(key) ?? fieldRules(names, owned);
  known.set(key, made);
  return made;
}

const ALWAYS_OWNED = ['kind', 'apiVersion', 'metadata', 'status'];

function resetFields(definition: AnyResourceDefinition, subresource: Subresource | undefined): readonly string[] {
  if (subresource?.resetFields) return subresource.resetFields;
  if (subresource?.type === 'status')
    return flatFields(definition.schema)
      .map(({ name }) => name)
      .filter((name) => !ALWAYS_OWNED.includes(name));
  const isKept = definition.subresources?.['status'] !== undefined;
  return isKept && subresource?.type !== 'scale' ? ['status'] : [];
}
