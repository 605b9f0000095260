import { append } from '#base/append.ts';
import { type Comparison, compareObjects, type Unwatched } from './compare.ts';
import { type Conflict, conflictsWith } from './conflict.ts';
import { difference, type FieldSet, intersection, isEmptySet, shared, union } from './field-set.ts';
import { type FieldsEntries, type FieldsEntry, fieldsOf } from './managed-fields.ts';
import { reconcileSet } from './reconcile.ts';
import type { JsonObject, MapShape } from './shape.ts';
import type { Versions } from './versions.ts';

/** A change of an object of one version. */
export interface Change {
  readonly apiVersion: string;
  readonly old: JsonObject;
  readonly next: JsonObject;
  readonly unwatched?: Unwatched | undefined;
}

/** What a change does to others: what they lose by it, and what they would have to be asked for. */
export interface Taken {
  /** Entries after the change; those that own nothing any more are not among them. */
  readonly entries: FieldsEntries;
  readonly conflicts: readonly Conflict[];
}

/** Takes what a change wrote and removed from everybody who owned it. `comparison` is that of the change itself. */
export function takeFields(
  entries: FieldsEntries,
  change: Change,
  { comparison, versions }: { readonly comparison: Comparison; readonly versions: Versions },
): Taken {
  const comparisons = new Map<string, Loss | undefined>([[change.apiVersion, lossOf(comparison)]]);
  const kept: FieldsEntry[] = [];
  const conflicts: Conflict[] = [];
  for (const entry of entries) {
    const { apiVersion = '' } = entry;
    if (!comparisons.has(apiVersion)) comparisons.set(apiVersion, lossIn(apiVersion, change, versions));
    const loss = comparisons.get(apiVersion);
    // Nobody can tell any more what was written through a version that is gone.
    if (loss === undefined) continue;
    const fields = fieldsOf(entry);
    const contested = intersection(fields, loss.written);
    if (!isEmptySet(contested)) append(conflicts, conflictsWith(entry, contested));
    const left = difference(fields, loss.changed);
    if (left === fields) kept.push(entry);
    else if (!isEmptySet(left)) kept.push({ ...entry, fieldsV1: shared(left) });
  }
  return { entries: kept, conflicts };
}

interface Loss {
  readonly written: FieldSet;
  readonly changed: FieldSet;
}

const lossOf = ({ written, removed }: Comparison): Loss => ({ written, changed: union(written, removed) });

function lossIn(apiVersion: string, change: Change, versions: Versions): Loss | undefined {
  const shape = versions.shape(apiVersion);
  const old = versions.convert(change.old, change.apiVersion, apiVersion);
  const next = versions.convert(change.next, change.apiVersion, apiVersion);
  if (shape === undefined || old === undefined || next === undefined) return undefined;
  return lossOf(compareObjects(shape, old, next, change.unwatched));
}

const reconciled = new WeakMap<FieldSet, MapShape>();

/** The entries as they read under the schemas of today, which may own as one what was owned by parts. */
export function reconcileEntries(entries: FieldsEntries, versions: Versions): FieldsEntries {
  let changed = false;
  const next = entries.map((entry) => {
    const fields = fieldsOf(entry);
    const shape = versions.shape(entry.apiVersion ?? '');
    if (shape === undefined || reconciled.get(fields) === shape) return entry;
    const today = reconcileSet(shape, fields);
    reconciled.set(today, shape);
    if (today === fields) return entry;
    changed = true;
    return { ...entry, fieldsV1: shared(today) };
  });
  return changed ? next : entries;
}
