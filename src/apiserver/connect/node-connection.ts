import type { SecureContextOptions } from 'node:tls';
import type { Node } from '#api/core/v1/node.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { table } from '#base/table.ts';
import { newBadRequest, newInternalError, newNotFound } from '#machinery/errors/status-error.ts';
import type { ResourceTarget } from '../request.ts';

/** Where a node's own HTTPS API is. */
export interface NodeEndpoint {
  readonly host: string;
  readonly port: number;
}

/** Reads objects from the server's caches. */
export interface ObjectSource {
  pod(namespace: string, name: string): KubernetesObject | undefined;
  node(name: string): KubernetesObject | undefined;
  service(namespace: string, name: string): KubernetesObject | undefined;
  /** The slices of a service. */
  endpointSlices(namespace: string, service: string): readonly KubernetesObject[];
}

/** How this server proves itself to nodes. */
export interface NodeCredentials {
  readonly tls: SecureContextOptions & { readonly ca?: string };
}

/** A request that a node answers: where, and under which path. */
export interface NodeRequest {
  readonly endpoint: NodeEndpoint;
  readonly path: string;
}

type PodObject = KubernetesObject & {
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
    readonly ephemeralContainers?: readonly { readonly name: string }[];
  };
};

const PATHS = table<string>({
  log: 'containerLogs',
  exec: 'exec',
  attach: 'attach',
  portforward: 'portForward',
});

/** Translates a request on a pod's `log`, `exec`, `attach` or `portforward` into one on its node. Throws Status errors. */
export function podRequest(source: ObjectSource, target: ResourceTarget, query: URLSearchParams): NodeRequest {
  const { namespace, name, subresource } = target;
  const pod = source.pod(namespace, name) as PodObject | undefined;
  if (pod === undefined) throw newNotFound({ group: '', resource: 'pods' }, name);
  const container = subresource === 'portforward' ? '' : `/${containerOf(pod, query.get('container') ?? '')}`;
  const nodeName = pod.spec?.nodeName ?? '';
  if (nodeName === '') throw newBadRequest(`pod ${name} does not have a host assigned`);
  const endpoint = endpointOf(source, nodeName);
  const text = (subresource === 'portforward' ? portParameters(query) : commandParameters(query)).toString();
  return { endpoint, path: `/${PATHS[subresource]}/${namespace}/${name}${container}${text === '' ? '' : `?${text}`}` };
}

/** Nodes are asked for ports by another name. */
function portParameters(query: URLSearchParams): URLSearchParams {
  const ports = query.getAll('ports');
  return new URLSearchParams(ports.length === 0 ? {} : { port: ports.join(',') });
}

function commandParameters(query: URLSearchParams): URLSearchParams {
  const parameters = new URLSearchParams(query);
  parameters.delete('container');
  return parameters;
}

/** Where a node can be reached. Throws when it is unknown or tells no address. */
export function endpointOf(source: ObjectSource, nodeName: string): NodeEndpoint {
  const node = source.node(nodeName) as Node | undefined;
  if (node === undefined) throw newNotFound({ group: '', resource: 'nodes' }, nodeName);
  const addresses = node.status?.addresses ?? [];
  const host = ['InternalIP', 'ExternalIP', 'Hostname']
    .map((type) => addresses.find((address) => address.type === type)?.address)
    .find((address) => address !== undefined);
  if (host === undefined) throw newInternalError(`no preferred addresses found for node ${nodeName}`);
  return { host, port: node.status?.daemonEndpoints?.kubeletEndpoint?.Port || 10250 };
}

/** The container that is meant; with several, one must be named. Throws a 400. */
export function containerOf({ metadata, spec }: PodObject, asked: string): string {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec ?? {};
  const names = [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
  const pod = metadata?.name ?? '';
  if (asked !== '') {
    if (!names.includes(asked)) throw newBadRequest(`container ${asked} is not valid for pod ${pod}`);
    return asked;
  }
  const [only, another] = containers;
  if (only && !another) return only.name;
  throw newBadRequest(`a container name must be specified for pod ${pod}, choose one of: [${names.join(' ')}]`);
}
