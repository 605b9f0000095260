/** A URL taken apart as Go does it: what is not there is empty. */
export interface UrlParts {
  readonly scheme: string;
  readonly user: string | undefined;
  /** With its port. */
  readonly host: string;
  readonly query: string;
  readonly fragment: string;
}

/** Takes any text apart that may stand for a URL, relative ones too; what is wrong with others, in Go's words. */
export function parseUrl(text: string): UrlParts | string {
  const [before = '', fragment = ''] = cut(text, '#');
  const problem = problemOf(before);
  if (problem !== undefined) return `parse ${JSON.stringify(text)}: ${problem}`;
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(before)!;
  const [path = '', query = ''] = cut(rest, '?');
  const authority = /^\/\/([^/]*)/.exec(path)?.[1] ?? '';
  const at = authority.lastIndexOf('@');
  return {
    scheme: scheme.toLowerCase(),
    user: at < 0 ? undefined : authority.slice(0, at),
    host: authority.slice(at + 1),
    query,
    fragment,
  };
}

function cut(text: string, separator: string): [string, string] {
  const position = text.indexOf(separator);
  return position < 0 ? [text, ''] : [text.slice(0, position), text.slice(position + 1)];
}

function problemOf(text: string): string | undefined {
  if ([...text].some((character) => character < ' ' || character === '\x7f'))
    return 'net/url: invalid control character in URL';
  if (text.startsWith(':')) return 'missing protocol scheme';
  const [, scheme, rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text)!;
  const [path = ''] = cut(rest, '?');
  if (!path.startsWith('/')) {
    if (scheme !== undefined) return undefined;
    return path.split('/')[0]!.includes(':') ? 'first path segment in URL cannot contain colon' : undefined;
  }
  const wrongEscape = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(path);
  if (wrongEscape !== null) return `invalid URL escape ${JSON.stringify(wrongEscape[0])}`;
  return hostProblem((/^\/\/([^/]*)/.exec(path)?.[1] ?? '').replace(/^.*@/s, ''));
}

function hostProblem(host: string): string | undefined {
  if (host.startsWith('[') && !host.includes(']')) return "missing ']' in host";
  const port = /^(?:\[.*\]|[^[].*?|):([^:]*)$/s.exec(host)?.[1];
  if (port !== undefined && !/^[0-9]*$/.test(port)) return `invalid port ${JSON.stringify(`:${port}`)} after host`;
  const wrong = /[\s"<>^`{}|\\]/.exec(host)?.[0];
  return wrong === undefined ? undefined : `invalid character ${JSON.stringify(wrong)} in host name`;
}
