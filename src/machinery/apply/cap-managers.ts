import { union } from './field-set.ts';
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
  if (updaters.length <= MAX_UPDATERS) return entries;
  const oldest = updaters.sort((a, b) => secondsOf(a) - secondsOf(b) || (entryIdentity(a) < entryIdentity(b) ? -1 : 1));
  let kept = [...entries];
  let count = updaters.length;
  const firstOf = new Map<string, FieldsEntry>();
  for (const entry of oldest) {
    if (count <= MAX_UPDATERS) break;
    const apiVersion = entry.apiVersion ?? '';
    const first = firstOf.get(apiVersion);
    if (first === undefined) {
      firstOf.set(apiVersion, entry);
      continue;
    }
    kept = intoBucket(kept, first, entry);
    count--;
  }
  return kept;
}

/** Puts `entry` into the bucket of its version, which `first` becomes where there is none. */
function intoBucket(entries: readonly FieldsEntry[], first: FieldsEntry, entry: FieldsEntry): FieldsEntry[] {
  const { apiVersion = '' } = entry;
  const writer: Writer = { manager: BUCKET_NAME, operation: 'Update', apiVersion, subresource: '' };
  const bucket = entries.find((each) => isEntryOf(each, writer));
  if (bucket === entry) return [...entries];
  const base = bucket ?? first;
  const merged = makeEntry(writer, union(fieldsOf(entry), fieldsOf(base)), entry.time);
  return [...entries.filter((each) => each !== base && each !== entry), merged];
}
