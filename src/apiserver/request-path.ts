import type { RequestVerb, ResourceTarget } from './request.ts';

/** Subresources whose path may go on behind them. */
const PROXY = 'proxy';
const CONNECT_SUBRESOURCES = new Set(['exec', 'attach', 'portforward', PROXY]);
const CONNECTABLE = new Set(['pods', 'services', 'nodes']);

/**
 * What a URL path of the API asks for, or undefined for paths that are not about a resource.
 * `watching` is the query's watch parameter, `nameSelector` a `metadata.name=` field selector's value.
 */
export function parseRequestPath(method: string, path: string, watching: boolean): ResourceTarget | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  const root = segments.shift();
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : segments.shift();
  const version = segments.shift();
  if (group === undefined || version === undefined || segments.length === 0) return undefined;

  // The deprecated prefix form /api/v1/watch/… still watches.
  const prefixWatch = segments[0] === 'watch' && segments.length > 1;
  if (prefixWatch) segments.shift();

  let namespace = '';
  if (segments[0] === 'namespaces' && segments.length > 2 && !isNamespaceSubresource(segments[2] as string)) {
    namespace = decode(segments[1] as string);
    segments.splice(0, 2);
  }
  const [resource = '', name = '', subresource = '', ...rest] = segments.map(decode);
  if (rest.length > 0 && subresource !== PROXY) return undefined;
  // In the namespace's own requests the namespace is the object's, as authorization expects.
  if (resource === 'namespaces' && group === '' && namespace === '') namespace = name;
  return {
    verb: verbOf(method, resource, name, subresource, watching || prefixWatch),
    group,
    version,
    resource,
    namespace,
    name,
    subresource,
    subpath: subresource === PROXY ? segments.slice(3).join('/') : '',
  };
}

const isNamespaceSubresource = (segment: string) => segment === 'status' || segment === 'finalize';

function verbOf(method: string, resource: string, name: string, subresource: string, watching: boolean): RequestVerb {
  if (CONNECT_SUBRESOURCES.has(subresource) && CONNECTABLE.has(resource)) return 'connect';
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    case 'GET':
    case 'HEAD':
      if (watching) return 'watch';
      return name === '' ? 'list' : 'get';
    default:
      return '';
  }
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    // A malformed escape cannot name anything; taken as it stands it will not be found.
    return segment;
  }
}
