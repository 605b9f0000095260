import { kindSchema } from '#api/kinds.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import { encodeProtobuf } from '#machinery/codec/protobuf.ts';
import { encodeMessage } from '#machinery/codec/protobuf-encoder.ts';
import { stringifyYaml } from '#machinery/codec/yaml-writer.ts';
import { FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { newBadRequest, newNotAcceptable } from '#machinery/errors/status-error.ts';
import type { ListOutcome } from '../registry/list.ts';
import type { Entry, ResourceView } from '../registry/resource-view.ts';
import { internalName } from '../registry/undecodable.ts';
import type { ResourceResult } from '../result.ts';
import { concatBytes } from './concat-bytes.ts';
import { encodeAtOnce, encodeInStretches, forEachInStretches, listText } from './long-list.ts';
import type { AcceptedForm } from './negotiate.ts';
import { encodeListMessage } from './protobuf-list.ts';
import { type Columns, columnDefinitions, type IncludeObject, partialMetadata, tableRow } from './table.ts';

export interface EncodedResponse {
  readonly code: number;
  readonly contentType: string;
  /** Later, where it takes so long that others must have their turn meanwhile. */
  readonly body: Uint8Array | Promise<Uint8Array>;
}

export interface EncodeOptions {
  readonly form: AcceptedForm;
  readonly now: number;
  /** The `includeObject` query parameter of table requests. */
  readonly includeObject: string;
  readonly pretty: boolean;
  /** Whether nobody waits for the answer any more. */
  readonly isGone?: () => boolean;
}

const encoder = new TextEncoder();
const ITEM_START = encoder.encode('{');
const NEXT_ITEM = encoder.encode(',{');
const LIST_END = encoder.encode(']}');
/** Lists of more items are encoded piece by piece. */
const MANY_ITEMS = 50;

/** Puts an answer into the client's form. Objects and lists in JSON are the cached bytes. */
export function encodeResult(result: ResourceResult, options: EncodeOptions): EncodedResponse {
  const { form } = options;
  const code = result.type === 'list' ? 200 : result.code;
  if (result.type === 'object') {
    const { object, columns } = result;
    const told = form.as === 'Table' && columns ? objectTable(object, columns, options) : object;
    return {
      code,
      contentType: form.mediaType,
      body: encodeObject(told, { ...options, form: { ...form, as: 'object' } }),
    };
  }
  if (form.as === 'Table') return { code, contentType: form.mediaType, body: encodeTable(result, options) };
  if (result.type === 'entry') return { code, contentType: form.mediaType, body: encodeEntry(result, options) };
  return { code, contentType: form.mediaType, body: encodeList(result.view, result.list, options) };
}

/** Any object that is not in the cache. */
export function encodeObject(
  object: KubernetesObject,
  { form, pretty }: Pick<EncodeOptions, 'form' | 'pretty'>,
): Uint8Array {
  switch (form.encoding) {
    case 'json':
      return encoder.encode(`${stringifyJson(object, pretty ? 2 : undefined)}\n`);
    case 'yaml':
      return encoder.encode(stringifyYaml(object));
    case 'protobuf':
      return protobufOf(object);
  }
}

function protobufOf(object: KubernetesObject): Uint8Array {
  const { apiVersion = '', kind = '' } = object;
  const schema = kindSchema(apiVersion, kind);
  if (schema === undefined) throw newNotAcceptable(`${kind} has no protobuf form`);
  return encodeProtobuf(object, schema);
}

function encodeEntry({ view, entry }: { view: ResourceView; entry: Entry }, options: EncodeOptions): Uint8Array {
  const { form, pretty } = options;
  if (form.as === 'PartialObjectMetadataList') throw wrongNumber(form.as, 'not a list', goTypeOf(view));
  if (form.as === 'PartialObjectMetadata')
    return encodeObject(partialMetadata(view.object(entry), form.version), options);
  if (form.encoding === 'json' && !pretty) return view.json(entry);
  return encodeObject(view.object(entry), options);
}

function encodeList(view: ResourceView, list: ListOutcome, options: EncodeOptions): EncodedResponse['body'] {
  const { form } = options;
  const metadata = listMetadata(list);
  if (form.as === 'PartialObjectMetadata') throw wrongNumber(form.as, 'a list', `${goTypeOf(view)}List`);
  if (form.as === 'PartialObjectMetadataList') {
    const head = { kind: form.as, apiVersion: `meta.k8s.io/${form.version}`, metadata };
    return encodeMany(head, 'items', list.entries, {
      ...options,
      make: (entry) => partialMetadata(view.object(entry), form.version),
    });
  }
  const { apiVersion } = view;
  const kind = `${view.definition.kind}List`;
  if (form.encoding === 'json' && !options.pretty) {
    const head = encoder.encode(`${JSON.stringify({ kind, apiVersion, metadata }).slice(0, -1)},"items":[`);
    return joinList(
      head,
      list.entries.map((entry) => view.jsonItem(entry)),
    );
  }
  if (form.encoding === 'protobuf') {
    const whole = () =>
      encodeListMessage(
        list.entries.map((entry) => entryProtobuf(view, entry)),
        { kind, apiVersion, metadata },
      );
    if (list.entries.length <= MANY_ITEMS) return whole();
    return forEachInStretches(list.entries, (entry) => void entryProtobuf(view, entry)).then(whole);
  }
  return encodeMany({ kind, apiVersion, metadata }, 'items', list.entries, {
    ...options,
    make: (entry) => untyped(view.object(entry)),
  });
}

/** An object that has, besides its `head`, something for each of some entries. */
function encodeMany<T>(
  head: object,
  member: 'items' | 'rows',
  all: readonly T[],
  { form, pretty, isGone, make }: EncodeOptions & { readonly make: (one: T) => object },
): EncodedResponse['body'] {
  if (form.encoding === 'protobuf') return protobufOf({ ...head, [member]: all.map(make) });
  const pieces = listText({ head, member, items: mapped(all, make) }, textForm(form.encoding, pretty));
  return all.length > MANY_ITEMS ? encodeInStretches(pieces, isGone) : encodeAtOnce(pieces);
}

const textForm = (encoding: 'json' | 'yaml', pretty: boolean) => (encoding === 'json' && pretty ? 'pretty' : encoding);

function* mapped<T, R>(all: Iterable<T>, make: (one: T) => R): Generator<R> {
  for (const one of all) yield make(one);
}

const wrongNumber = (asked: string, is: string, goType: string) =>
  newNotAcceptable(`you requested ${asked}, but the requested object is ${is} (${goType})`);

const goTypeOf = ({ definition }: ResourceView): string => `*${internalName(definition)}`;

/** A list says once of what kind its items are. */
const untyped = ({ kind: _kind, apiVersion: _apiVersion, ...rest }: KubernetesObject) => rest;

function joinList(head: Uint8Array, items: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [head];
  for (const [index, item] of items.entries()) {
    parts.push(index === 0 ? ITEM_START : NEXT_ITEM, item);
  }
  parts.push(LIST_END);
  return concatBytes(parts);
}

/** An item's protobuf is made once and kept with its entry. */
export const entryProtobuf = (view: ResourceView, entry: Entry): Uint8Array =>
  view.encoded(entry, 'protobuf', (object) => encodeMessage(view.definition.schema, object));

const listMetadata = (list: ListOutcome) => ({
  resourceVersion: String(list.revision),
  ...(list.continue === '' ? {} : { continue: list.continue }),
  ...(list.remainingItemCount === undefined ? {} : { remainingItemCount: list.remainingItemCount }),
});

function encodeTable(
  result: Exclude<ResourceResult, { type: 'object' }>,
  options: EncodeOptions,
): EncodedResponse['body'] {
  const { view } = result;
  const include = readInclude(options.includeObject);
  const entries = result.type === 'list' ? result.list.entries : [result.entry];
  const metadata =
    result.type === 'list' ? listMetadata(result.list) : { resourceVersion: String(result.entry.modRevision) };
  const { definition } = view;
  const objects = entries.map((entry) => view.object(entry));
  const row = rowOptions({ ...options, include });
  return encodeMany(tableHead(definition, { ...options, metadata }), 'rows', ordered(definition, objects), {
    ...options,
    make: (object) => tableRow(definition, object, row),
  });
}

/** An object that is not stored, or a list of such, as a Table. */
function objectTable(object: KubernetesObject, definition: Columns, options: EncodeOptions) {
  const { items = [object] } = object as { readonly items?: readonly KubernetesObject[] };
  return tableFrom(definition, items, { ...options, include: readInclude(options.includeObject), metadata: {} });
}

interface TableOptions {
  readonly form: AcceptedForm;
  readonly now: number;
  readonly include: IncludeObject;
  readonly metadata: object;
  /** Without columns: they were told before. */
  readonly headless?: boolean;
}

/** Rows for some entries of one kind. */
export const tableOf = (view: ResourceView, entries: readonly Entry[], options: TableOptions): KubernetesObject =>
  tableFrom(
    view.definition,
    entries.map((entry) => view.object(entry)),
    options,
  );

function tableFrom(definition: Columns, objects: readonly KubernetesObject[], options: TableOptions): KubernetesObject {
  const row = rowOptions(options);
  const rows = ordered(definition, objects).map((object) => tableRow(definition, object, row));
  return { ...tableHead(definition, options), rows } as KubernetesObject;
}

const tableHead = (
  definition: Columns,
  { form, metadata, headless }: Pick<TableOptions, 'form' | 'headless' | 'metadata'>,
) => ({
  kind: 'Table',
  apiVersion: `meta.k8s.io/${form.version}`,
  metadata,
  columnDefinitions: headless ? null : columnDefinitions(definition),
});

const ordered = ({ compareRows }: Columns, objects: readonly KubernetesObject[]) =>
  compareRows ? objects.toSorted(compareRows) : objects;

const rowOptions = ({ now, include, form }: Pick<TableOptions, 'form' | 'include' | 'now'>) => ({
  now,
  include,
  version: form.version,
});

const INCLUDE_OBJECT = "must be 'Metadata', 'Object', 'None', or empty";

export function readInclude(text: string): IncludeObject {
  if (text === '') return 'Metadata';
  if (text === 'None' || text === 'Metadata' || text === 'Object') return text;
  const field = invalid(new FieldPath('includeObject'), text, INCLUDE_OBJECT);
  throw newBadRequest(`Unable to convert to Table as requested: ${field.field}: ${field.message}`);
}
