import type { ClientRequest } from './transport.ts';

/** The path and query of a call. */
export function pathOf(request: ClientRequest): string {
  const { group, version, namespace, resource, name, subresource, query = {} } = request;
  const segments = [
    group === '' ? `/api/${version}` : `/apis/${group}/${version}`,
    ...(namespace ? ['namespaces', encodeURIComponent(namespace)] : []),
    resource,
    ...(name ? [encodeURIComponent(name)] : []),
    ...(subresource ? [subresource] : []),
  ];
  const parameters = new URLSearchParams(query as Record<string, string>).toString();
  return parameters === '' ? segments.join('/') : `${segments.join('/')}?${parameters}`;
}
