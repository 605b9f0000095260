const NO_QUERY = new URLSearchParams();
/** What stands before the path when a client names the whole URL, as it would to a proxy. */
const ORIGIN = /^https?:\/\/[^/?]*/i;

/** A request target's path and query, and the query as it was sent, with its question mark. Nobody changes the query: it may be shared. */
export function splitTarget(named: string): {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly search: string;
} {
  const target = named.startsWith('/') ? named : pathOf(named);
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: NO_QUERY, search: '' }
    : { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)), search: target.slice(mark) };
}

function pathOf(url: string): string {
  const target = url.replace(ORIGIN, '');
  return target.startsWith('/') || target === url ? target : `/${target}`;
}
