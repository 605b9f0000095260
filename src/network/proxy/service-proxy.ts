import { writeFile } from 'node:fs/promises';
import { Services } from '#api/core/v1/service.ts';
import { EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import type { Clock } from '#base/clock.ts';
import { deferred } from '#base/deferred.ts';
import type { Logger } from '#base/logger.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { runCommand } from '../run-command.ts';
import { buildRuleset, type RulesetOptions, removeRuleset } from './nftables-ruleset.ts';
import { servicePorts } from './service-port.ts';

export interface ServiceProxyOptions extends RulesetOptions {
  readonly informers: InformerFactory;
  /** Where cluster addresses come from. */
  readonly serviceCidr: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Changes that come within this time make one transaction. */
const SETTLE_MS = 5;
const RETRY_MS = 1000;

/** Makes Services reachable on this node by nftables, and keeps them so. */
export class ServiceProxy {
  readonly name = 'service-proxy';
  readonly #options: ServiceProxyOptions;
  #dirty = deferred();
  #applied = '';

  constructor(options: ServiceProxyOptions) {
    this.#options = options;
    const change = () => this.#dirty.resolve();
    const handler = { added: change, updated: change, deleted: change };
    options.informers.of(Services).addHandler(handler);
    options.informers.of(EndpointSlices).addHandler(handler);
  }

  /** Applies rules until the signal aborts. They stay when it ends: pods keep their connections over a restart. */
  async run(signal: AbortSignal): Promise<void> {
    const { informers, clock, logger } = this.#options;
    informers.start(signal);
    await informers.synced();
    await enableForwarding();
    await addServiceRoute(this.#options.serviceCidr);
    signal.addEventListener('abort', () => this.#dirty.resolve(), { once: true });
    while (!signal.aborted) {
      this.#dirty = deferred();
      try {
        await this.#apply();
        await this.#dirty.promise;
        await clock.sleep(SETTLE_MS, signal).catch(() => {});
      } catch (error) {
        logger.error('service rules not applied, will retry', { error });
        await clock.sleep(RETRY_MS, signal).catch(() => {});
      }
    }
  }

  /** Removes all rules, as when a cluster is deleted; `keepRoute` when another cluster of this machine has services. */
  static async destroy({
    table,
    serviceCidr,
    keepRoute = false,
  }: {
    readonly table: string;
    readonly serviceCidr: string;
    readonly keepRoute?: boolean;
  }): Promise<void> {
    if (!keepRoute) await removeServiceRoute(serviceCidr);
    await runCommand('nft', ['-f', '-'], removeRuleset(table));
  }

  async #apply(): Promise<void> {
    const { informers } = this.#options;
    const ports = servicePorts(informers.of(Services).store.list(), informers.of(EndpointSlices).store.list());
    const ruleset = buildRuleset(ports, this.#options);
    if (ruleset === this.#applied) return;
    await runCommand('nft', ['-f', '-'], ruleset);
    this.#applied = ruleset;
  }
}

/** Pods are routed, and node ports answer on the loopback address too. */
async function enableForwarding(): Promise<void> {
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
  await writeFile('/proc/sys/net/ipv4/conf/all/route_localnet', '1');
}

/** Without a route the kernel refuses to call a cluster address before any rule could translate it. */
async function addServiceRoute(cidr: string): Promise<void> {
  await runCommand('ip', ['route', 'replace', cidr, 'dev', 'lo']);
}

async function removeServiceRoute(cidr: string): Promise<void> {
  await runCommand('ip', ['route', 'flush', 'exact', cidr, 'dev', 'lo']);
}
