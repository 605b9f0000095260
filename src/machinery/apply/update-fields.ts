import { capManagers } from './cap-managers.ts';
import { compareObjects } from './compare.ts';
import { difference, isEmptySet, union } from './field-set.ts';
import { filterComparison, includeAll } from './included-fields.ts';
import { type FieldsEntries, fieldsOf, isEntryOf, makeEntry, sortEntries, type Writer } from './managed-fields.ts';
import type { JsonObject } from './shape.ts';
import type { FieldRules } from './system-fields.ts';
import { reconcileEntries, takeFields } from './take-fields.ts';
import type { Versions } from './versions.ts';

export interface FieldsUpdate {
  /** Who owned what before. */
  readonly entries: FieldsEntries;
  readonly old: JsonObject;
  readonly next: JsonObject;
  readonly writer: Writer;
  /** RFC 3339 in whole seconds. */
  readonly now: string;
  readonly versions: Versions;
  readonly rules: FieldRules;
}

/**
 * Who owns what after a write of any other kind than apply: the writer owns what it wrote and nobody else does; what
 * it removed is nobody's. Answers `entries` itself when nothing changes.
 */
export function updateFields(update: FieldsUpdate): FieldsEntries {
  const { old, next, writer, versions } = update;
  const { unwatched, include = includeAll } = update.rules;
  const { apiVersion } = writer;
  const shape = versions.shape(apiVersion);
  if (shape === undefined) throw new Error(`track fields: ${apiVersion} is not served`);
  const entries = reconcileEntries(update.entries, versions);
  const comparison = filterComparison(compareObjects(shape, old, next, unwatched), include);
  const { written, removed } = comparison;
  if (isEmptySet(written) && isEmptySet(removed)) return entries;
  const before = entries.find((entry) => isEntryOf(entry, writer));
  const others = before === undefined ? entries : entries.filter((entry) => entry !== before);
  const taken = takeFields(others, { apiVersion, old, next, unwatched }, { comparison, versions });
  const kept = before === undefined ? undefined : include(difference(fieldsOf(before), removed));
  const owned = kept === undefined ? written : union(kept, written);
  const time = isEmptySet(written) ? before?.time : update.now;
  return sortEntries(capManagers([...taken.entries, makeEntry(writer, owned, time)]));
}
