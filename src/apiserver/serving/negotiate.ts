import { table } from '#base/table.ts';
import { newNotAcceptable, newNotProducible } from '#machinery/errors/status-error.ts';
import type { Encoding } from '../registry/media-type.ts';

/** How a client wants its answer. */
export interface AcceptedForm {
  readonly encoding: Encoding;
  /** Another shape than the object itself. */
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** The version of the Table or metadata kind: `v1` or `v1beta1`. */
  readonly version: string;
  /** The media type for the Content-Type header. */
  readonly mediaType: string;
}

const ENCODINGS = table<Encoding>({
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
});
const MEDIA_TYPES: readonly string[] = Object.keys(ENCODINGS);
/** What is said to a client that accepts these types, but in no form that there is. */
export const ACCEPTED_ONLY = `only the following media types are accepted: ${MEDIA_TYPES.join(', ')}`;
/** Those of lists, which may be watches. */
export const LIST_TYPES: readonly string[] = [
  ...MEDIA_TYPES,
  ...['application/json', 'application/vnd.kubernetes.protobuf'].map((type) => `${type};stream=watch`),
];
const WILDCARDS = new Set(['*/*', 'application/*']);
const JSON_FORM: AcceptedForm = { encoding: 'json', as: 'object', version: 'v1', mediaType: 'application/json' };

const cache = new Map<string, AcceptedForm>();
const MOST_KEPT = 1000;
const LONGEST_KEPT = 256;

/** The first form of an Accept header that this server knows. Throws a 406 when there is none. `hasTable` is false for what is never told in rows. */
export function negotiate(accept: string, hasTable = true, produced = MEDIA_TYPES): AcceptedForm {
  const known = cache.get(accept);
  if (known && (hasTable || known.as !== 'Table')) return known;
  requireProducible(accept, produced);
  const form = parse(accept, hasTable);
  if (!hasTable) return form;
  // Accept headers are few and repeat with every request; hostile ones must not fill the memory.
  if (cache.size < MOST_KEPT && accept.length <= LONGEST_KEPT) cache.set(accept, form);
  return form;
}

/** Throws a 406 for an Accept header without any type that is there, whatever its parameters say. */
export function requireProducible(accept: string, produced = MEDIA_TYPES): void {
  if (accept.trim() === '') return;
  const types = accept.split(',').map((clause) => (clause.split(';', 1)[0] as string).trim());
  if (!types.some((type) => type === '*/*' || produced.includes(type))) throw newNotProducible(produced);
}

function parse(accept: string, hasTable: boolean): AcceptedForm {
  if (accept.trim() === '') return JSON_FORM;
  for (const clause of byQuality(accept)) {
    const form = parseClause(clause);
    if (form && (hasTable || form.as !== 'Table')) return form;
  }
  throw newNotAcceptable(ACCEPTED_ONLY);
}

/** The clauses of an Accept header, those the client likes best first; those it refuses (`q=0`) are left out. */
export function byQuality(accept: string): string[] {
  const clauses = accept.split(',').map((clause) => ({ clause, quality: qualityOf(clause) }));
  return clauses
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ clause }) => clause);
}

function qualityOf(clause: string): number {
  const text = /;\s*q=([^;]*)/i.exec(clause)?.[1];
  const quality = text === undefined ? 1 : Number(text);
  return quality >= 0 && quality <= 1 ? quality : 1;
}

function parseClause(clause: string): AcceptedForm | undefined {
  const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
  const mediaType = type.toLowerCase();
  const encoding = WILDCARDS.has(mediaType) ? 'json' : ENCODINGS[mediaType];
  if (encoding === undefined) return undefined;
  const named = new Map(parameters.map((each) => each.split('=', 2) as [string, string | undefined]));
  const base = { encoding, mediaType: WILDCARDS.has(mediaType) ? 'application/json' : mediaType };
  const as = named.get('as');
  if (as === undefined) return { ...base, as: 'object', version: 'v1' };
  const version = named.get('v') ?? '';
  if (named.get('g') !== 'meta.k8s.io' || !['v1', 'v1beta1'].includes(version)) return undefined;
  if (as === 'Table' && encoding === 'protobuf') return undefined;
  if (as === 'Table') return { ...base, as: 'Table', version };
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? { ...base, as, version } : undefined;
}
