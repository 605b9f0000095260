import type { Pod } from '#api/core/v1/pod.ts';
import type { Service } from '#api/core/v1/service.ts';
import type { EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';
import { newBadRequest, newNotFound, newServiceUnavailable } from '#machinery/errors/status-error.ts';
import type { ResourceTarget } from '../request.ts';
import { type LocalNodes, newSimulated } from './local-nodes.ts';
import { endpointOf, type NodeEndpoint, type ObjectSource } from './node-connection.ts';
import { proxyable, proxyableHost, type Resolve } from './proxyable-address.ts';

export type Scheme = 'http' | 'https';

/** Where a proxied request goes. */
export interface ProxyLocation {
  readonly scheme: Scheme;
  readonly host: string;
  readonly port: number;
  /** The address to connect to where `host` is a name: the one that was found to be allowed. */
  readonly address?: string;
  /** The node agent itself, which wants to see this server's credentials. */
  readonly isNodeAgent: boolean;
}

/** What stands in the path where a name does: `name`, `name:port` or `scheme:name:port`. */
export interface ProxyId {
  readonly scheme: Scheme | '';
  readonly name: string;
  readonly port: string;
}

/** Undefined for what is none. */
export function splitProxyId(id: string): ProxyId | undefined {
  const parts = id.split(':');
  const [scheme = '', name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || name === '' || !['', 'http', 'https'].includes(scheme)) return undefined;
  return { scheme: scheme as ProxyId['scheme'], name, port };
}

export interface LocateOptions {
  readonly source: ObjectSource;
  /** Picks one of `count` endpoints. */
  readonly choose: (count: number) => number;
  readonly resolve: Resolve;
  /** Whether this process itself serves the node there. What a node's status says is no reason to believe so. */
  readonly isOwn: (node: string, endpoint: NodeEndpoint) => boolean;
  /** Nodes in this process that run nothing: at the addresses that these and their pods tell may be anybody. */
  readonly localNodes: () => Pick<LocalNodes, 'has'> | undefined;
}

/** Where a request on `pods|services|nodes/<id>/proxy` goes. Rejects with Status errors. */
export async function locate(target: ResourceTarget, options: LocateOptions): Promise<ProxyLocation> {
  const { resource, namespace, name } = target;
  const id = splitProxyId(name);
  if (id === undefined) throw newBadRequest(`invalid ${resource.slice(0, -1)} request ${JSON.stringify(name)}`);
  if (resource === 'pods') return locatePod(options, namespace, id);
  if (resource === 'services') return locateService(options, namespace, id);
  return locateNode(options, id);
}

function locatePod({ source, localNodes }: LocateOptions, namespace: string, id: ProxyId): ProxyLocation {
  const pod = source.pod(namespace, id.name) as Pod | undefined;
  if (pod === undefined) throw newNotFound({ group: '', resource: 'pods' }, id.name);
  if (localNodes()?.has(pod.spec?.nodeName ?? '')) throw newSimulated(id.name);
  const declared = pod.spec?.containers.flatMap(({ ports }) => ports ?? [])[0]?.containerPort;
  const scheme = id.scheme || 'http';
  const port = id.port === '' ? (declared ?? defaultPort(scheme)) : portNumber(id.port);
  return { scheme, host: proxyable(pod.status?.podIP), port, isNodeAgent: false };
}

async function locateNode({ source, resolve, isOwn, localNodes }: LocateOptions, id: ProxyId): Promise<ProxyLocation> {
  if (localNodes()?.has(id.name)) throw newBadRequest(`node ${id.name} is simulated: it has no API of its own`);
  const agent = endpointOf(source, id.name);
  const { host } = agent;
  const port = id.port === '' ? agent.port : portNumber(id.port);
  // The agent's own port is reached as this server reaches it, any other as anybody would.
  const isNodeAgent = port === agent.port;
  const scheme = isNodeAgent ? 'https' : id.scheme || 'http';
  const address = isOwn(id.name, { host, port }) ? host : await proxyableHost(host, resolve);
  return { scheme, host, port, address, isNodeAgent };
}

function locateService({ source, choose, localNodes }: LocateOptions, namespace: string, id: ProxyId): ProxyLocation {
  const service = source.service(namespace, id.name) as Service | undefined;
  if (service === undefined) throw newNotFound({ group: '', resource: 'services' }, id.name);
  const portName = portNameOf(service, id);
  const slices = source.endpointSlices(namespace, id.name) as readonly EndpointSlice[];
  const found = slices.flatMap(({ ports, endpoints }) => {
    const port = (ports ?? []).find((each) => (each.name ?? '') === portName)?.port;
    if (port === undefined) return [];
    const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
    return ready.flatMap((endpoint) => {
      const pod = endpoint.targetRef?.name ?? '';
      return addressesOfPod(source, namespace, endpoint).map((host) => ({ host, port, pod }));
    });
  });
  const chosen = found[choose(found.length)];
  if (chosen === undefined)
    throw newServiceUnavailable(`no endpoints available for service ${JSON.stringify(id.name)}`);
  const pod = source.pod(namespace, chosen.pod) as Pod | undefined;
  if (localNodes()?.has(pod?.spec?.nodeName ?? '')) throw newSimulated(chosen.pod);
  return { scheme: id.scheme || 'http', host: proxyable(chosen.host), port: chosen.port, isNodeAgent: false };
}

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];

/**
 * Those addresses of an endpoint that are its pod's, in the namespace of the service: who may write slices must not have
 * this server reach for whatever he writes there.
 */
function addressesOfPod(source: ObjectSource, namespace: string, { addresses, targetRef }: Endpoint): string[] {
  if (!targetRef?.name || targetRef.namespace !== namespace) return [];
  const pod = source.pod(namespace, targetRef.name) as Pod | undefined;
  const own = new Set((pod?.status?.podIPs ?? []).map(({ ip }) => ip));
  return addresses.filter((address) => own.has(address));
}

/** A number names the service's port of that number; anything else is the port's name. */
function portNameOf(service: Service, { name, port }: ProxyId): string {
  if (!/^\d+$/.test(port)) return port;
  const declared = (service.spec?.ports ?? []).find((each) => each.port === Number(port));
  if (declared === undefined) {
    throw newServiceUnavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
  }
  return declared.name ?? '';
}

function portNumber(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw newBadRequest(`invalid port ${JSON.stringify(text)}`);
  return port;
}

const defaultPort = (scheme: Scheme) => (scheme === 'https' ? 443 : 80);
