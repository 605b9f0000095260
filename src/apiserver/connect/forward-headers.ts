import { withoutBearerProtocol } from '../authentication/bearer-token.ts';
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
const OURS = /^(:|host$|authorization$|impersonate-|x-remote-(user|uid|group)$|x-remote-extra-)/;

/** The headers of a request that go on to who answers it, as name and value in turn. */
export function forwardedHeaders(
  raw: readonly string[],
  from: { readonly remoteAddress: string; readonly uri: string },
): string[] {
  const headers: string[] = [];
  const via: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const key = name.toLowerCase();
    if (key === 'x-forwarded-for') via.push(value);
    else if (key === 'sec-websocket-protocol') headers.push(name, withoutBearerProtocol(value));
    else if (!HOP.has(key) && !OURS.test(key)) headers.push(name, value);
  }
  if (from.remoteAddress !== '') via.push(from.remoteAddress);
  if (via.length > 0) headers.push('X-Forwarded-For', via.join(', '));
  headers.push('X-Forwarded-Uri', from.uri);
  return headers;
}

/** The headers of a request that go on to who is to leave HTTP with the client; `Connection` and `Host` are its own. */
export function tunnelledHeaders(raw: readonly string[]): string[] {
  const headers: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const key = name.toLowerCase();
    if (key === 'sec-websocket-protocol') headers.push(name, withoutBearerProtocol(value));
    else if (key === 'upgrade' || (key !== 'content-length' && !HOP.has(key) && !OURS.test(key)))
      headers.push(name, value);
  }
  return headers;
}

/** The headers of an answer that go back to the client. `edit` changes values by lower-case name; undefined drops one. */
export function returnedHeaders(
  raw: readonly string[],
  edit: (name: string, value: string) => string | undefined,
): HeaderMap {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of pairs(raw)) {
    const key = name.toLowerCase();
    const kept = HOP.has(key) ? undefined : edit(key, value);
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
