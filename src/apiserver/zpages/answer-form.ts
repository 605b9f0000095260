import { newNotAcceptable } from '#machinery/errors/status-error.ts';
import { byQuality } from '../serving/negotiate.ts';

/** How a client wants a page: as text for people, or as an object of a version. */
export type PageForm =
  | { readonly as: 'text' }
  | { readonly as: 'object'; readonly encoding: 'json' | 'yaml'; readonly version: 'v1alpha1' | 'v1beta1' };

/** The group of the pages as objects. */
export const GROUP = 'config.k8s.io';
const STRUCTURED = [
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
] as const;
const TEXT = 'text/plain';
const AVAILABLE = [...STRUCTURED.map(([type]) => type), TEXT];

/** The first form of an Accept header that a page of this kind has. The object comes only to who names its kind; throws a 406 when there is none. */
export function pageForm(accept: string, kind: string): PageForm {
  if (accept.trim() === '') return { as: 'text' };
  for (const clause of byQuality(accept)) {
    const form = clauseForm(clause, kind);
    if (form !== undefined) return form;
  }
  throw newNotAcceptable(`only the following media types are accepted: ${AVAILABLE.join(', ')}`);
}

function clauseForm(clause: string, kind: string): PageForm | undefined {
  const [range = '', ...parameters] = clause.split(';').map((part) => part.trim());
  const named = new Map(parameters.map((each) => each.split('=', 2) as [string, string | undefined]));
  // Nothing is streamed here, and no other version of the server is shown.
  if (named.get('stream') || named.get('sv')) return undefined;
  if (!['as', 'g', 'v'].some((name) => named.has(name))) return includes(range, TEXT) ? { as: 'text' } : undefined;
  const version = named.get('v');
  if (named.get('as') !== kind || named.get('g') !== GROUP) return undefined;
  if (version !== 'v1alpha1' && version !== 'v1beta1') return undefined;
  const encoding = STRUCTURED.find(([type]) => includes(range, type))?.[1];
  return encoding && { as: 'object', encoding, version };
}

const includes = (range: string, type: string): boolean =>
  range === type || range === '*/*' || range === `${type.split('/', 1)[0]}/*`;

/** The `apiVersion` of a page, and the media type that says the same. */
export const pageVersion = (version: string): string => `${GROUP}/${version}`;
export const pageMediaType = (encoding: string, version: string, kind: string): string =>
  `application/${encoding};g=${GROUP};v=${version};as=${kind}`;
