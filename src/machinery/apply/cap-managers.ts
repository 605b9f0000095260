import { EMPTY_SET, type FieldSet, union } from './field-set.ts';
import {
  entryIdentity,
  type FieldsEntries,
  type FieldsEntry,
  fieldsOf,
  isEntryOf,
  makeEntry,
  secondsOf,
  type Writer,
} from './managed-fields.ts';

const MAX_UPDATERS = 10;
const BUCKET_NAME = 'ancient-changes';

/** Merges the oldest entries of updaters, one bucket for each API version, when there are more than ten. */
export function capManagers(entries: FieldsEntries): FieldsEntries {
  const updaters = entries.filter(({ operation }) => operation === 'Update');
  let kept: FieldsEntries = entries;
  for (const oldest of oldestByVersion(updaters)) kept = intoBucket(kept, oldest);
  return kept;
}

/** The oldest updaters of each version, as many as there are too many; the first of them stays, as the bucket. */
function oldestByVersion(updaters: FieldsEntry[]): Iterable<FieldsEntry[]> {
  const byVersion = new Map<string, FieldsEntry[]>();
  let count = updaters.length;
  if (count <= MAX_UPDATERS) return [];
  updaters.sort((a, b) => secondsOf(a) - secondsOf(b) || (entryIdentity(a) < entryIdentity(b) ? -1 : 1));
  for (const entry of updaters) {
    if (count <= MAX_UPDATERS) break;
    const { apiVersion = '' } = entry;
    const others = byVersion.get(apiVersion);
    if (others === undefined) byVersion.set(apiVersion, [entry]);
    else {
      others.push(entry);
      count--;
    }
  }
  return byVersion.values();
}

/** Puts all but the first into the bucket of their version, which the first becomes where there is none. */
function intoBucket(entries: FieldsEntries, [first, ...others]: FieldsEntry[]): FieldsEntries {
  const last = others.at(-1);
  if (first === undefined || last === undefined) return entries;
  const { apiVersion = '' } = first;
  const writer: Writer = { manager: BUCKET_NAME, operation: 'Update', apiVersion, subresource: '' };
  const base = entries.find((each) => isEntryOf(each, writer)) ?? first;
  const gone = new Set([base, ...others]);
  const merged = makeEntry(writer, unionOf([...gone].map(fieldsOf)), last.time);
  return [...entries.filter((each) => !gone.has(each)), merged];
}

/** By halves: each set is copied as often as there are halvings, not once for each other. */
function unionOf(sets: readonly FieldSet[]): FieldSet {
  if (sets.length <= 1) return sets[0] ?? EMPTY_SET;
  const middle = sets.length >> 1;
  return union(unionOf(sets.slice(0, middle)), unionOf(sets.slice(middle)));
}
