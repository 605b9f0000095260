import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { Cluster, type ClusterOptions } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { waitFor } from '#testing/wait-for.ts';
import { Collection } from './collection.ts';
import { Watch } from './watch.ts';

// biome-ignore lint/suspicious/noExplicitAny: what the server says is looked at as it came, whatever its kind
export type Body = any;

/** What a request says beside its method and path. */
export interface Say {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** The whole answer; `body` is read as JSON where it is JSON. */
export interface Reply {
  readonly code: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Body;
}

/** A cluster for one file of behaviours, spoken to as any client in any language would: JSON over HTTPS. */
export class Rest {
  readonly cluster: Cluster;
  readonly endpoint: Endpoint;
  readonly #agent: Agent;
  readonly #watches = new Set<Watch>();
  #names = 0;

  private constructor(cluster: Cluster, endpoint: Endpoint) {
    this.cluster = cluster;
    this.endpoint = endpoint;
    const { cert, key } = endpoint.admin.tls;
    this.#agent = new Agent({ keepAlive: true, ca: endpoint.ca, cert, key });
  }

  static async start(options: ClusterOptions = {}): Promise<Rest> {
    const cluster = await Cluster.start(options);
    return new Rest(cluster, await cluster.listen());
  }

  /** One request, whatever the answer. */
  call(method: string, path: string, { body, headers = {} }: Say = {}): Promise<Reply> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const length = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
    const type = text === undefined ? {} : { 'content-type': 'application/json' };
    const options = { method, headers: { ...length, ...type, ...headers } };
    return new Promise((resolve, reject) => {
      this.#open(path, options, text, reject, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.on('end', () => resolve(readReply(answer, Buffer.concat(chunks).toString())));
      });
    });
  }

  /** The body of a GET that must succeed. */
  async get(path: string): Promise<Body> {
    const { code, body } = await this.call('GET', path);
    if (code !== 200) throw new Error(`GET ${path}: ${code} ${JSON.stringify(body)}`);
    return body;
  }

  /** Watches a path; the watch ends with the cluster at the latest. */
  watch(path: string): Promise<Watch> {
    return new Promise((resolve, reject) => {
      this.#open(path, { method: 'GET' }, undefined, reject, (answer) => {
        const watch = new Watch(answer);
        this.#watches.add(watch);
        resolve(watch);
      });
    });
  }

  /** The objects of one resource, in one namespace or all. */
  of(apiVersion: string, plural: string, namespace?: string): Collection {
    return new Collection(this, apiVersion, plural, namespace);
  }

  /** A name that nothing else in the cluster has. */
  name(prefix: string): string {
    return `${prefix}-${++this.#names}`;
  }

  /** Makes a namespace and names it; where a controller makes service accounts, pods can be made in it at once. */
  async namespace(prefix = 'behaviour', { serviceAccount = false } = {}): Promise<string> {
    const name = this.name(prefix);
    await this.of('v1', 'namespaces').create({ metadata: { name } });
    if (serviceAccount) {
      const find = async () => (await this.of('v1', 'serviceaccounts', name).list()).items.length > 0;
      await waitFor(find, { what: `the service account of ${name}` });
    }
    return name;
  }

  async stop(): Promise<void> {
    for (const watch of this.#watches) watch.close();
    this.#agent.destroy();
    await this.cluster.stop();
  }

  #open(
    path: string,
    options: RequestOptions,
    text: string | undefined,
    failed: (error: Error) => void,
    answered: (answer: IncomingMessage) => void,
  ): void {
    const request = httpsRequest(`${this.endpoint.server}${path}`, { ...options, agent: this.#agent }, answered);
    request.once('error', failed);
    request.end(text);
  }
}

function readReply(answer: IncomingMessage, text: string): Reply {
  const isJson = /json/.test(answer.headers['content-type'] ?? '');
  return { code: answer.statusCode ?? 0, headers: answer.headers, body: isJson && text ? JSON.parse(text) : text };
}
