import { isBrokenTarget } from './broken-target.ts';

/** Fields that belong to a connection of HTTP/1.1: HTTP/2 has no place for them. */
export const OF_CONNECTIONS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);
/** Names are tokens, and in lower case (RFC 9110, section 5.6.2). */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const FORBIDDEN = /[\0\r\n]/;

/** What a request says about itself before its body. */
export interface RequestFields {
  readonly method: string;
  readonly path: string;
  /** What its body has to have, when it says so. */
  readonly contentLength: number | undefined;
}

/** Reads names and values in turn; undefined for what is no request (RFC 9113, section 8.3). */
export function requestFields(fields: readonly string[]): RequestFields | undefined {
  let method: string | undefined;
  let path: string | undefined;
  let scheme: string | undefined;
  let authority: string | undefined;
  let contentLength: number | undefined;
  let isPastPseudo = false;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
    if (FORBIDDEN.test(value)) return undefined;
    if (name.charCodeAt(0) === 58) {
      if (isPastPseudo) return undefined;
      if (name === ':method' && method === undefined) method = value;
      else if (name === ':path' && path === undefined) path = value;
      else if (name === ':scheme' && scheme === undefined) scheme = value;
      else if (name === ':authority' && authority === undefined) authority = value;
      else return undefined;
      continue;
    }
    isPastPseudo = true;
    if (!isField(name, value)) return undefined;
    if (name === 'content-length') {
      const length = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
      if (Number.isNaN(length) || (contentLength !== undefined && contentLength !== length)) return undefined;
      contentLength = length;
    }
  }
  if (!method || !path || !scheme || isBrokenTarget(path)) return undefined;
  return { method, path, contentLength };
}

/** Whether these may follow a body: fields without any that are for the head alone. */
export function areTrailers(fields: readonly string[]): boolean {
  for (let at = 0; at < fields.length; at += 2)
    if (!isField(fields[at] as string, fields[at + 1] as string)) return false;
  return true;
}

/** Names that were found good: there are few, and they come again and again. */
const known = new Set<string>();

function isField(name: string, value: string): boolean {
  if (!known.has(name)) {
    if (!NAME.test(name) || OF_CONNECTIONS.has(name)) return false;
    if (known.size < 1000 && name.length <= 64) known.add(name);
  }
  return name !== 'te' || value === 'trailers';
}
