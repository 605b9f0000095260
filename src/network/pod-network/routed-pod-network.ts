import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { PodNetwork, PodNetworkRequest } from '#cri/runtime.ts';
import { runCommand } from '../run-command.ts';
import { AddressBook } from './address-book.ts';
import { type Ipv4Range, parseIpv4Range } from './ipv4-range.ts';
import { otherNetwork, PodNetworkTakenError } from './other-network.ts';
import { deviceName, nodeBatch, type PodLink, podBatch } from './pod-links.ts';
import { deleteTable, podRuleset, podTable } from './pod-ruleset.ts';

export interface RoutedPodNetworkOptions {
  /** This node's pods: `10.244.0.0/24`. Its first address becomes the node's own. */
  readonly podCidr: string;
  /** All pods of the cluster, with `podCidr`; default `podCidr`. Traffic to them keeps the pod's address. */
  readonly clusterCidr?: string;
  /** Whose network this is, for others to read; default `stateDirectory`. */
  readonly owner?: string;
  /** Holds the address book; made when absent. */
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default 1500. */
  readonly mtu?: number;
}

/** A `PodNetwork` that can be taken away without a trace. */
export interface RoutedPodNetwork extends PodNetwork {
  /** Finds what it made earlier, so that it can be taken away, and takes no addresses; `start` does nothing then. */
  open(): Promise<void>;
  /** Who else has these addresses on this machine, if anybody. */
  otherOwner(): Promise<string | undefined>;
  /** Removes every device, address and rule it made, and the address book. */
  destroy(): Promise<void>;
}

/**
 * The built-in pod network: a routed pair of virtual Ethernet devices per pod, no bridge. Pods leave the cluster with the
 * node's address; host ports are forwarded by nftables. Needs root, `ip`, `nsenter` and `nft`. Starting it fails with a
 * `PodNetworkTakenError` where another one has some of its addresses.
 */
export function createRoutedPodNetwork(options: RoutedPodNetworkOptions): RoutedPodNetwork {
  return new VethPodNetwork(options);
}

const IP_FORWARD = '/proc/sys/net/ipv4/ip_forward';

class VethPodNetwork implements RoutedPodNetwork {
  readonly #options: RoutedPodNetworkOptions;
  readonly #range: Ipv4Range;
  readonly #table: string;
  #book: AddressBook | undefined;
  #failure = 'pod network is not started';
  #rulesetLoads: Promise<void> = Promise.resolve();

  constructor(options: RoutedPodNetworkOptions) {
    this.#options = options;
    this.#range = parseIpv4Range(options.podCidr);
    this.#table = podTable(options.stateDirectory);
  }

  async start(): Promise<void> {
    if (this.#book !== undefined) return;
    try {
      const [other, book] = await Promise.all([this.otherOwner(), this.#prepare()]);
      if (other !== undefined)
        throw new PodNetworkTakenError(`the pod network ${this.#range.cidr} of this machine belongs to ${other}`);
      await Promise.all([enableForwarding(), this.#addGateway(), this.#loadRuleset(book)]);
      this.#book = book;
    } catch (error) {
      this.#failure = (error as Error).message;
      throw error;
    }
  }

  async open(): Promise<void> {
    this.#book ??= await AddressBook.open(this.#bookPath, this.#range);
  }

  otherOwner(): Promise<string | undefined> {
    return otherNetwork(this.#range.cidr, this.#table);
  }

  async attach(request: PodNetworkRequest): Promise<{ readonly ips: readonly string[] }> {
    const { clock, logger } = this.#options;
    const began = clock.monotonic();
    const book = this.#started();
    const { address } = await book.take(request.sandboxId, request.portMappings);
    try {
      await Promise.all([
        this.#connect(this.#link(request.sandboxId, address), request.netnsPath),
        request.portMappings.length > 0 && this.#loadRuleset(book),
      ]);
    } catch (error) {
      await this.detach(request);
      throw error;
    }
    logger.debug('Connected pod', { pod: request.podName, address, milliseconds: clock.monotonic() - began });
    return { ips: [address] };
  }

  async detach({ sandboxId }: PodNetworkRequest): Promise<void> {
    const book = this.#started();
    await removeDevice(deviceName(sandboxId));
    const lease = await book.release(sandboxId);
    if (lease !== undefined && lease.portMappings.length > 0) await this.#loadRuleset(book);
  }

  async status() {
    if (this.#book !== undefined) return { ready: true, reason: '', message: '' };
    return { ready: false, reason: 'NetworkPluginNotReady', message: this.#failure };
  }

  async close(): Promise<void> {
    await this.#rulesetLoads;
    this.#book = undefined;
  }

  async destroy(): Promise<void> {
    if (!(await exists(this.#options.stateDirectory))) return;
    const book = this.#book ?? (await AddressBook.open(this.#bookPath, this.#range));
    await Promise.all(book.leases().map(({ sandboxId }) => removeDevice(deviceName(sandboxId))));
    await this.#rulesetLoads;
    await runCommand('nft', ['-f', '-'], deleteTable(this.#table));
    if ((await this.otherOwner()) === undefined) await this.#removeGateway();
    await rm(this.#options.stateDirectory, { recursive: true, force: true });
    this.#book = undefined;
  }

  async #prepare(): Promise<AddressBook> {
    await mkdir(this.#options.stateDirectory, { recursive: true, mode: 0o700 });
    return AddressBook.open(this.#bookPath, this.#range);
  }

  get #bookPath(): string {
    return join(this.#options.stateDirectory, 'addresses.json');
  }

  #started(): AddressBook {
    if (this.#book === undefined) throw new Error(this.#failure);
    return this.#book;
  }

  #link(sandboxId: string, address: string): PodLink {
    return { device: deviceName(sandboxId), address, gateway: this.#range.gateway, mtu: this.#options.mtu ?? 1500 };
  }

  async #connect(link: PodLink, netnsPath: string): Promise<void> {
    // A device left by an attempt that was cut short would make the first command fail.
    await removeDevice(link.device);
    await runCommand('ip', ['-batch', '-'], nodeBatch(link, netnsPath));
    await runCommand('nsenter', [`--net=${netnsPath}`, '--', 'ip', '-batch', '-'], podBatch(link));
    // Packets from the node's 127.0.0.1 to a host port are sent to the pod.
    await writeFile(`/proc/sys/net/ipv4/conf/${link.device}/route_localnet`, '1');
  }

  /** The node's address in the pod network lives on the loopback device, which is always there. */
  async #addGateway(): Promise<void> {
    await runCommand('ip', ['-batch', '-'], `link set dev lo up\naddr replace ${this.#range.gateway}/32 dev lo\n`);
  }

  async #removeGateway(): Promise<void> {
    const addresses = await runCommand('ip', ['-oneline', 'addr', 'show', 'dev', 'lo']);
    if (!addresses.includes(` ${this.#range.gateway}/32 `)) return;
    await runCommand('ip', ['addr', 'del', `${this.#range.gateway}/32`, 'dev', 'lo']);
  }

  /** Loads the whole table from the book as it is when its turn comes. */
  #loadRuleset(book: AddressBook): Promise<void> {
    const load = async () => {
      const hostPorts = book
        .leases()
        .flatMap(({ address, portMappings }) => portMappings.map((mapping) => ({ address, mapping })))
        .filter(({ mapping }) => mapping.hostPort > 0);
      const { podCidr, clusterCidr = podCidr, stateDirectory, owner = stateDirectory } = this.#options;
      const ruleset = podRuleset({ table: this.#table, owner, podCidr, clusterCidr, hostPorts });
      await runCommand('nft', ['-f', '-'], ruleset);
    };
    const result = this.#rulesetLoads.then(load);
    // Only the order is passed on; the failure belongs to the caller.
    this.#rulesetLoads = result.catch(() => {});
    return result;
  }
}

async function enableForwarding(): Promise<void> {
  if ((await readFile(IP_FORWARD, 'utf8')).trim() !== '1') await writeFile(IP_FORWARD, '1');
}

async function removeDevice(device: string): Promise<void> {
  if (!(await exists(`/sys/class/net/${device}`))) return;
  try {
    await runCommand('ip', ['link', 'del', 'dev', device]);
  } catch (error) {
    // It goes by itself when the pod's network namespace ends.
    if (await exists(`/sys/class/net/${device}`)) throw error;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
