import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { compareObjects } from './compare.ts';
import type { Conflict } from './conflict.ts';
import { difference, recursiveDifference } from './field-set.ts';
import { fieldSetOf } from './field-set-of.ts';
import { filterComparison, includeAll } from './included-fields.ts';
import { type FieldsEntries, isEntryOf, makeEntry, sortEntries, type Writer } from './managed-fields.ts';
import { mergeValues } from './merge-values.ts';
import { prune } from './prune.ts';
import type { JsonObject } from './shape.ts';
import { type FieldRules, UNOWNED } from './system-fields.ts';
import { reconcileEntries, takeFields } from './take-fields.ts';
import type { Versions } from './versions.ts';

export interface FieldsApply {
  readonly entries: FieldsEntries;
  /** The object as it is, without managedFields. */
  readonly live: JsonObject;
  /** What is applied; valid, in the writer's API version. */
  readonly config: JsonObject;
  readonly writer: Writer;
  readonly force: boolean;
  readonly now: string;
  readonly versions: Versions;
  readonly rules: FieldRules;
}

export interface Applied {
  /** The merged object, not defaulted; `live` itself when nothing changed. */
  readonly object: JsonObject;
  readonly entries: FieldsEntries;
  /** Empty when forced. The rest of the result is void unless it is empty. */
  readonly conflicts: readonly Conflict[];
}

/** Merges a configuration into the live object, removes what its manager no longer applies, and says who owns what then. */
export function applyFields(call: FieldsApply): Applied {
  const { live, config, writer, versions } = call;
  const { reset, unwatched, include = includeAll } = call.rules;
  const { apiVersion } = writer;
  const shape = versions.shape(apiVersion);
  if (shape === undefined) throw new Error(`apply: ${apiVersion} is not served`);
  const entries = reconcileEntries(call.entries, versions);
  const last = entries.find((entry) => isEntryOf(entry, writer));
  const others = entries.filter((entry) => entry !== last);
  const fields = include(recursiveDifference(fieldSetOf(shape, config), reset));
  const merged = (mergeValues(shape, live, config) ?? {}) as JsonObject;
  const all = [...others, makeEntry(writer, fields, undefined)];
  const next = last === undefined ? merged : prune({ merged, apiVersion, last, entries: all, versions });
  const comparison = filterComparison(compareObjects(shape, live, next, unwatched), include);
  const taken = takeFields(others, { apiVersion, old: live, next, unwatched }, { comparison, versions });
  const changed = !deepEqual(live, next);
  const own = makeEntry(writer, difference(fields, UNOWNED), changed ? call.now : last?.time);
  return {
    object: changed ? next : live,
    entries: sortEntries([...taken.entries, own]),
    conflicts: call.force ? [] : taken.conflicts,
  };
}
