import { createHash } from 'node:crypto';
import { spokenKinds } from '#api/kinds.ts';
import { DeleteOptions } from '#api/meta/v1/delete-options.ts';
import { ListMeta } from '#api/meta/v1/list-meta.ts';
import { Status } from '#api/meta/v1/status.ts';
import { VersionInfo } from '#api/meta/v1/version-info.ts';
import { WatchEvent } from '#api/meta/v1/watch-event.ts';
import { buildOpenApiV2 } from '#machinery/openapi/document-v2.ts';
import { encodeOpenApiV2 } from '#machinery/openapi/document-v2-protobuf.ts';
import { buildOpenApiV3, documentKeys, openApiV3Root } from '#machinery/openapi/document-v3.ts';
import { encodeOpenApiV3 } from '#machinery/openapi/document-v3-protobuf.ts';
import type { OpenApiInput } from '#machinery/openapi/openapi-input.ts';
import type { Exchange, HeaderMap } from '../http/exchange.ts';
import type { ResourceTable } from '../resource-table.ts';
import { respondCompressed, SharedBody } from '../serving/compress.ts';
import { byQuality } from '../serving/negotiate.ts';
import { versionInfo } from '../version.ts';

interface Document {
  readonly body: SharedBody;
  readonly hash: string;
}

const META = {
  deleteOptions: DeleteOptions,
  listMeta: ListMeta,
  status: Status,
  versionInfo: VersionInfo,
  watchEvent: WatchEvent,
};
const SUBTYPE = 'com.github.proto-openapi.spec.';
const encoder = new TextEncoder();

/** Serves `/openapi/v2` and `/openapi/v3`. Documents are made when they are first asked for, and again when resources change. */
export class OpenApi {
  readonly #table: ResourceTable;
  readonly #now: () => number;
  readonly #documents = new Map<string, Document>();
  #version = -1;

  /** `now` in milliseconds since the epoch. */
  constructor(table: ResourceTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** False for paths that name no document. */
  async serve(exchange: Exchange, path: string): Promise<boolean> {
    if (this.#version !== this.#table.version) {
      this.#documents.clear();
      this.#version = this.#table.version;
    }
    if (path === '/openapi/v2') return this.#serveV2(exchange);
    if (path === '/openapi/v3') return this.#send(exchange, await this.#root(), 'application/json');
    const key = path.slice('/openapi/v3/'.length);
    if (!path.startsWith('/openapi/v3/') || !this.#keys().includes(key)) return false;
    return this.#sendV3(exchange, path, key);
  }

  /** A client that names a hash wants that document, or to be told where the one of now is. */
  async #sendV3(exchange: Exchange, path: string, key: string): Promise<true> {
    const form = formOf(exchange, 'v3');
    if (form === undefined) return notAcceptable(exchange);
    // Both forms go by the hash of one.
    const { hash } = this.#v3(key);
    const { body } = form === 'json' ? this.#v3(key) : this.#v3Protobuf(key);
    const document = { body, hash };
    const type = form === 'json' ? 'application/json' : `application/${SUBTYPE}v3.v1.0+protobuf`;
    const wanted = exchange.query.get('hash') ?? '';
    if (wanted === '') return this.#send(exchange, document, type);
    if (wanted !== hash) {
      exchange.respond(301, { location: `${path}?hash=${hash}` }, new Uint8Array());
      return true;
    }
    const aYear = new Date(this.#now());
    aYear.setUTCFullYear(aYear.getUTCFullYear() + 1);
    return this.#send(exchange, document, type, {
      'cache-control': 'public, immutable',
      expires: aYear.toUTCString(),
    });
  }

  #serveV2(exchange: Exchange): Promise<true> | true {
    const form = formOf(exchange, 'v2');
    if (form === undefined) return notAcceptable(exchange);
    if (form === 'json') {
      return this.#send(
        exchange,
        this.#made('v2', () => json(buildOpenApiV2(this.#input()))),
        'application/json',
      );
    }
    const document = this.#made('v2.pb', () => encodeOpenApiV2(buildOpenApiV2(this.#input())));
    return this.#send(exchange, document, `application/${SUBTYPE}v2.v1.0+protobuf`);
  }

  /** It names all documents by their hashes, which takes them to be made: others have their turn between. */
  async #root(): Promise<Document> {
    for (const key of this.#keys()) {
      if (this.#documents.has(`v3/${key}`)) continue;
      this.#v3(key);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return this.#made('root', () =>
      json(openApiV3Root(Object.fromEntries(this.#keys().map((key) => [key, this.#v3(key).hash])))),
    );
  }

  #v3(key: string): Document {
    return this.#made(`v3/${key}`, () => json(buildOpenApiV3(this.#input(), key)));
  }

  #v3Protobuf(key: string): Document {
    return this.#made(`v3.pb/${key}`, () => encodeOpenApiV3(buildOpenApiV3(this.#input(), key)));
  }

  #made(name: string, make: () => Uint8Array): Document {
    let document = this.#documents.get(name);
    if (document === undefined) {
      const body = make();
      const hash = createHash('sha256').update(body).digest('hex').toUpperCase();
      document = { body: new SharedBody(body), hash };
      this.#documents.set(name, document);
    }
    return document;
  }

  #keys(): string[] {
    return documentKeys(this.#input());
  }

  #input(): OpenApiInput {
    return {
      resources: this.#table.definitions(),
      meta: META,
      others: spokenKinds,
      serverVersion: versionInfo.gitVersion,
    };
  }

  async #send(
    exchange: Exchange,
    { body, hash }: Document,
    contentType: string,
    caching: HeaderMap = {},
  ): Promise<true> {
    const etag = `"${hash}"`;
    const headers = { 'content-type': contentType, etag, vary: 'Accept', ...caching };
    if (exchange.header('if-none-match') === etag) exchange.respond(304, headers, new Uint8Array());
    else await respondCompressed(exchange, 200, headers, body);
    return true;
  }
}

/** What a client likes best of the forms there are. Old clients ask for `v2@v1.0`, which Go cannot read as a media type. */
function formOf(exchange: Exchange, version: 'v2' | 'v3'): 'json' | 'protobuf' | undefined {
  const binary = [`${SUBTYPE}${version}.v1.0+protobuf`, `${SUBTYPE}${version}@v1.0+protobuf`];
  for (const clause of byQuality(exchange.header('accept') || '*/*')) {
    const [type, subtype = ''] = (clause.split(';', 1)[0] ?? '').trim().split('/');
    if (type !== 'application' && type !== '*') continue;
    if (subtype === 'json' || subtype === '*') return 'json';
    if (binary.includes(subtype)) return 'protobuf';
  }
  return undefined;
}

function notAcceptable(exchange: Exchange): true {
  exchange.respond(406, { vary: 'Accept' }, new Uint8Array());
  return true;
}

const json = (document: object): Uint8Array => encoder.encode(JSON.stringify(document));
