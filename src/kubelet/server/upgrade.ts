import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { newBadRequest, newNotFound, StatusError } from '#machinery/errors/status-error.ts';
import { PORT_CHANNEL_PROTOCOLS, readPorts, servePortChannels } from '../streaming/port-channels.ts';
import { PORT_FORWARD_PROTOCOL, servePortForward, TUNNEL_PROTOCOL } from '../streaming/port-forward.ts';
import { type RemoteOptions, type RemoteStreams, remoteOptions } from '../streaming/remote-streams.ts';
import { SPDY_REMOTE_COMMAND_PROTOCOLS, spdyStreams } from '../streaming/spdy-streams.ts';
import { REMOTE_COMMAND_PROTOCOLS, webSocketStreams } from '../streaming/websocket-streams.ts';
import { type RemoteCommand, runRemoteCommand } from './remote-command.ts';
import { requireContainer, requirePod, type ServerContext } from './server-context.ts';

/** The largest message that upstream takes, too: it is read whole before any of it is passed on. */
const MAX_MESSAGE = 32 * 1024 * 1024;

/** A request that leaves HTTP. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Called when the client has been answered: from then on errors only end the connection. */
  readonly onAccept: () => void;
}

/** Serves exec, attach and portForward, over SPDY or WebSocket. Rejects with a Status before it has answered. */
export async function serveUpgrade(context: ServerContext, upgrade: Upgrade): Promise<void> {
  const [action, namespace = '', podName = '', ...rest] = upgrade.path;
  const pod = requirePod(context, namespace, podName);
  if (action === 'portForward') {
    const uid = pod.metadata?.uid ?? '';
    return forwardPorts(context, upgrade, uid);
  }
  if (action !== 'exec' && action !== 'attach' && action !== 'run')
    throw newNotFound({ group: '', resource: 'paths' }, action ?? '');
  const name = rest.at(-1) ?? '';
  const container = await requireContainer(context, pod, { name });
  if (container.state !== 'RUNNING') throw newBadRequest(`container ${name} not running (${container.id})`);
  const options = remoteOptions(upgrade.query);
  if (!options.stdin && !options.stdout && !options.stderr) {
    throw newBadRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  const command = upgrade.query.getAll('command');
  const request: RemoteCommand = action === 'attach' ? { type: 'attach' } : { type: 'exec', command };
  const streams = isWebSocket(upgrade)
    ? await remoteStreams(upgrade, options)
    : await spdyStreams(acceptSpdy(upgrade, SPDY_REMOTE_COMMAND_PROTOCOLS), options);
  await runRemoteCommand(context.runtime, container, { request, options, streams });
}

async function remoteStreams(upgrade: Upgrade, options: RemoteOptions): Promise<RemoteStreams> {
  const { socket, protocol } = await acceptWebSocket(upgrade, REMOTE_COMMAND_PROTOCOLS);
  return webSocketStreams(socket, protocol, options);
}

async function forwardPorts({ runtime }: ServerContext, upgrade: Upgrade, podUid: string): Promise<void> {
  const sandboxes = await runtime.listPodSandboxes({ podUid });
  const sandbox = sandboxes.find(({ state }) => state === 'READY');
  if (sandbox === undefined) throw newBadRequest('unable to forward port because pod is not running');
  const target = { name: sandbox.id, connect: (port: number) => runtime.portForward(sandbox.id, port) };
  if (!isWebSocket(upgrade)) return servePortForward(acceptSpdy(upgrade, [PORT_FORWARD_PROTOCOL]), target);
  if (offeredProtocols(upgrade).includes(TUNNEL_PROTOCOL)) {
    const { socket } = await acceptWebSocket(upgrade, [TUNNEL_PROTOCOL]);
    return servePortForward(createWebSocketStream(socket, { readableObjectMode: false }), target);
  }
  const ports = readPorts(upgrade.query);
  const { socket, protocol } = await acceptWebSocket(upgrade, PORT_CHANNEL_PROTOCOLS);
  await servePortChannels(socket, { protocol, ports }, target);
}

const offeredProtocols = ({ request }: Upgrade): string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((text) => text.trim());

const isWebSocket = ({ request }: Upgrade): boolean => request.headers.upgrade?.toLowerCase() === 'websocket';

function acceptWebSocket(
  upgrade: Upgrade,
  protocols: readonly string[],
): Promise<{ readonly socket: WebSocket; readonly protocol: string }> {
  const { request, socket, head, onAccept } = upgrade;
  const offered = offeredProtocols(upgrade);
  const chosen = protocols.find((protocol) => offered.includes(protocol));
  if (chosen === undefined) {
    throw newBadRequest(
      `unable to negotiate protocol: client supports ${goList(offered)}, server accepts ${goList(protocols.filter(Boolean))}`,
    );
  }
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_MESSAGE });
  // Not every protocol here is a token as the standard has it, so that the library would refuse it.
  delete request.headers['sec-websocket-protocol'];
  if (chosen !== '') server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${chosen}`));
  onAccept();
  return new Promise((resolve) =>
    server.handleUpgrade(request, socket, head, (accepted) => resolve({ socket: accepted, protocol: chosen })),
  );
}

/** Answers that the connection is SPDY from here on, and gives it. */
function acceptSpdy({ request, socket, head, onAccept }: Upgrade, protocols: readonly string[]): Duplex {
  if (request.headers.upgrade?.toLowerCase() !== 'spdy/3.1') {
    throw newBadRequest(
      `unable to upgrade: unsupported Upgrade header ${JSON.stringify(request.headers.upgrade ?? '')}`,
    );
  }
  const offered = protocolHeaders(request);
  const chosen = protocols.find((protocol) => offered.includes(protocol));
  if (chosen === undefined) {
    throw new StatusError({
      code: 403,
      reason: 'Forbidden',
      message: `unable to upgrade: unable to negotiate protocol: client supports ${goList(offered)}, server accepts ${goList(protocols)}`,
    });
  }
  onAccept();
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    `X-Stream-Protocol-Version: ${chosen}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  return socket;
}

function protocolHeaders({ rawHeaders }: IncomingMessage): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== 'x-stream-protocol-version') continue;
    values.push(...(rawHeaders[index + 1] as string).split(',').map((text) => text.trim()));
  }
  return values;
}

const goList = (values: readonly string[]): string => `[${values.join(' ')}]`;
