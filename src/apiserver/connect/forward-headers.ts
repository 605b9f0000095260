import { withoutBearerProtocol } from '../authentication/bearer-token.ts';
import type { RequestHeaderOptions } from '../authentication/request-header.ts';
import type { HeaderMap } from '../http/exchange.ts';

/** Headers that belong to one hop. */
const HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Said to this server, not to who is behind it. */
const OURS = /^(:|host$|authorization$|impersonate-|x-remote-(user|uid|group)$|x-remote-extra-|x-forwarded-uri$)/;
/** Pages of others would be shown what is behind this server by the headers with which it is asked. */
const CORS = /^access-control-allow-(credentials|headers|methods|origin)$/;

/** Tells headers (lower case) that who is behind this server must not see, those that a front proxy says included. */
export function ownHeaders(frontProxy: Omit<RequestHeaderOptions, 'ca'> = {}): (name: string) => boolean {
  const { usernameHeaders = [], uidHeaders = [], groupHeaders = [], extraHeaderPrefixes = [] } = frontProxy;
  const names = new Set([...usernameHeaders, ...uidHeaders, ...groupHeaders].map((name) => name.toLowerCase()));
  const prefixes = extraHeaderPrefixes.map((prefix) => prefix.toLowerCase());
  return (name) => OURS.test(name) || names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

/** The headers of a request that go on to who answers it, as name and value in turn. */
export function forwardedHeaders(
  raw: readonly string[],
  from: { readonly remoteAddress: string; readonly uri: string; readonly isOurs: (name: string) => boolean },
): string[] {
  const headers: string[] = [];
  const via: string[] = [];
  const named = namedByConnection(raw);
  for (const [name, value] of pairs(raw)) {
    const key = name.toLowerCase();
    if (key === 'x-forwarded-for') via.push(value);
    else if (key === 'sec-websocket-protocol') headers.push(name, withoutBearerProtocol(value));
    else if (!HOP.has(key) && !named.has(key) && !from.isOurs(key)) headers.push(name, value);
  }
  if (from.remoteAddress !== '') via.push(from.remoteAddress);
  if (via.length > 0) headers.push('X-Forwarded-For', via.join(', '));
  headers.push('X-Forwarded-Uri', from.uri);
  return headers;
}

/** The headers of a request that go on to who is to leave HTTP with the client; `Connection` and `Host` are its own. */
export function tunnelledHeaders(raw: readonly string[], isOurs: (name: string) => boolean): string[] {
  const headers: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const key = name.toLowerCase();
    if (key === 'sec-websocket-protocol') headers.push(name, withoutBearerProtocol(value));
    else if (key === 'upgrade' || (key !== 'content-length' && !HOP.has(key) && !isOurs(key)))
      headers.push(name, value);
  }
  return headers;
}

/** Other headers that belong to this hop: so says `Connection`. The body's frame is not left out because a client says so. */
function namedByConnection(raw: readonly string[]): Set<string> {
  const named = new Set<string>();
  for (const [name, value] of pairs(raw))
    if (name.toLowerCase() === 'connection') for (const each of value.split(',')) named.add(each.trim().toLowerCase());
  named.delete('content-length');
  return named;
}

/** The headers of an answer that go back to the client. `edit` changes values by lower-case name; undefined drops one. */
export function returnedHeaders(
  raw: readonly string[],
  edit: (name: string, value: string) => string | undefined,
): HeaderMap {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of pairs(raw)) {
    const key = name.toLowerCase();
    const kept = HOP.has(key) || CORS.test(key) ? undefined : edit(key, value);
    if (kept === undefined) continue;
    const values = (headers[key] ??= []);
    values.push(kept);
  }
  return Object.fromEntries(
    Object.entries(headers).map(([key, values]) => [key, values.length === 1 ? values[0] : values]),
  );
}

function* pairs(raw: readonly string[]): Iterable<[string, string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] as string, raw[index + 1] as string];
}
