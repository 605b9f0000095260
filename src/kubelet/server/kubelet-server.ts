import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { table } from '#base/table.ts';
import { endConnection } from '#client/end-connection.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import {
  newBadRequest,
  newGenericNotFound,
  newInternalError,
  newMethodNotAllowed,
  newUnauthorized,
  StatusError,
} from '#machinery/errors/status-error.ts';
import { authorize } from './authorize.ts';
import { serveContainerLogs } from './container-logs.ts';
import { requesterOf } from './requester.ts';
import { resourceMetrics } from './resource-metrics.ts';
import { requireContainer, requirePod, type ServerContext } from './server-context.ts';
import { statsSummary } from './stats-summary.ts';
import { serveUpgrade } from './upgrade.ts';

/** Whoever asks is authorized by the method: what only reads takes one that reads, and what runs something does not. */
const METHODS = table<string>({ containerLogs: 'GET', pods: 'GET', run: 'POST', stats: 'GET' });

/** The node's HTTPS API, for those who may reach its node: health, pods, logs, exec, attach, port-forward, stats. */
export class KubeletServer {
  readonly #context: ServerContext;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  constructor(context: ServerContext) {
    this.#context = context;
    const { key, cert, clientCa } = context.serving;
    this.#server = createServer(
      { key, cert, ca: clientCa, requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('tlsClientError', () => {});
  }

  /** Listens and resolves with the port. */
  listen(): Promise<number> {
    const { host, port } = this.#context.serving;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  /** Ends all connections. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const { path, query } = targetOf(request);
      await this.#authorize(request, path);
      const method = METHODS[path[0] ?? ''];
      if (method !== undefined && method !== request.method) throw newMethodNotAllowed();
      await this.#route({ path, query, response, signal: gone.signal });
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      const { code, type, body } = refusalOf(error);
      response.writeHead(code, { 'content-type': type });
      response.end(body);
    }
  }

  async #route(at: {
    readonly path: readonly string[];
    readonly query: URLSearchParams;
    readonly response: ServerResponse;
    readonly signal: AbortSignal;
  }): Promise<void> {
    const { response, query } = at;
    const [action, ...rest] = at.path;
    switch (action) {
      case 'healthz':
        return text(response, 'ok');
      case 'pods':
        return json(response, { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: this.#context.pods.list() });
      case 'containerLogs': {
        const [namespace = '', pod = '', container = ''] = rest;
        return serveContainerLogs(this.#context, { namespace, pod, container }, at);
      }
      case 'run':
        return this.#run(rest, query, response);
      case 'stats':
        if (rest[0] === 'summary') return json(response, await statsSummary(this.#context));
        break;
      case 'metrics':
        if (rest[0] === 'resource') return text(response, await resourceMetrics(this.#context));
        break;
      case 'exec':
      case 'attach':
      case 'portForward':
        throw newBadRequest('Upgrade request required');
    }
    throw newGenericNotFound();
  }

  /** Runs a command and answers with what it printed. */
  async #run(path: readonly string[], query: URLSearchParams, response: ServerResponse): Promise<void> {
    const [namespace = '', name = '', ...rest] = path;
    const pod = requirePod(this.#context, namespace, name);
    const container = await requireContainer(this.#context, pod, { name: rest.at(-1) ?? '' });
    const command = query.getAll('cmd').flatMap((each) => each.split(' '));
    const { stdout, stderr } = await this.#context.runtime.execSync(container.id, command);
    text(response, Buffer.concat([stdout, stderr]).toString('utf8'));
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    let accepted = false;
    const onAccept = () => {
      accepted = true;
    };
    try {
      const target = targetOf(request);
      await this.#authorize(request, target.path);
      await serveUpgrade(this.#context, { request, socket, head, onAccept, ...target });
    } catch (error) {
      if (accepted) socket.destroy();
      else refuse(socket, refusalOf(error));
    }
  }

  /** As upstream's does, the API server knows who asks, and whether he may. */
  async #authorize(request: IncomingMessage, [root = '']: readonly string[]): Promise<void> {
    const { client, clock, nodeName } = this.#context;
    const requester = await requesterOf(request, { client, now: clock.now() });
    if (requester === undefined) throw newUnauthorized();
    await authorize(requester, request, { client, nodeName, root });
  }
}

function targetOf(request: IncomingMessage): { readonly path: string[]; readonly query: URLSearchParams } {
  const url = new URL(request.url ?? '/', 'https://node');
  return {
    path: url.pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent),
    query: url.searchParams,
  };
}

/** Answers a request to leave HTTP with an error. */
function refuse(socket: Duplex, { code, type, body }: Refusal): void {
  const head = [`content-type: ${type}`, `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
  endConnection(socket, `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
}

interface Refusal {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

/** Who may not is told so in plain text, as upstream has it; all else is a Status. */
function refusalOf(error: unknown): Refusal {
  const { code, status, message } = error instanceof StatusError ? error : newInternalError((error as Error).message);
  if (code === 401 || code === 403) return { code, type: 'text/plain; charset=utf-8', body: message };
  return { code, type: 'application/json', body: JSON.stringify(status) };
}

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(stringifyJson(value));
}

function text(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(body);
}
