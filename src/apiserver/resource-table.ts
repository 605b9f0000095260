import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import type { MaybePromise } from '#base/maybe-promise.ts';
import type { ResourceView } from './registry/resource-view.ts';
import type { ChangeListener, WatchHandle } from './registry/watch.ts';
import type { ResourceRequest } from './request.ts';
import type { ResourceResult } from './result.ts';

/** Answers requests on one version of one resource. */
export interface RequestHandler {
  handle(request: ResourceRequest): MaybePromise<ResourceResult>;
  /** How many objects are stored, over all namespaces. */
  count?(): number;
  /** How many bytes they are together, as they are stored. */
  bytes?(): number;
  /** How many changes of them the store has told of. */
  received?(): number;
  /** How many past changes of them its cache has room for. */
  capacity?(): number;
  /** Up to which revision of the store its cache has come. */
  revision?(): number;
  /** Whether an object is stored. */
  has?(namespace: string, name: string): boolean;
  /** Absent, with `watch`, for resources that are not stored. */
  readonly view?: ResourceView;
  watch?(request: ResourceRequest, listener: ChangeListener): Promise<WatchHandle>;
  /** Asks admission whether a connection to one of the objects may be made. */
  admitConnect?(request: ResourceRequest): Promise<void>;
}

export interface ServedResource {
  readonly definition: AnyResourceDefinition;
  readonly handler: RequestHandler;
}

/** What this server serves now. Resources come and go while it runs; discovery and routes follow `version`. */
export class ResourceTable {
  readonly #resources = new Map<string, ServedResource>();
  readonly #listeners: (() => void)[] = [];
  #groups: ReadonlySet<string> = new Set();
  #version = 0;

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  add(resource: ServedResource): void {
    const { group, version, plural } = resource.definition;
    this.#resources.set(keyOf(group, version, plural), resource);
    this.#changed();
  }

  remove({ group, version, plural }: AnyResourceDefinition): void {
    if (this.#resources.delete(keyOf(group, version, plural))) this.#changed();
  }

  /** Calls `listener` after every change from now on. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #changed(): void {
    this.#version++;
    this.#groups = new Set(this.definitions().map(({ group }) => group));
    for (const listener of this.#listeners) listener();
  }

  get(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#resources.get(keyOf(group, version, resource));
  }

  /** Every definition served, in the order they were added. */
  definitions(): AnyResourceDefinition[] {
    return [...this.#resources.values()].map(({ definition }) => definition);
  }

  /** Whether any resource of a group is served. */
  hasGroup(group: string): boolean {
    return this.#groups.has(group);
  }

  /** The served version of a resource, whichever it is; for rules that name no version. */
  find(group: string, resource: string): ServedResource | undefined {
    for (const served of this.#resources.values()) {
      if (served.definition.group === group && served.definition.plural === resource) return served;
    }
    return undefined;
  }
}

const keyOf = (group: string, version: string, resource: string) => `${group}/${version}/${resource}`;
