import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { trim } from '#base/trim.ts';
import type { RequestVerb, ResourceTarget } from './request.ts';

/** Subresources whose path may go on behind them. */
const PROXY = 'proxy';
const CONNECT_SUBRESOURCES = new Set(['exec', 'attach', 'portforward', PROXY]);
const CONNECTABLE = new Set(['pods', 'services', 'nodes']);

/**
 * What a URL path of the API asks for, or undefined for paths that are not about a resource.
 * `watching` is the query's watch parameter. As upstream does, a path is decoded before it is taken apart, so that an
 * escaped slash divides, too, and what stands between two slashes counts even if it is nothing.
 */
export function parseRequestPath(method: string, path: string, watching: boolean): ResourceTarget | undefined {
  const segments = splitPath(path);
  const root = segments.shift();
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : segments.shift();
  const version = segments.shift();
  if (group === undefined || version === undefined || segments.length === 0) return undefined;

  // The deprecated prefix form /api/v1/watch/… still watches, and is nothing but a watch, whatever the method.
  const prefixWatch = segments[0] === 'watch' && segments.length > 1;
  if (prefixWatch) segments.shift();

  let namespace = '';
  let leavesOutNamespace = false;
  if (segments[0] === 'namespaces' && segments.length > 2 && !isNamespaceSubresource(segments[2] as string)) {
    namespace = segments[1] as string;
    leavesOutNamespace = namespace === '';
    segments.splice(0, 2);
  }
  const [resource = '', name = '', subresource = '', ...rest] = segments;
  // In the namespace's own requests the namespace is the object's, as authorization expects.
  if (resource === 'namespaces' && group === '' && namespace === '') namespace = name;
  return {
    verb: prefixWatch ? 'watch' : verbOf(method, { resource, name, subresource }, watching),
    group,
    version,
    resource,
    namespace,
    name,
    subresource,
    subpath: rest.join('/'),
    ...(prefixWatch || leavesOutNamespace ? { pathForm: { watches: prefixWatch, leavesOutNamespace } } : {}),
  };
}

/** What stands in paths that may be no more than a verb. */
const VERB = /watch|proxy|%/;

/** Whether a path has one of the deprecated verbs in front of a resource, and no resource: `/api/v1/watch`. */
export function isBareVerb(path: string): boolean {
  if (!VERB.test(path)) return false;
  const [root, ...rest] = splitPath(path);
  const depth = root === 'api' ? 2 : root === 'apis' ? 3 : 0;
  return rest.length === depth && ['watch', 'proxy'].includes(rest[depth - 1] as string);
}

/**
 * Whether there can be anything where this was read from: only what is proxied has paths of its own, objects of a namespace
 * lie in one, and all others in none. Who may do something in a namespace may not do it outside by naming the namespace.
 */
export function hasPlace(
  { group, resource, subresource, namespace, name, subpath, pathForm }: ResourceTarget,
  { namespaced, verbs }: Pick<AnyResourceDefinition, 'namespaced' | 'verbs'>,
): boolean {
  if (pathForm?.watches && (subresource !== '' || !verbs.includes('watch'))) return false;
  if (subpath !== '' && !(subresource === PROXY && CONNECTABLE.has(resource))) return false;
  const leavesOutNamespace = pathForm?.leavesOutNamespace === true;
  // What cannot be listed is nowhere but in namespaces.
  if (namespaced) return namespace !== '' || leavesOutNamespace || (name === '' && verbs.includes('list'));
  return (namespace === '' && !leavesOutNamespace) || (resource === 'namespaces' && group === '' && namespace === name);
}

function splitPath(path: string): string[] {
  return trim(unescapePath(path), '/').split('/');
}

/** A path without its escapes. Bytes that are no text name nothing: what stands for them will not be found. */
export function unescapePath(path: string): string {
  if (!path.includes('%')) return path;
  return path.replace(/(?:%[\dA-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

const isNamespaceSubresource = (segment: string) => segment === 'status' || segment === 'finalize';

function verbOf(
  method: string,
  { resource, name, subresource }: Pick<ResourceTarget, 'resource' | 'name' | 'subresource'>,
  watching: boolean,
): RequestVerb {
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
      if (name !== '') return 'get';
      return watching ? 'watch' : 'list';
    default:
      return '';
  }
}
