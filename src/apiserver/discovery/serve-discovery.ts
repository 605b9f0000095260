import { createHash } from 'node:crypto';
import { kindSchema } from '#api/kinds.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { table } from '#base/table.ts';
import { encodeProtobuf } from '#machinery/codec/protobuf.ts';
import { newGenericNotFound, newMethodNotAllowed, newNotAcceptable } from '#machinery/errors/status-error.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ResourceTable } from '../resource-table.ts';
import { respondCompressed, SharedBody } from '../serving/compress.ts';
import { ACCEPTED_ONLY, byQuality, requireProducible } from '../serving/negotiate.ts';
import { wantsPretty } from '../serving/pretty.ts';
import { encodeObject } from '../serving/response-encoder.ts';
import { aggregatedDiscovery } from './aggregated.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions, groupDefinitions } from './legacy.ts';

interface Document {
  readonly body: SharedBody;
  readonly etag: string;
}

type Encoding = 'json' | 'yaml' | 'protobuf';
const MEDIA_TYPES = table<Encoding>({
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
});

const JSON_FORM: DiscoveryForm = { encoding: 'json', mediaType: 'application/json', aggregated: undefined };

/** How a client wants to be told what is served: everything in one answer (`aggregated` names the version), or bit by bit. */
export interface DiscoveryForm {
  readonly encoding: Encoding;
  readonly mediaType: string;
  readonly aggregated: 'v2' | 'v2beta1' | undefined;
}

/** Serves `/api` and `/apis` and what is below them. Documents are made when first asked for, and again when resources change. */
export class Discovery {
  readonly #table: ResourceTable;
  readonly #serverAddress: () => string;
  readonly #documents = new Map<string, Document>();
  #version = -1;

  /** `serverAddress` is the host and port that `/api` names. */
  constructor(table: ResourceTable, serverAddress: () => string) {
    this.#table = table;
    this.#serverAddress = serverAddress;
  }

  /** The paths of what is served now. */
  paths(): string[] {
    const below = groupDefinitions(this.#table.definitions()).flatMap(({ group, versions }) => {
      const root = group === '' ? '/api' : `/apis/${group}`;
      return [root, ...versions.map(({ version }) => `${root}/${version}`)];
    });
    return ['/apis', '/apis/', ...below];
  }

  /** Answers a path that begins with `/api` or `/apis`. Throws a 404 for those that name nothing, a 405 for what can only be got. */
  async serve(exchange: Exchange, path: string): Promise<true> {
    if (this.#version !== this.#table.version) {
      this.#documents.clear();
      this.#version = this.#table.version;
    }
    const accepted = discoveryForm(exchange.header('accept'), path === '/api' || path === '/apis');
    const form = accepted ?? JSON_FORM;
    const { aggregated } = form;
    const pretty = form.encoding === 'json' && wantsPretty(exchange);
    const key = [path, form.encoding, aggregated ?? '', pretty].join(' ');
    const document = this.#documents.get(key) ?? this.#make(key, path, { ...form, pretty });
    if (exchange.method !== 'GET' && !OF_GROUPS.test(path)) throw newMethodNotAllowed();
    requireProducible(exchange.header('accept'));
    if (accepted === undefined) throw newNotAcceptable(ACCEPTED_ONLY);
    const contentType = aggregated
      ? `${form.mediaType};g=apidiscovery.k8s.io;v=${aggregated};as=APIGroupDiscoveryList`
      : form.mediaType;
    // What is told bit by bit is not kept.
    const caching = aggregated ? { vary: 'Accept', etag: document.etag, 'cache-control': 'public' } : {};
    const headers = { 'content-type': contentType, ...caching };
    if (aggregated && exchange.header('if-none-match') === document.etag)
      exchange.respond(304, headers, new Uint8Array());
    else await respondCompressed(exchange, 200, headers, document.body);
    return true;
  }

  #make(key: string, path: string, form: DiscoveryForm & { readonly pretty: boolean }): Document {
    const bytes = encode(this.#objectAt(path, form.aggregated), form);
    const etag = `"${createHash('sha256').update(bytes).digest('hex').toUpperCase()}"`;
    const document = { body: new SharedBody(bytes), etag };
    this.#documents.set(key, document);
    return document;
  }

  #objectAt(path: string, aggregated: DiscoveryForm['aggregated']): object {
    const groups = groupDefinitions(this.#table.definitions());
    const core = groups.filter(({ group }) => group === '');
    const named = groups.filter(({ group }) => group !== '');
    const [, root = '', first = '', second, ...rest] = path.split('/');
    // What is nowhere is not remembered either.
    if (rest.length > 0 || (first === '' && second !== undefined)) throw newGenericNotFound();
    if (first === '') {
      if (aggregated) return aggregatedDiscovery(root === 'api' ? core : named, aggregated);
      return root === 'api' ? apiVersions(this.#serverAddress()) : apiGroupList(named);
    }
    if (root === 'api') return second === undefined ? resourcesOf(core, '', first) : notFound();
    const group = named.find((each) => each.group === first) ?? notFound();
    return second === undefined ? apiGroup(group) : resourcesOf(named, first, second);
  }
}

/** Which groups there are is told whatever the method. */
const OF_GROUPS = /^\/apis(\/[^/]+)?$/;

const notFound = (): never => {
  throw newGenericNotFound();
};

function resourcesOf(groups: ReturnType<typeof groupDefinitions>, group: string, version: string): object {
  const versions = groups.find((each) => each.group === group)?.versions ?? [];
  const found = versions.find((each) => each.version === version) ?? notFound();
  return apiResourceList(group, version, found.definitions);
}

/**
 * The form of an Accept header that discovery has: everything in one answer where that is served and named at all, otherwise the
 * first that asks for no other shape. Undefined when there is none.
 */
export function discoveryForm(accept: string, isRoot: boolean): DiscoveryForm | undefined {
  if (accept.trim() === '') return JSON_FORM;
  const forms = byQuality(accept).map(clauseForm);
  const aggregated = isRoot ? forms.find((form) => form?.aggregated) : undefined;
  return aggregated ?? forms.find((form) => form !== undefined && form.aggregated === undefined);
}

function clauseForm(clause: string): DiscoveryForm | undefined {
  const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
  const mediaType = ['*/*', 'application/*'].includes(type) ? 'application/json' : type.toLowerCase();
  const encoding = MEDIA_TYPES[mediaType];
  if (encoding === undefined) return undefined;
  const named = new Map(parameters.map((each) => each.split('=', 2) as [string, string | undefined]));
  if (!['as', 'g', 'v'].some((name) => named.has(name))) return { encoding, mediaType, aggregated: undefined };
  const version = named.get('v');
  const isList = named.get('as') === 'APIGroupDiscoveryList' && named.get('g') === 'apidiscovery.k8s.io';
  // The older version has no binary form of its own here.
  const isKnown = version === 'v2' || (version === 'v2beta1' && encoding !== 'protobuf');
  return isList && isKnown ? { encoding, mediaType, aggregated: version } : undefined;
}

function encode(object: object, form: { readonly encoding: Encoding; readonly pretty: boolean }): Uint8Array {
  if (form.encoding === 'protobuf') {
    const { apiVersion = 'v1', kind = '' } = object as KubernetesObject;
    const schema = kindSchema(apiVersion, kind);
    if (schema === undefined) throw new Error(`encode discovery: no schema of ${apiVersion} ${kind}`);
    return encodeProtobuf({ apiVersion, ...object }, schema);
  }
  return encodeObject(object as KubernetesObject, {
    form: { encoding: form.encoding, as: 'object', version: 'v1', mediaType: '' },
    pretty: form.pretty,
  });
}
