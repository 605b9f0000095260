import type { Pod } from '#api/core/v1/pod.ts';
import { newBadRequest, newGenericNotFound } from '#machinery/errors/status-error.ts';
import type { RequestHeaderOptions } from '../authentication/request-header.ts';
import type { ConnectHandler, UpgradeHandler } from '../http/api-handler.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ResourceTarget } from '../request.ts';
import type { ConnectTarget } from './connect-target.ts';
import { forward, forwardLog } from './forward.ts';
import { ownHeaders } from './forward-headers.ts';
import { answerLocalLog, type LocalNodes, newSimulated } from './local-nodes.ts';
import { readLogOptions } from './log-options.ts';
import { type LogExchange, logSocket } from './log-socket.ts';
import { containerOf, type NodeCredentials, podRequest } from './node-connection.ts';
import { proxiedPath } from './proxied-path.ts';
import { type LocateOptions, locate } from './proxy-location.ts';
import { tunnelUpgrade } from './upgrade-tunnel.ts';

export interface ConnectOptions extends LocateOptions {
  /** How this server proves itself to nodes; undefined while there are none to reach. */
  readonly credentials: () => NodeCredentials | undefined;
  /** Nodes that are asked without a connection; undefined while there are none. */
  readonly localNodes: () => LocalNodes | undefined;
  /** The headers of a front proxy, which are for this server alone. */
  readonly frontProxy: RequestHeaderOptions | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

const POD_STREAMS = new Set(['exec', 'attach', 'portforward']);

/** What answers requests that this server passes on: logs, exec, attach, port-forward and the three proxies. */
export function createConnectHandlers(options: ConnectOptions): { connect: ConnectHandler; upgrade: UpgradeHandler } {
  const { source, credentials, localNodes, now } = options;
  const isOurs = ownHeaders(options.frontProxy);

  const proxied = async (
    target: ResourceTarget,
    exchange: Pick<Exchange, 'path' | 'search'>,
  ): Promise<ConnectTarget> => {
    const { isNodeAgent, ...location } = await locate(target, options);
    const path = (proxiedPath(exchange.path, target).path || '/') + exchange.search;
    const tls = isNodeAgent ? (credentials() ?? unknown()).tls : undefined;
    return { ...location, path, isOurs, tls };
  };
  const onNode = (target: ResourceTarget, query: URLSearchParams): ConnectTarget => {
    const { endpoint, path } = podRequest(source, target, query);
    const { tls } = credentials() ?? unknown();
    return { scheme: 'https', ...endpoint, path, isOurs, tls };
  };

  /** The pod, if it is on a node in this process. */
  const localPod = ({ namespace, name }: ResourceTarget): Pod | undefined => {
    const pod = source.pod(namespace, name) as Pod | undefined;
    return pod && localNodes()?.has(pod.spec?.nodeName ?? '') ? pod : undefined;
  };

  const answerLog = async (exchange: LogExchange, target: ResourceTarget): Promise<void> => {
    const query = readLogOptions(exchange.query, target.name);
    const pod = localPod(target);
    if (pod === undefined) return forwardLog(exchange, onNode(target, query), target.name);
    const container = containerOf(pod, query.get('container') ?? '');
    return answerLocalLog(exchange, localNodes() as LocalNodes, { pod, container, query, now: now() });
  };

  return {
    async connect(exchange, { target }) {
      if (target.subresource !== 'proxy') {
        if (target.subresource === 'log') return answerLog(exchange, target);
        if (target.resource === 'pods' && POD_STREAMS.has(target.subresource) && !localPod(target))
          podRequest(source, target, exchange.query);
        throw newBadRequest('Upgrade request required');
      }
      const { path, prefix } = proxiedPath(exchange.path, target);
      const behind = await proxied(target, exchange);
      if (path === '' && (exchange.method === 'GET' || exchange.method === 'HEAD')) return redirect(exchange);
      return forward(exchange, behind, prefix);
    },
    async upgrade(client, { target }, exchange) {
      if (target.subresource === 'log' && target.verb === 'get') return answerLog(logSocket(exchange, client), target);
      if (target.subresource === 'proxy') return tunnelUpgrade(client, await proxied(target, exchange), exchange);
      if (target.resource !== 'pods' || !POD_STREAMS.has(target.subresource)) throw newGenericNotFound();
      if (localPod(target)) throw newSimulated(target.name);
      return tunnelUpgrade(client, onNode(target, exchange.query), exchange);
    },
  };
}

const unknown = (): never => {
  throw newGenericNotFound();
};

/** Relative links of a page work only when its address ends in a slash. */
function redirect(exchange: Exchange): void {
  exchange.respond(301, { location: `${exchange.path}/${exchange.search}` }, new Uint8Array());
}
