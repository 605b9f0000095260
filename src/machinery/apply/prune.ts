import { difference, EMPTY_SET, type FieldSet, intersection, isEmptySet, union } from './field-set.ts';
import { fieldSetOf } from './field-set-of.ts';
import { type FieldsEntries, type FieldsEntry, fieldsOf } from './managed-fields.ts';
import { withNamedFields } from './named-fields.ts';
import { removeFields } from './remove-fields.ts';
import type { JsonObject } from './shape.ts';
import type { Versions } from './versions.ts';

export interface PruneCall {
  /** The object with the configuration merged into it, in `apiVersion`. */
  readonly merged: JsonObject;
  readonly apiVersion: string;
  /** What the manager applied before. */
  readonly last: FieldsEntry;
  /** All entries, that of the manager with what it applies now. */
  readonly entries: FieldsEntries;
  readonly versions: Versions;
}

/** Removes fields and items that the manager applied last time, does not apply this time, and nobody else owns. */
export function prune(call: PruneCall): JsonObject {
  const { merged, apiVersion, last, versions } = call;
  const lastVersion = last.apiVersion ?? '';
  const shape = versions.shape(lastVersion);
  const start = versions.convert(merged, apiVersion, lastVersion);
  if (shape === undefined || start === undefined || isEmptySet(fieldsOf(last))) return merged;
  const without = removeFrom(versions, lastVersion, start, withNamedFields(shape, fieldsOf(last)));
  const owned = addBackOwned(call, { version: lastVersion, merged: start, pruned: without });
  const back = versions.convert(owned.pruned, owned.version, lastVersion);
  if (back === undefined) return merged;
  const pruned = addBackDangling(versions, lastVersion, { merged: start, pruned: back, last: fieldsOf(last) });
  return versions.convert(pruned, lastVersion, apiVersion) ?? merged;
}

interface Pair {
  readonly version: string;
  readonly merged: JsonObject;
  readonly pruned: JsonObject;
}

/** Puts back what was removed and somebody owns, this manager's new configuration included. */
function addBackOwned({ entries, versions }: PruneCall, start: Pair): Pair {
  const owned = new Map<string, FieldSet>([[start.version, EMPTY_SET]]);
  for (const entry of entries) {
    const { apiVersion = '' } = entry;
    owned.set(apiVersion, union(owned.get(apiVersion) ?? EMPTY_SET, fieldsOf(entry)));
  }
  let pair = start;
  for (const [version, fields] of owned) pair = addBackInVersion(versions, pair, { version, fields }) ?? pair;
  return pair;
}

function addBackInVersion(
  versions: Versions,
  pair: Pair,
  { version, fields }: { readonly version: string; readonly fields: FieldSet },
): Pair | undefined {
  const shape = versions.shape(version);
  const merged = versions.convert(pair.merged, pair.version, version);
  const pruned = versions.convert(pair.pruned, pair.version, version);
  if (shape === undefined || merged === undefined || pruned === undefined) return undefined;
  const all = (set: FieldSet) => withNamedFields(shape, set);
  const stays = union(all(fieldSetOf(shape, pruned)), all(fields));
  const gone = difference(all(fieldSetOf(shape, merged)), stays);
  return { version, merged, pruned: removeFrom(versions, version, merged, gone) };
}

/** Puts back what was removed with a parent although this manager never applied it. */
function addBackDangling(
  versions: Versions,
  version: string,
  { merged, pruned, last }: { readonly merged: JsonObject; readonly pruned: JsonObject; readonly last: FieldSet },
): JsonObject {
  const shape = versions.shape(version);
  if (shape === undefined) return pruned;
  const all = (set: FieldSet) => withNamedFields(shape, set);
  const removed = difference(all(fieldSetOf(shape, merged)), all(fieldSetOf(shape, pruned)));
  return removeFrom(versions, version, merged, intersection(removed, all(last)));
}

function removeFrom(versions: Versions, version: string, object: JsonObject, gone: FieldSet): JsonObject {
  const shape = versions.shape(version);
  return shape === undefined ? object : ((removeFields(shape, object, gone) ?? {}) as JsonObject);
}
