import { EMPTY_SET, type FieldSet, isEmptySet, shared } from './field-set.ts';
import { parseFieldSet } from './parse-field-set.ts';

/** Which fields one writer owns; an item of metadata.managedFields. */
export interface FieldsEntry {
  readonly manager?: string | undefined;
  readonly operation?: string | undefined;
  readonly apiVersion?: string | undefined;
  /** RFC 3339 in whole seconds. */
  readonly time?: string | undefined;
  readonly fieldsType?: string | undefined;
  readonly fieldsV1?: unknown;
  readonly subresource?: string | undefined;
}

export type FieldsEntries = readonly FieldsEntry[];

/** Who writes. For `Apply` the API version does not tell writers apart. */
export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** '' for the main resource. */
  readonly subresource: string;
}

/** The fields of an entry; entries in the store are in canonical form. */
export const fieldsOf = (entry: FieldsEntry): FieldSet => (entry.fieldsV1 ?? EMPTY_SET) as FieldSet;

export function isEntryOf(entry: FieldsEntry, writer: Writer): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    (entry.subresource ?? '') === writer.subresource &&
    (writer.operation === 'Apply' || entry.apiVersion === writer.apiVersion)
  );
}

export function makeEntry(writer: Writer, fields: FieldSet, time: string | undefined): FieldsEntry {
  return {
    manager: writer.manager,
    operation: writer.operation,
    apiVersion: writer.apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: shared(fields),
    ...(writer.subresource === '' ? {} : { subresource: writer.subresource }),
  };
}

/** What tells entries apart, as text; errors list managers in its order. */
export const entryIdentity = ({ manager, operation, apiVersion, subresource }: FieldsEntry): string =>
  JSON.stringify({
    ...(manager ? { manager } : {}),
    operation,
    ...(operation === 'Apply' ? {} : { apiVersion }),
    ...(subresource ? { subresource } : {}),
  });

/** Entries that own something, in upstream's order. */
export function sortEntries(entries: FieldsEntries): FieldsEntries {
  const owning = entries.filter((entry) => !isEmptySet(fieldsOf(entry)));
  return owning.sort(
    (a, b) =>
      compareText(a.operation, b.operation) ||
      secondsOf(a) - secondsOf(b) ||
      compareText(a.manager, b.manager) ||
      compareText(a.apiVersion, b.apiVersion) ||
      compareText(a.subresource, b.subresource),
  );
}

export const secondsOf = ({ time }: FieldsEntry): number => (time === undefined ? 0 : Date.parse(time) / 1000);

const compareText = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

/** A list that asks to forget all owners. */
export const isReset = (entries: FieldsEntries | undefined): boolean =>
  entries?.length === 1 && Object.values(entries[0] as FieldsEntry).every((value) => value === undefined);

/** The entries a client sent, in canonical form; undefined when one of them is invalid. */
export function parseEntries(entries: FieldsEntries): FieldsEntries | undefined {
  const byIdentity = new Map<string, FieldsEntry>();
  for (const entry of entries) {
    const parsed = parseEntry(entry);
    if (parsed === undefined) return undefined;
    byIdentity.set(entryIdentity(parsed), parsed);
  }
  return [...byIdentity.values()];
}

function parseEntry(entry: FieldsEntry): FieldsEntry | undefined {
  if (entry.operation !== 'Apply' && entry.operation !== 'Update') return undefined;
  if (!entry.apiVersion || entry.fieldsType !== 'FieldsV1') return undefined;
  try {
    return { ...entry, fieldsV1: shared(parseFieldSet(entry.fieldsV1)) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
