import { type Functions, member, plain } from '../environment.ts';
import { BOOL, listOf, mapOf, STRING, struct } from '../types.ts';
import { CelError, EntryMap, LibraryValue, type Value } from '../values.ts';

export const URL_TYPE = struct('kubernetes.URL');

class UrlValue extends LibraryValue {
  readonly type = URL_TYPE;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  constructor(parts: {
    readonly scheme: string;
    readonly host: string;
    readonly path: string;
    readonly query: string;
  }) {
    super();
    this.scheme = parts.scheme;
    this.host = parts.host;
    this.path = parts.path;
    this.query = parts.query;
  }
  override equals(other: LibraryValue): boolean {
    const parts = ({ scheme, host, path, query }: UrlValue) => JSON.stringify([scheme, host, path, query]);
    return other instanceof UrlValue && parts(this) === parts(other);
  }
}

const ABSOLUTE = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?$/s;

/** What is wrong with a text that ought to be an absolute URI or an absolute path, in Go's words. */
export function urlProblem(text: string): string | undefined {
  const problem = problemOf(text);
  return problem === undefined ? undefined : `parse ${JSON.stringify(text)}: ${problem}`;
}

function problemOf(text: string): string | undefined {
  if (text === '') return 'empty url';
  if (/[\x00-\x1f\x7f]/.test(text)) return 'net/url: invalid control character in URL';
  const wrongEscape = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(text);
  if (wrongEscape !== null) return `invalid URL escape ${JSON.stringify(wrongEscape[0])}`;
  if (text.startsWith('/')) return undefined;
  if (text.startsWith(':')) return 'missing protocol scheme';
  const parts = ABSOLUTE.exec(text);
  if (parts === null) return 'invalid URI for request';
  const [, , host, path = ''] = parts;
  if (host === undefined && !path.startsWith('/')) return undefined;
  if (host !== undefined && /[\s"<>]/.test(host))
    return `invalid character ${JSON.stringify(/[\s"<>]/.exec(host)![0])} in host name`;
  const port = /^(?:.*@)?(?:\[[^\]]*\]|[^:]*):(.*)$/.exec(host ?? '')?.[1];
  return port !== undefined && !/^[0-9]*$/.test(port)
    ? `invalid port ${JSON.stringify(`:${port}`)} after host`
    : undefined;
}

function read(text: string): UrlValue {
  const problem = urlProblem(text);
  if (problem !== undefined) throw new CelError(`URL parse error during conversion from string: ${problem}`);
  const [, scheme = '', authority = '', path = '', query = ''] = ABSOLUTE.exec(text) ?? [
    '',
    '',
    '',
    ...text.replace(/#.*$/s, '').split(/\?(.*)/s),
  ];
  return new UrlValue({ scheme: scheme.toLowerCase(), host: authority.replace(/^.*@/s, ''), path, query });
}

const hostname = ({ host }: UrlValue): string => /^\[([^\]]*)\]/.exec(host)?.[1] ?? host.replace(/:[0-9]*$/, '');
const port = ({ host }: UrlValue): string => /:([0-9]*)$/.exec(host.replace(/^\[[^\]]*\]/, ''))?.[1] ?? '';

function query({ query: text }: UrlValue): Value {
  const values = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(text)) values.set(key, [...(values.get(key) ?? []), value]);
  return new EntryMap(values);
}

/** URLs. */
export const URLS: Functions = {
  url: [plain([STRING], URL_TYPE, read)],
  isURL: [plain([STRING], BOOL, (text: string) => urlProblem(text) === undefined)],
  getScheme: [member([URL_TYPE], STRING, ({ scheme }: UrlValue) => scheme)],
  getHost: [member([URL_TYPE], STRING, ({ host }: UrlValue) => host)],
  getHostname: [member([URL_TYPE], STRING, hostname)],
  getPort: [member([URL_TYPE], STRING, port)],
  getEscapedPath: [member([URL_TYPE], STRING, ({ path }: UrlValue) => path)],
  getQuery: [member([URL_TYPE], mapOf(STRING, listOf(STRING)), query)],
};
