import { apiVersionOf, type KubernetesObject, type ResourceDefinition } from '#api/resource-definition.ts';
import {
  type DeleteOptions,
  type GetOptions,
  type ListOptions,
  type NamespaceOption,
  type Patch,
  toQuery,
  type WatchOptions,
  type WriteOptions,
} from './options.ts';
import type { ClientRequest, Transport, WatchEvent } from './transport.ts';

/** A list as the server answers it. */
export interface ObjectList<T> {
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly T[];
}

/** The calls on one kind. All reject with `StatusError`. */
export class ResourceClient<T extends KubernetesObject> {
  readonly definition: ResourceDefinition<T>;
  readonly #transport: Transport;

  constructor(transport: Transport, definition: ResourceDefinition<T>) {
    this.#transport = transport;
    this.definition = definition;
  }

  get(name: string, options: GetOptions = {}): Promise<T> {
    return this.#call<T>({
      ...this.#target('get', options, name),
      query: toQuery({ resourceVersion: options.resourceVersion }),
      signal: options.signal,
    });
  }

  async list(options: ListOptions = {}): Promise<ObjectList<T>> {
    const { namespace: _, signal, ...query } = options;
    const list = await this.#call<ObjectList<T>>({ ...this.#target('list', options), query: toQuery(query), signal });
    if (list.items.every((item) => item.kind !== undefined)) return list;
    // Some servers leave the kind to the list; whoever gets an item alone needs it.
    const kind = { kind: this.definition.kind, apiVersion: apiVersionOf(this.definition) };
    return { ...list, items: list.items.map((item) => ({ ...kind, ...item })) };
  }

  /** Every page of a list, `pageSize` objects a call. */
  async *listAll(options: ListOptions & { readonly pageSize?: number } = {}): AsyncGenerator<T, void, undefined> {
    const { pageSize = 500, ...rest } = options;
    let page = await this.list({ ...rest, limit: pageSize });
    yield* page.items;
    while (page.metadata.continue) {
      page = await this.list({ ...rest, limit: pageSize, continue: page.metadata.continue });
      yield* page.items;
    }
  }

  /** Resolves when the server ends the watch or the signal aborts; see `Transport.watch`. */
  watch(options: WatchOptions, listener: (events: readonly WatchEvent<T>[]) => void, signal: AbortSignal) {
    const { namespace: _, ...query } = options;
    return this.#transport.watch(
      { ...this.#target('watch', options), query: { ...toQuery(query), watch: 'true' } },
      listener as (events: readonly WatchEvent[]) => void,
      signal,
    );
  }

  create(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#write<T>('create', object, options);
  }

  /** Calls a subresource that takes another kind (`binding`, `eviction`, `token`) and answers `R`. */
  createSubresource<R>(name: string, subresource: string, body: unknown, options: WriteOptions = {}): Promise<R> {
    const request = this.#target('create', options, name);
    request.subresource = subresource;
    request.query = writeQuery(options);
    request.body = body;
    request.signal = options.signal;
    return this.#call<R>(request);
  }

  update(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#write<T>('update', object, options);
  }

  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#write<T>('update', object, options, 'status');
  }

  patch(name: string, patch: Patch, options: WriteOptions = {}): Promise<T> {
    return this.#call<T>({
      ...this.#target('patch', options, name),
      query: { ...writeQuery(options), ...toQuery({ force: patch.force }) },
      body: patch.body,
      patchType: patch.type,
      signal: options.signal,
    });
  }

  /** Resolves with the object as it is while it terminates, or with a Status when it is gone. */
  delete(name: string, options: DeleteOptions = {}): Promise<unknown> {
    return this.#call({
      ...this.#target('delete', options, name),
      body: deleteBody(options),
      signal: options.signal,
    });
  }

  deleteCollection(options: ListOptions & DeleteOptions = {}): Promise<unknown> {
    const { labelSelector, fieldSelector } = options;
    return this.#call({
      ...this.#target('deletecollection', options),
      query: toQuery({ labelSelector, fieldSelector }),
      body: deleteBody(options),
      signal: options.signal,
    });
  }

  #write<R>(
    verb: 'create' | 'update',
    object: T,
    options: WriteOptions,
    subresource = options.subresource,
  ): Promise<R> {
    const request = this.#target(verb, options, verb === 'update' ? object.metadata?.name : undefined);
    if (this.definition.namespaced) request.namespace ??= object.metadata?.namespace;
    request.subresource = subresource;
    request.query = writeQuery(options);
    request.body = this.#kinded(object);
    request.signal = options.signal;
    return this.#call<R>(request);
  }

  /** What comes from a server says its kind already. */
  #kinded(object: T): T {
    const { kind } = this.definition;
    const apiVersion = apiVersionOf(this.definition);
    return object.kind === kind && object.apiVersion === apiVersion ? object : { ...object, apiVersion, kind };
  }

  /** The beginning of a request, for the caller to complete in place: a copy for each member would cost more than they do. */
  #target(
    verb: ClientRequest['verb'],
    options: NamespaceOption & { readonly subresource?: string },
    name?: string,
  ): RequestInTheMaking {
    const { group, version, plural, namespaced, schema } = this.definition;
    return {
      verb,
      schema,
      group,
      version,
      resource: plural,
      namespace: namespaced ? options.namespace : undefined,
      name,
      subresource: options.subresource,
    };
  }

  async #call<R>(request: ClientRequest): Promise<R> {
    return (await this.#transport.request(request)) as R;
  }
}

type RequestInTheMaking = { -readonly [member in keyof ClientRequest]: ClientRequest[member] };

const NO_QUERY: Readonly<Record<string, string>> = {};

function writeQuery({ dryRun, fieldManager, fieldValidation }: WriteOptions): Readonly<Record<string, string>> {
  if (!dryRun && !fieldManager && !fieldValidation) return NO_QUERY;
  return toQuery({ dryRun: dryRun ? 'All' : undefined, fieldManager, fieldValidation });
}

const deleteBody = ({ gracePeriodSeconds, propagationPolicy, preconditions, dryRun }: DeleteOptions) => ({
  kind: 'DeleteOptions',
  apiVersion: 'v1',
  gracePeriodSeconds,
  propagationPolicy,
  preconditions,
  dryRun: dryRun ? ['All'] : undefined,
});
