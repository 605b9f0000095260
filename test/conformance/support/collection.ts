import type { Body, Rest } from './rest.ts';
import type { Watch } from './watch.ts';

const PATCHES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export type PatchKind = keyof typeof PATCHES;
export type Query = Readonly<Record<string, string | number | boolean>>;

/** What makes one call different from the plain one. */
export interface CallOptions {
  readonly subresource?: string;
  readonly query?: Query;
  readonly body?: unknown;
}

/** The answer of a call that the server refused. */
export class Refused extends Error {
  readonly code: number;
  readonly reason: string;
  readonly status: Body;

  constructor(call: string, code: number, status: Body) {
    super(`${call}: ${code} ${status?.message ?? JSON.stringify(status)}`);
    this.code = code;
    this.reason = status?.reason;
    this.status = status;
  }
}

/** The calls on one resource, in one namespace, or all of them. Every call throws `Refused` unless it gets its success code. */
export class Collection {
  readonly rest: Rest;
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespace: string | undefined;

  constructor(rest: Rest, apiVersion: string, plural: string, namespace: string | undefined) {
    this.rest = rest;
    this.apiVersion = apiVersion;
    this.plural = plural;
    this.namespace = namespace;
  }

  /** `/apis/apps/v1`, as discovery has it. */
  get versionPath(): string {
    return this.apiVersion.includes('/') ? `/apis/${this.apiVersion}` : `/api/${this.apiVersion}`;
  }

  /** The same resource in all namespaces. */
  get everywhere(): Collection {
    return new Collection(this.rest, this.apiVersion, this.plural, undefined);
  }

  path(name?: string, { subresource, query = {} }: CallOptions = {}): string {
    const parts = [
      this.versionPath,
      ...(this.namespace ? ['namespaces', this.namespace] : []),
      this.plural,
      ...[name, subresource].filter((part) => part !== undefined),
    ];
    const search = new URLSearchParams(
      Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
    ).toString();
    return parts.join('/') + (search ? `?${search}` : '');
  }

  create(object: Body, options: CallOptions = {}): Promise<Body> {
    return this.#expect(201, 'POST', this.path(undefined, options), object);
  }

  /** Creates a subresource of an object: `eviction`, `binding`, `token`. */
  createAt(name: string, subresource: string, object: Body): Promise<Body> {
    return this.#expect(201, 'POST', this.path(name, { subresource }), object);
  }

  get(name: string, options: CallOptions = {}): Promise<Body> {
    return this.#expect(200, 'GET', this.path(name, options));
  }

  list(query: Query = {}): Promise<Body> {
    return this.#expect(200, 'GET', this.path(undefined, { query }));
  }

  /** Names of what a list answers, sorted as they came. */
  async names(query: Query = {}): Promise<string[]> {
    return (await this.list(query)).items.map((item: Body) => item.metadata.name);
  }

  update(object: Body, options: CallOptions = {}): Promise<Body> {
    return this.#expect(200, 'PUT', this.path(object.metadata.name, options), object);
  }

  /** Reads, changes and writes, again after a conflict. */
  async change(name: string, change: (object: Body) => void, options: CallOptions = {}): Promise<Body> {
    for (;;) {
      const object = await this.get(name, options);
      change(object);
      try {
        return await this.update(object, options);
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== 409) throw error;
      }
    }
  }

  patch(name: string, kind: PatchKind, patch: unknown, options: CallOptions = {}): Promise<Body> {
    const query = kind === 'apply' ? { fieldManager: 'conformance', ...options.query } : (options.query ?? {});
    const headers = { 'content-type': PATCHES[kind] };
    return this.#expect(200, 'PATCH', this.path(name, { ...options, query }), patch, headers);
  }

  delete(name: string, { body, query }: CallOptions = {}): Promise<Body> {
    return this.#expect(200, 'DELETE', this.path(name, { query }), body);
  }

  deleteCollection(query: Query = {}, body?: unknown): Promise<Body> {
    return this.#expect(200, 'DELETE', this.path(undefined, { query }), body);
  }

  /** Watches, by default from now on. */
  async watch(query: Query = {}): Promise<Watch> {
    const from = query['resourceVersion'] ?? (await this.list({ limit: 1 })).metadata.resourceVersion;
    return this.rest.watch(this.path(undefined, { query: { ...query, watch: true, resourceVersion: from } }));
  }

  async #expect(code: number, method: string, path: string, body?: Body, headers?: Record<string, string>) {
    const reply = await this.rest.call(method, path, { body, ...(headers ? { headers } : {}) });
    if (reply.code !== code) throw new Refused(`${method} ${path}`, reply.code, reply.body);
    return reply.body;
  }
}
