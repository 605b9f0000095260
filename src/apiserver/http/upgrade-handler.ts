import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { newGenericNotFound } from '#machinery/errors/status-error.ts';
import { type ObjectSource, podRequest } from '../connect/node-connection.ts';
import { type NodeCredentials, proxyUpgrade } from '../connect/node-proxy.ts';
import type { Pipeline } from '../pipeline.ts';
import { parseRequestPath } from '../request-path.ts';
import type { ApiHandler } from './api-handler.ts';
import { certificateOf } from './client-certificate.ts';
import { splitTarget } from './split-target.ts';

export interface UpgradeHandlerOptions {
  readonly api: ApiHandler;
  readonly pipeline: Pipeline;
  readonly source: ObjectSource;
  readonly credentials: () => NodeCredentials | undefined;
}

const STREAMS = new Set(['exec', 'attach', 'portforward']);

/** Answers connections that leave HTTP: authenticates and authorizes, then hands them to the pod's node. */
export function createUpgradeHandler(options: UpgradeHandlerOptions) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    upgrade(options, { request, socket, head }).catch((error) => refuse(options.api, { request, socket, error }));
  };
}

async function upgrade(
  { api, pipeline, source, credentials }: UpgradeHandlerOptions,
  client: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
): Promise<void> {
  const { request, socket } = client;
  const header = (name: string) => {
    const value = request.headers[name];
    return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
  };
  const { path, query } = splitTarget(request.url ?? '/');
  const { rawHeaders } = request;
  const user = await api.authenticate({ path, header, rawHeaders, certificate: certificateOf(socket as TLSSocket) });
  const method = request.method ?? 'GET';
  const target = parseRequestPath(method, path, false);
  if (target === undefined || target.resource !== 'pods' || !STREAMS.has(target.subresource))
    throw newGenericNotFound();
  await pipeline.authorizeTarget(user, target, method);
  const node = podRequest(source, target, query);
  const own = credentials();
  if (own === undefined) throw newGenericNotFound();
  await proxyUpgrade(client, node, own);
}

/** An error before the protocol switch is an ordinary HTTP answer. */
function refuse(
  api: ApiHandler,
  { request, socket, error }: { request: IncomingMessage; socket: Duplex; error: unknown },
): void {
  const exchange = { method: request.method ?? 'GET', path: request.url ?? '/', signal: new AbortController().signal };
  const status = api.statusOf(error, exchange);
  const body = JSON.stringify(status);
  socket.end(
    `HTTP/1.1 ${status.code} ${status.reason ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
