import { randomUUID } from 'node:crypto';
import { ApiServer } from '#apiserver/api-server.ts';
import { SYSTEM_MASTERS, type UserInfo } from '#apiserver/user.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { type Logger, silentLogger } from '#base/logger.ts';
import { type Random, systemRandom } from '#base/random.ts';
import { Client } from '#client/client.ts';
import { generateIssuerKeyPem, loadIssuerKey } from '#cluster/issuer-key.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import type { Store } from '#storage/store.ts';

export interface ClusterOptions {
  /** Where objects are kept; in memory by default. The caller closes a store of its own. */
  readonly store?: Store;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
}

const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: [SYSTEM_MASTERS] };

/**
 * A cluster inside this process, without sockets. `const cluster = await Cluster.start()`, then `cluster.client`,
 * at the end `await cluster.stop()`.
 */
export class Cluster {
  /** A client that may do everything. */
  readonly client: Client;
  readonly apiServer: ApiServer;
  readonly #store: Store | undefined;

  private constructor(apiServer: ApiServer, ownStore: Store | undefined) {
    this.apiServer = apiServer;
    this.client = this.clientFor(ADMIN);
    this.#store = ownStore;
  }

  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const store = options.store ?? createMemoryStore();
    const apiServer = await ApiServer.start({
      store,
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      logger: options.logger ?? silentLogger,
      newUid: randomUUID,
      issuerKey: await loadIssuerKey(generateIssuerKeyPem()),
    });
    return new Cluster(apiServer, options.store ? undefined : store);
  }

  /** A client that acts as somebody, with what RBAC allows them. */
  clientFor(user: UserInfo): Client {
    return new Client(this.apiServer.transport(user));
  }

  async stop(): Promise<void> {
    await this.apiServer.close(0);
    await this.#store?.close();
  }
}
