import { lookup } from 'node:dns/promises';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { resourcesWith } from '#api/feature-gates.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { Random } from '#base/random.ts';
import { Client } from '#client/client.ts';
import type { Transport } from '#client/transport.ts';
import { StoreFeed } from '#storage/cache/store-feed.ts';
import type { Store } from '#storage/store.ts';
import type { AdmissionPluginChoice } from './admission/plugins.ts';
import { type AuthenticationOptions, trustedAuthorities } from './authentication/authentication.ts';
import { issuerDocuments } from './authentication/issuer-documents.ts';
import type { OidcOptions } from './authentication/oidc/oidc-options.ts';
import { publishTrust } from './authentication/publish-trust.ts';
import {
  DEFAULT_ISSUER_URL,
  type IssuerKey,
  type SecretTokenSpecification,
  ServiceAccountIssuer,
} from './authentication/service-account-issuer.ts';
import type { AuthorizationOptions, AuthorizerChoice } from './authorization/authorization.ts';
import { createBootstrapObjects } from './bootstrap/create-bootstrap-objects.ts';
import { type AdvertisedAddress, publishKubernetesService } from './bootstrap/kubernetes-service.ts';
import { createConnectHandlers } from './connect/connect-handlers.ts';
import type { LocalNodes } from './connect/local-nodes.ts';
import type { NodeCredentials, NodeEndpoint } from './connect/node-connection.ts';
import { OpenApi } from './discovery/openapi.ts';
import { Discovery } from './discovery/serve-discovery.ts';
import { inProcessContext } from './filters/in-process-context.ts';
import type { HealthCheck } from './health.ts';
import { ApiHandler } from './http/api-handler.ts';
import { HttpsListener } from './http/https-listener.ts';
import { createPathHandler } from './http/path-handler.ts';
import { createUpgradeHandler } from './http/upgrade-handler.ts';
import { type InProcessAudit, InProcessTransport } from './in-process-transport.ts';
import { createMetricsPaths } from './metrics/metrics-paths.ts';
import { Operations, type OperationsOptions } from './operations.ts';
import type { Pipeline } from './pipeline.ts';
import { Resources } from './resources.ts';
import { createServerHealth } from './server-health.ts';
import { addressAt, parseIpv4Range } from './services/ipv4-range.ts';
import { createSnapshotPath } from './snapshot-path.ts';
import { AUTHENTICATED_GROUP, SERVER_USER, type UserInfo } from './user.ts';
import type { ComputedSource } from './virtual/computed-resource.ts';

export interface ApiServerOptions extends OperationsOptions, AdmissionPluginChoice {
  readonly store: Store;
  /** The store as snapshots are made of it, where `store` decrypts what that one holds. */
  readonly engine?: Store;
  /** The metrics of this process, where others have made some before; by default new ones. */
  readonly metrics?: MetricRegistry;
  /** Checks of health beside the server's own. */
  readonly healthChecks?: readonly HealthCheck[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly newUid: () => string;
  /** Signs service-account tokens. */
  readonly issuerKey: IssuerKey;
  readonly issuerUrl?: string;
  readonly authentication?: AuthenticationOptions;
  readonly authorization?: AuthorizationOptions;
  readonly serviceCidr?: string;
  readonly nodePorts?: { readonly first: number; readonly last: number };
  /** Features to turn on, of `featureGates`. */
  readonly featureGates?: ReadonlySet<string>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly tls: SecureContextOptions;
  /** PEM of the CA that signs client certificates. */
  readonly clientCa: string;
}

const DEFAULTS = {
  issuerUrl: DEFAULT_ISSUER_URL as string,
  serviceCidr: '10.96.0.0/12',
  nodePorts: { first: 30000, last: 32767 },
  featureGates: new Set<string>() as ReadonlySet<string>,
};

/** How long a server that stops waits for requests, and then for their answers to be read. */
const REQUEST_GRACE_MS = 10_000;
const FLUSH_MS = 500;

/** The API server over one store: in-process transports at once, HTTPS where `listen` is called. */
export class ApiServer {
  readonly pipeline: Pipeline;
  readonly #options: ApiServerOptions & typeof DEFAULTS;
  readonly #feed: StoreFeed;
  readonly #resources: Resources;
  readonly #issuer: ServiceAccountIssuer;
  readonly #handler: ApiHandler;
  readonly #listeners: HttpsListener[] = [];
  readonly #operations: Operations;
  #nodeCredentials: NodeCredentials | undefined;
  #localNodes: LocalNodes | undefined;
  readonly #ownEndpoints = new Set<string>();
  #started = false;
  #stopping = false;

  private constructor(
    options: ApiServerOptions & typeof DEFAULTS,
    feed: StoreFeed,
    parts: { issuer: ServiceAccountIssuer; resources: Resources; metrics: MetricRegistry },
  ) {
    this.#options = options;
    this.#feed = feed;
    this.#resources = parts.resources;
    this.#issuer = parts.issuer;
    this.pipeline = parts.resources.pipeline;
    this.#operations = new Operations(this.pipeline, { ...options, metrics: parts.metrics });
    this.#handler = this.#createHandler(parts.issuer);
  }

  /** Loads the store, makes what every cluster has, and is ready to serve. */
  static async start(given: ApiServerOptions): Promise<ApiServer> {
    const options = { ...DEFAULTS, ...given };
    const { store, clock, logger, metrics = new MetricRegistry() } = options;
    const feed = await StoreFeed.open({ store, logger });
    const issuer = new ServiceAccountIssuer(options.issuerKey, { issuer: options.issuerUrl, clock });
    const definitions = resourcesWith(options.featureGates);
    const loaded = await Resources.open({ ...options, metrics, feed, issuer, definitions });
    const server = new ApiServer(options, feed, { issuer, resources: loaded, metrics });
    await createBootstrapObjects(loaded.pipeline, SERVER_USER, options.featureGates);
    server.#started = true;
    server.#operations.start(new Client(server.transport(SERVER_USER)));
    return server;
  }

  /** The metrics of this process, which components in it may add theirs to. */
  get metrics(): MetricRegistry {
    return this.#operations.metrics;
  }

  /** Features that were turned on. */
  get featureGates(): ReadonlySet<string> {
    return this.#options.featureGates;
  }

  /** From now on these are the issuers of ID tokens. */
  replaceIssuers(issuers: readonly OidcOptions[]): void {
    this.#resources.authentication.replaceIssuers(issuers);
  }

  /** From now on these decide. They are of the same types as before, but for webhooks. */
  replaceAuthorizers(authorizers: readonly AuthorizerChoice[]): void {
    this.#resources.authorization.replaceAuthorizers(authorizers);
  }

  /** A transport for one user, inside this process. */
  transport(user: UserInfo): Transport {
    const groups = [...new Set([...user.groups, AUTHENTICATED_GROUP])];
    return new InProcessTransport(this.pipeline, { ...user, groups }, this.#inProcessAudit());
  }

  #inProcessAudit(): InProcessAudit | undefined {
    const { audit: log } = this.#operations;
    const { clock, newUid } = this.#options;
    return (
      log && {
        log,
        contextOf(call, request) {
          const context = inProcessContext(call, request, clock.now());
          context.auditId = newUid();
          return context;
        },
      }
    );
  }

  /** Serves HTTPS on one more address. */
  async listen(options: ListenOptions): Promise<AddressInfo> {
    const { authentication } = this.#options;
    const listener = await HttpsListener.listen({
      ...options,
      clientCa: trustedAuthorities(options.clientCa, authentication),
      onExchange: this.#handler.handle,
      onFault: (error) => this.#options.logger.error('a connection failed', { error }),
      onUpgrade: createUpgradeHandler(this.#handler),
    });
    this.#listeners.push(listener);
    const { clientCa } = options;
    await publishTrust(new Client(this.transport(SERVER_USER)), {
      clientCa,
      requestHeader: authentication?.requestHeader,
    });
    return listener.address;
  }

  /** Makes `default/kubernetes` point at an address that pods can reach. */
  publish(address: AdvertisedAddress): Promise<void> {
    const clusterIP = addressAt(parseIpv4Range(this.#options.serviceCidr), 0);
    return publishKubernetesService(new Client(this.transport(SERVER_USER)), { clusterIP, address });
  }

  /** Serves one more resource (or a new definition of one) while the server runs; see `Resources.serve`. */
  serve(definition: AnyResourceDefinition): Promise<void> {
    return this.#resources.serve(definition);
  }

  /** Serves a resource whose objects are worked out when somebody asks; see `Resources.serveComputed`. */
  serveComputed(definition: AnyResourceDefinition, source: ComputedSource): void {
    this.#resources.serveComputed(definition, source);
  }

  /** Serves a resource no longer; its objects stay in the store. */
  withdraw(definition: AnyResourceDefinition): Promise<void> {
    return this.#resources.withdraw(definition);
  }

  /** Every resource served now, in every version. */
  definitions(): readonly AnyResourceDefinition[] {
    return this.pipeline.table.definitions();
  }

  /** Calls `listener` after each change of what is served. */
  onResourcesChanged(listener: () => void): void {
    this.pipeline.table.onChange(listener);
  }

  /** Signs a service-account token that is to lie in a secret. */
  signForSecret(specification: SecretTokenSpecification): Promise<string> {
    return this.#issuer.signForSecret(specification);
  }

  /** How to reach nodes for logs, exec and port-forward. */
  useNodeCredentials(credentials: NodeCredentials): void {
    this.#nodeCredentials = credentials;
  }

  /** Somebody in this process serves a node there: proxies may go there, be it a loopback address. */
  useOwnEndpoint(node: string, endpoint: NodeEndpoint): void {
    this.#ownEndpoints.add(endpointKey(node, endpoint));
  }

  /** Nodes in this process, which are asked for logs without a connection. */
  useLocalNodes(nodes: LocalNodes): void {
    this.#localNodes = nodes;
  }

  /** Turns `/readyz` red and serves on for `delayMs`, so that load balancers notice before connections are refused. */
  async beginShutdown(delayMs = 0): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    if (delayMs > 0) await this.#options.clock.sleep(delayMs);
  }

  /**
   * Takes no more connections, ends watches, gives requests under way up to `graceMs`, and closes every connection. The
   * store stays open.
   */
  async close(graceMs = REQUEST_GRACE_MS): Promise<void> {
    await this.beginShutdown();
    await this.#operations.stop();
    for (const listener of this.#listeners) listener.refuse();
    this.#resources.endWatches();
    await this.#operations.drain(graceMs);
    await Promise.all(this.#listeners.map((listener) => listener.close(Math.min(graceMs, FLUSH_MS))));
    await this.#operations.close();
    this.#feed.close();
  }

  #createHandler(issuer: ServiceAccountIssuer): ApiHandler {
    const { clock, logger, random, newUid } = this.#options;
    const health = createServerHealth(
      {
        store: this.#options.store,
        hasStarted: () => this.#started,
        isStopping: () => this.#stopping,
        others: this.#options.healthChecks,
      },
      logger,
    );
    const measured = createMetricsPaths(this.#operations.metrics, health);
    const snapshot = createSnapshotPath(this.#options.engine ?? this.#options.store, this.pipeline);
    const others = createPathHandler({
      discovery: new Discovery(this.pipeline.table, () => {
        const address = this.#listeners[0]?.address;
        return address ? `${address.address}:${address.port}` : '';
      }),
      health,
      openApi: new OpenApi(this.pipeline.table, () => clock.now()),
      documents: issuerDocuments(issuer),
      flags: this.#options.flags,
      clock,
      random,
    });
    return new ApiHandler({
      pipeline: this.pipeline,
      authenticate: this.#resources.authentication.authenticate,
      paths: async (exchange, form) =>
        (await measured(exchange)) ||
        (await snapshot(exchange)) ||
        this.#operations.debugPaths(exchange) ||
        others(exchange, form),
      ...createConnectHandlers({
        source: this.#resources,
        credentials: () => this.#nodeCredentials,
        localNodes: () => this.#localNodes,
        frontProxy: this.#options.authentication?.requestHeader,
        now: () => clock.now(),
        choose: (count) => Math.floor(random.next() * count),
        resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
        isOwn: (node, endpoint) => this.#ownEndpoints.has(endpointKey(node, endpoint)),
      }),
      instrumentation: this.#operations.instrumentation,
      flowControl: this.#operations.flowControl,
      audit: this.#operations.audit,
      counters: this.#operations.counters,
      newUid,
      clock,
      logger,
    });
  }
}

const endpointKey = (node: string, { host, port }: NodeEndpoint) => `${node} ${host} ${port}`;
