import { Secrets } from '#api/core/v1/secret.ts';
import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { Random } from '#base/random.ts';
import { Client } from '#client/client.ts';
import { mergePatch } from '#client/options.ts';
import type { StoreFeed } from '#storage/cache/store-feed.ts';
import { bindPod } from './actions/pod-binding.ts';
import { createPodEviction } from './actions/pod-eviction.ts';
import { createTokenAction } from './actions/service-account-token.ts';
import { AdmissionChain } from './admission/admission.ts';
import type { AdmissionSource } from './admission/admission-source.ts';
import { type AdmissionPluginChoice, admissionPlugins } from './admission/plugins.ts';
import {
  type Authentication,
  type AuthenticationOptions,
  createAuthentication,
} from './authentication/authentication.ts';
import { createRequesterGuards } from './authentication/requester.ts';
import type { ServiceAccountIssuer } from './authentication/service-account-issuer.ts';
import { type Authorization, type AuthorizationOptions, createAuthorization } from './authorization/authorization.ts';
import { createClaimGuards } from './authorization/claim-guard.ts';
import { requestAttributes } from './authorization/request-attributes.ts';
import type { ObjectSource } from './connect/node-connection.ts';
import { InProcessTransport } from './in-process-transport.ts';
import { admissionMetrics } from './metrics/admission-metrics.ts';
import { RegistryMetrics } from './metrics/registry-metrics.ts';
import { Pipeline } from './pipeline.ts';
import { createPodCertificateGuards } from './pod-certificates/pod-certificate-guard.ts';
import { warnOfKeyPairs } from './registry/key-pair-warnings.ts';
import type { RegistryParts, WriteGuard, WriteHook } from './registry/registry-parts.ts';
import { ResourceHandler, type SubresourceHandler } from './registry/resource-handler.ts';
import { ResourceStorage } from './registry/resource-storage.ts';
import { ResourceView } from './registry/resource-view.ts';
import { loadLater } from './registry/unloaded.ts';
import { type RequestHandler, ResourceTable } from './resource-table.ts';
import { parseIpv4Range } from './services/ipv4-range.ts';
import { ServiceAllocator } from './services/service-allocator.ts';
import { SERVER_USER } from './user.ts';
import { type ComputedSource, createComputedHandler } from './virtual/computed-resource.ts';
import { virtualHandlers } from './virtual/virtual-handlers.ts';

export interface ResourcesOptions extends AdmissionPluginChoice {
  readonly feed: StoreFeed;
  readonly issuer: ServiceAccountIssuer;
  readonly definitions: readonly AnyResourceDefinition[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly newUid: () => string;
  readonly metrics: MetricRegistry;
  readonly issuerUrl: string;
  readonly authentication?: AuthenticationOptions | undefined;
  readonly authorization?: AuthorizationOptions | undefined;
  readonly serviceCidr: string;
  readonly nodePorts: { readonly first: number; readonly last: number };
  readonly featureGates: ReadonlySet<string>;
}

/** Every resource this server serves: storages, handlers, and what reads them (authorization, admission, tokens). */
export class Resources implements ObjectSource {
  readonly pipeline: Pipeline;
  readonly authentication: Authentication;
  readonly authorization: Authorization;
  readonly #guards: Readonly<Record<string, WriteGuard>>;
  readonly #options: ResourcesOptions;
  readonly #metrics: RegistryMetrics;
  readonly #storages: Map<string, ResourceStorage>;
  readonly #admission: AdmissionChain;
  readonly #virtual: (definition: AnyResourceDefinition) => RequestHandler | undefined;
  #changing: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();

  private constructor(options: ResourcesOptions, storages: Map<string, ResourceStorage>) {
    this.#options = options;
    this.#metrics = new RegistryMetrics(options.metrics, options.clock);
    this.#storages = storages;
    const { issuer, clock, issuerUrl } = options;
    this.authentication = createAuthentication(options.authentication ?? {}, {
      issuer,
      audiences: [issuerUrl],
      find: (kind, namespace, name) => this.#live(kind, namespace, name),
      labelSecret: (namespace, name, labels) => this.#labelSecret(namespace, name, labels),
      clock,
      metrics: options.metrics,
    });
    const plugins = admissionPlugins(this.#admissionSource(), options);
    const monotonic = () => clock.monotonic();
    this.#admission = new AdmissionChain(plugins, admissionMetrics(options.metrics, monotonic));
    this.authorization = createAuthorization(options.authorization ?? {}, {
      clock,
      storage: (name) => this.#storage(name),
      featureGates: options.featureGates,
    });
    const { decide, guards } = this.authorization;
    this.#guards = {
      ...guards,
      ...createRequesterGuards(clock),
      ...createPodCertificateGuards({ decide, clock }),
      secrets: warnOfKeyPairs,
      ...createClaimGuards({ decide, namespace: (name) => this.#live('Namespace', '', name) }),
    };
    this.pipeline = new Pipeline(new ResourceTable(), this.authorization.decide);
    this.#virtual = this.#virtualHandlers();
    for (const definition of options.definitions) this.#add(definition);
    for (const storage of storages.values()) this.#loadLater(storage);
  }

  /** Opens the storage of every kind that is stored, all at once. */
  static async open(options: ResourcesOptions): Promise<Resources> {
    const stored = options.definitions.filter(isStored).filter((definition) => definition.storage === undefined);
    const metrics = new RegistryMetrics(options.metrics, options.clock);
    const opened = await Promise.all(
      stored.map((definition) => ResourceStorage.open(definition, options.feed, metrics)),
    );
    return new Resources(options, new Map(opened.map((storage) => [nameOf(storage.definition), storage])));
  }

  pod(namespace: string, name: string): KubernetesObject | undefined {
    return this.#live('Pod', namespace, name);
  }

  node(name: string): KubernetesObject | undefined {
    return this.#live('Node', '', name);
  }

  service(namespace: string, name: string): KubernetesObject | undefined {
    return this.#storage('services').get(namespace, name)?.object;
  }

  endpointSlices(namespace: string, service: string): readonly KubernetesObject[] {
    const slices = this.#storage('endpointslices.discovery.k8s.io');
    const { entries } = slices.cache.list({ prefix: slices.prefix(namespace) });
    return entries
      .map((entry) => entry.object)
      .filter(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === service);
  }

  /** Ends every watch, as a server that stops does. */
  endWatches(): void {
    this.#stopping.abort();
    for (const storage of this.#storages.values()) storage.close();
  }

  /**
   * Serves one more resource, or one version more of it, from now on; one that is served already is replaced: its
   * objects stay, its watches end. Routes, discovery, OpenAPI, the watch cache and rules that name it follow at once.
   */
  serve(definition: AnyResourceDefinition): Promise<void> {
    return this.#change(async () => {
      const name = nameOf(definition);
      const replaced = definition.storage === undefined ? this.#storages.get(name) : undefined;
      if (definition.storage === undefined) {
        const storage = await ResourceStorage.open(definition, this.#options.feed, this.#metrics);
        this.#storages.set(name, storage);
        this.#loadLater(storage);
      }
      const { table } = this.pipeline;
      const versions = table.definitions().filter((other) => nameOf(other) === name && other !== replaced?.definition);
      this.#add(definition);
      for (const other of versions) if (other.version !== definition.version) this.#add(other);
      replaced?.close();
    });
  }

  /** Serves a resource whose objects are worked out when somebody asks; it can be read only. */
  serveComputed(definition: AnyResourceDefinition, source: ComputedSource): void {
    this.pipeline.table.add({ definition, handler: createComputedHandler(definition, source) });
  }

  /** Serves a resource no longer. Its objects stay in the store; the watches of its stored version end. */
  withdraw(definition: AnyResourceDefinition): Promise<void> {
    return this.#change(async () => {
      this.pipeline.table.remove(definition);
      if (definition.storage !== undefined) return;
      this.#storages.get(nameOf(definition))?.close();
      this.#storages.delete(nameOf(definition));
    });
  }

  #loadLater(storage: ResourceStorage): void {
    const { clock, logger } = this.#options;
    loadLater(storage, clock, this.#stopping.signal).catch((error) =>
      logger.error('load stored objects', { prefix: storage.cache.prefix, error }),
    );
  }

  /** One change after another: opening a storage takes its time. */
  #change(work: () => Promise<void>): Promise<void> {
    const done = this.#changing.then(work);
    this.#changing = done.catch(() => {});
    return done;
  }

  #add(definition: AnyResourceDefinition): void {
    const answered = isStored(definition) ? undefined : this.#virtual(definition);
    const handler = answered ?? new ResourceHandler(this.#parts(definition), this.#actions(definition));
    this.pipeline.table.add({ definition, handler });
  }

  #virtualHandlers() {
    const { clock, issuerUrl } = this.#options;
    return virtualHandlers({
      authorization: this.authorization,
      verifyToken: this.authentication.verifyToken,
      audiences: [issuerUrl],
      clock,
      admission: this.#admission,
      bindPod: (request) => bindPod(this.#parts(this.#definition('pods')), request),
    });
  }

  #parts(definition: AnyResourceDefinition): RegistryParts {
    const { clock, random, newUid, featureGates } = this.#options;
    const storage = this.#storage(storedName(definition));
    return {
      definition,
      storage,
      view: new ResourceView(definition, storage.codec),
      admission: this.#admission,
      clock,
      random,
      featureGates,
      newUid,
      hook: this.#hook(definition),
      guard: this.#guards[nameOf(definition)],
      versionOf: (apiVersion) => this.#version(definition, apiVersion),
      authorizeCreate: async ({ target, user, query }) =>
        this.pipeline.authorize(requestAttributes(target, { user, verb: 'create', query })),
    };
  }

  /** Another served version of a kind; it may be of another group. */
  #version(definition: AnyResourceDefinition, apiVersion: string): AnyResourceDefinition | undefined {
    const stored = storedName(definition);
    return this.pipeline.table
      .definitions()
      .find((other) => apiVersionOf(other) === apiVersion && storedName(other) === stored);
  }

  #hook(definition: AnyResourceDefinition): WriteHook | undefined {
    if (nameOf(definition) !== 'services') return undefined;
    const { serviceCidr, nodePorts, random } = this.#options;
    return new ServiceAllocator({
      services: () => this.#storage('services'),
      cidrs: () => this.#storage('servicecidrs.networking.k8s.io'),
      addresses: () => this.#storage('ipaddresses.networking.k8s.io'),
      range: parseIpv4Range(serviceCidr),
      nodePorts,
      random,
    });
  }

  #actions(definition: AnyResourceDefinition): Readonly<Record<string, SubresourceHandler>> {
    switch (nameOf(definition)) {
      case 'pods':
        return {
          binding: bindPod,
          eviction: createPodEviction(() => this.#parts(this.#definition('poddisruptionbudgets.policy'))),
        };
      case 'serviceaccounts':
        return {
          token: createTokenAction({
            issuer: this.#options.issuer,
            audiences: [this.#options.issuerUrl],
            lookup: (kind, namespace, name) => this.#live(kind, namespace, name),
          }),
        };
      default:
        return {};
    }
  }

  #admissionSource(): AdmissionSource {
    const { clock, featureGates } = this.#options;
    const find = (definition: AnyResourceDefinition) => this.#storages.get(nameOf(definition));
    return {
      get: <T>(definition: AnyResourceDefinition, namespace: string, name: string) =>
        find(definition)?.get(namespace, name)?.object as T | undefined,
      list: <T>(definition: AnyResourceDefinition, namespace: string) => {
        const storage = find(definition);
        if (storage === undefined || storage.cache.size === 0) return [];
        return storage.list(namespace) as readonly T[];
      },
      definition: (resource) => this.#storages.get(resource)?.definition,
      replace: async <T extends KubernetesObject>(definition: AnyResourceDefinition, object: T) => {
        const { name = '', namespace = '', resourceVersion } = object.metadata ?? {};
        const storage = this.#storage(nameOf(definition));
        const outcome = await storage.put(storage.key(namespace, name), object, Number(resourceVersion));
        const entry = outcome.ok ? outcome.entry : outcome.current;
        return { written: outcome.ok, current: entry?.object as T | undefined };
      },
      create: (definition, object) => this.#client().of(definition).create(object),
      decide: (attributes) => this.authorization.decide(attributes),
      clock,
      featureGates,
    };
  }

  #client(): Client {
    return new Client(new InProcessTransport(this.pipeline, SERVER_USER));
  }

  async #labelSecret(namespace: string, name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    try {
      await this.#client()
        .of(Secrets)
        .patch(name, mergePatch({ metadata: { labels } }), { namespace });
    } catch (error) {
      this.#options.logger.error('label secret', { secret: `${namespace}/${name}`, error });
    }
  }

  #live(kind: keyof typeof RESOURCE_OF, namespace: string, name: string): KubernetesObject | undefined {
    return this.#storage(RESOURCE_OF[kind]).get(namespace, name)?.object;
  }

  #storage(name: string): ResourceStorage {
    const storage = this.#storages.get(name);
    if (storage === undefined) throw new Error(`find storage: ${name} is not a stored resource`);
    return storage;
  }

  #definition(name: string): AnyResourceDefinition {
    return this.#storage(name).definition;
  }
}

const RESOURCE_OF = {
  Namespace: 'namespaces',
  Node: 'nodes',
  Pod: 'pods',
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
} as const;

/** `pods`, `deployments.apps`. */
const nameOf = ({ group, plural }: AnyResourceDefinition): string => (group === '' ? plural : `${plural}.${group}`);

/** The resource that a definition's objects are stored as. */
const storedName = (definition: AnyResourceDefinition): string =>
  nameOf(definition.storage?.definition() ?? definition);

/** Kinds that can be read back are stored; component statuses are made up on reading. */
const isStored = (definition: AnyResourceDefinition): boolean =>
  definition.verbs.includes('list') && nameOf(definition) !== 'componentstatuses';
