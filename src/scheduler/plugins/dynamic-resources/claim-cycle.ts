import type { Pod } from '#api/core/v1/pod.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type {
  AllocationResult,
  DeviceRequestAllocationResult,
  ResourceClaimConsumerReference,
} from '#api/resource/v1/resource-claim-status.ts';
import { isGroup } from '#api/scheduling/v1alpha2/group-claims.ts';
import { uuidFrom } from '#base/random.ts';
import { keyOf } from '#client/object-store.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import type { DeviceClassResolver } from '../../framework/device-classes.ts';
import { matchesTerms } from '../../framework/node-affinity.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import type { ReadyResult } from '../../metrics/plugin-metrics.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import type { Group } from '../../state/pod-group-index.ts';
import { schedulerNameOf } from '../../state/pod-info.ts';
import { allocationResult } from './allocation-result.ts';
import { bindingState } from './binding-conditions.ts';
import { isSameEverywhere, type PreparedClaim, prepareClaim } from './claim-requests.ts';
import type { ClaimWriter } from './claim-writer.ts';
import { type ChosenDevice, DeviceAllocation } from './device-allocation.ts';
import type { DeviceLedger } from './device-ledger.ts';
import type { PoolDevice } from './device-pool.ts';
import type { DevicePools } from './device-pools.ts';
import type { DeviceSelectors } from './device-selectors.ts';
import { extendedClaim, extendedRequests, isExtendedClaimOf, type RequestMapping } from './extended-claim.ts';
import type { Choice, KnownChoices } from './known-choices.ts';
import { consumerFor, isReservedFor } from './pod-claims.ts';

/** What the cycles of all pods share. */
export interface Shared {
  readonly context: PluginContext;
  readonly ledger: DeviceLedger;
  readonly classes: DeviceClassResolver;
  readonly pools: DevicePools;
  readonly selectors: DeviceSelectors;
  readonly known: KnownChoices;
  readonly writer: ClaimWriter;
  /** How long to wait for devices to become ready. */
  readonly timeoutMs: number;
  /** The group of a pod, where groups have claims. */
  readonly groupOf: ((pod: Pod) => Group | undefined) | undefined;
}

/** A resource for which devices of a class may stand. */
export interface ExtendedResource {
  readonly name: string;
  readonly className: string;
  /** In the table of what nodes have. */
  readonly column: number;
}

/** A claim with what was allocated for it on a node; `uid` is what the ledger knows it by. */
interface Allocated {
  readonly uid: string;
  readonly claim: ResourceClaim;
  readonly result: AllocationResult;
  /** For claims that stand for extended resources. */
  readonly mappings?: readonly RequestMapping[];
}

interface ClaimCycleParts {
  readonly claims: readonly ResourceClaim[];
  readonly resources: readonly ExtendedResource[];
  readonly fellows: Set<string> | undefined;
  readonly decided: ReadonlyMap<ResourceClaim, AllocationResult>;
}

/** The claims of one pod from the filters to the binding. */
export class ClaimCycle {
  readonly #shared: Shared;
  readonly #pod: Pod;
  readonly #claims: readonly ResourceClaim[];
  readonly #resources: readonly ExtendedResource[];
  /** What was decided for claims when another pod of the group was looked at. */
  readonly #decided: ReadonlyMap<ResourceClaim, AllocationResult>;
  /** The uids of claims that are allocated in this cycle; undefined where the pod is scheduled alone. */
  readonly #fellows: Set<string> | undefined;
  /** Those that are to be allocated. */
  readonly #wanted: readonly ResourceClaim[];
  readonly #known: ReturnType<KnownChoices['of']> | undefined;
  /** A claim for extended resources that is left of an earlier cycle. */
  readonly #stale: ResourceClaim | undefined;
  readonly #unavailable = new Set<ResourceClaim>();
  readonly #choices = new Map<string, readonly { claim: ResourceClaim; chosen: readonly ChosenDevice[] }[]>();
  /** What claims come to that is the same on every node. */
  readonly #prepared = new Map<ResourceClaim, PreparedClaim>();
  readonly #mappings = new Map<string, readonly RequestMapping[]>();
  #reserved: Allocated[] = [];
  #written: ResourceClaim[] = [];

  constructor(shared: Shared, pod: Pod, { claims, resources, fellows, decided }: ClaimCycleParts) {
    this.#shared = shared;
    this.#pod = pod;
    this.#claims = claims;
    this.#resources = resources;
    this.#decided = decided;
    this.#fellows = fellows;
    const wanted = claims.filter((claim) => !claim.status?.allocation && !decided.has(claim));
    this.#wanted = wanted;
    // What extended resources come to differs from node to node.
    this.#known =
      resources.length > 0 ? undefined : shared.known.of(stringifyJson(wanted.map(({ spec }) => spec.devices)));
    this.#stale = resources.length > 0 ? shared.ledger.list().find((each) => isExtendedClaimOf(each, pod)) : undefined;
  }

  /** Why the claims cannot be had on a node. Throws what is wrong with them on every node. */
  tryOn(node: NodeInfo): string | undefined {
    if (this.#stale) return 'cannot schedule extended resource claim';
    for (const claim of this.#claims) {
      const terms = claim.status?.allocation?.nodeSelector?.nodeSelectorTerms;
      if (terms && !matchesTerms(node.node, terms)) this.#unavailable.add(claim);
    }
    const extended = this.#extendedOn(node);
    const wanted = extended ? [...this.#wanted, extended] : this.#wanted;
    if (wanted.length > 0) {
      const problem = this.#choose(wanted, node);
      if (problem) return problem;
    }
    return this.#claims.some((claim) => this.#isElsewhere(claim, node))
      ? 'resourceclaim not available on the node'
      : undefined;
  }

  #choose(claims: readonly ResourceClaim[], node: NodeInfo): string | undefined {
    const { pools, classes } = this.#shared;
    const free = pools.freeOn(node);
    const before = this.#known?.get(node);
    const isKnown = before?.free === free && before.classes === classes.version;
    const choice = isKnown ? before.choice : this.#search(claims, node, free);
    if (!isKnown) this.#known?.set(node, { free, classes: classes.version, choice });
    if (typeof choice === 'string') return choice;
    this.#choices.set(
      node.name,
      claims.map((claim, index) => ({ claim, chosen: choice[index] ?? [] })),
    );
    return undefined;
  }

  #search(claims: readonly ResourceClaim[], node: NodeInfo, free: readonly PoolDevice[]): Choice {
    const { ledger, pools, selectors } = this.#shared;
    const prepared = claims.map((claim) => this.#prepare(claim, node));
    const isAdmin = prepared.flat(2).some(({ adminAccess }) => adminAccess);
    const candidates = isAdmin ? pools.of(node).devices : free;
    const allocation = new DeviceAllocation({ claims, prepared, candidates, selectors, ledger });
    const chosen = allocation.search();
    if (chosen) return chosen;
    if (allocation.gaveUp) return 'timed out trying to allocate devices';
    const isInvalid = pools.of(node).pools.some((pool) => pool.isInvalid);
    return isInvalid ? 'invalid resource pools were encountered' : 'cannot allocate all claims';
  }

  #prepare(claim: ResourceClaim, node: NodeInfo): PreparedClaim {
    const known = this.#prepared.get(claim);
    if (known) return known;
    const { classes, pools, selectors } = this.#shared;
    const classOf = (name: string) => classes.get(name);
    const prepared = prepareClaim(claim, { pools: pools.of(node).pools, classOf, selectors });
    if (isSameEverywhere(prepared)) this.#prepared.set(claim, prepared);
    return prepared;
  }

  /** Whether any of the claims would do with one thing or another. */
  get hasAlternatives(): boolean {
    return this.#wanted.some(({ spec }) => spec.devices?.requests?.some((each) => each.firstAvailable?.length));
  }

  /** How much of what was chosen on a node is what the claims would like best. */
  scoreOn(nodeName: string): number {
    let score = 0;
    for (const { claim, chosen } of this.#choices.get(nodeName) ?? []) {
      const names = new Set(chosen.map(({ request }) => request.fullName));
      for (const { name, firstAvailable = [] } of claim.spec.devices?.requests ?? []) {
        const place = firstAvailable.findIndex((each) => names.has(`${name}/${each.name}`));
        if (place >= 0) score += MAX_ALTERNATIVES - place;
      }
    }
    return score;
  }

  /** Gives back what was allocated elsewhere and is used by nobody else; tells how that went. */
  makeRoom(): string {
    const { writer, context } = this.#shared;
    const start = (what: string, work: Promise<void>): string => {
      work.catch((error) => context.logger.warn(what, { pod: keyOf(this.#pod), error }));
      return '';
    };
    if (this.#stale) {
      start('deleting claim failed', writer.remove(this.#stale));
      return 'deletion of ResourceClaim completed';
    }
    for (const claim of this.#unavailable) {
      const [user, ...others] = claim.status?.reservedFor ?? [];
      if (others.length > 0 || (user && !this.#isOwn(user))) continue;
      start('deallocating claim failed', writer.deallocate(claim));
      return 'deallocation of ResourceClaim completed';
    }
    return this.#claims.length === 0 && this.#resources.length === 0
      ? 'no new claims to deallocate'
      : 'still not schedulable';
  }

  /** Takes the devices that were found for a node, before anything is written. */
  reserve(nodeName: string): void {
    const { ledger, context } = this.#shared;
    const newUid = () => uuidFrom(context.random);
    const mappings = this.#mappings.get(nodeName);
    this.#reserved = (this.#choices.get(nodeName) ?? []).map(({ claim, chosen }): Allocated => {
      const result = allocationResult(claim, chosen, { nodeName, newShareId: newUid });
      const { uid } = claim.metadata ?? {};
      return uid ? { uid, claim, result } : { uid: newUid(), claim, result, mappings: mappings ?? [] };
    });
    for (const [claim, result] of this.#decided) this.#reserved.push({ uid: claim.metadata?.uid ?? '', claim, result });
    for (const { uid, claim, result } of this.#reserved) {
      ledger.reserve(uid, result);
      if (claim.metadata?.uid) this.#fellows?.add(uid);
    }
  }

  /** Takes back what was reserved and written; writes go on in the background. */
  unreserve(): void {
    const { ledger, writer, context } = this.#shared;
    for (const { uid, claim } of this.#reserved) {
      ledger.release(uid, keyOf(claim));
      if (!ledger.pendingOf(uid)) this.#fellows?.delete(uid);
    }
    this.#reserved = [];
    for (const claim of this.#written) {
      const isOwn = isExtendedClaimOf(claim, this.#pod);
      const consumer = this.#consumerOf(claim);
      if (isGroup(consumer) && !this.#isGroupIdle()) continue;
      const undone = isOwn ? writer.remove(claim) : writer.release(claim, consumer);
      undone.catch((error) => context.logger.warn('giving claim back failed', { claim: keyOf(claim), error }));
    }
    this.#written = [];
  }

  /** Writes what was allocated, notes the pod in its claims and waits until their devices are ready. */
  async bind(nodeName: string, signal: AbortSignal): Promise<void> {
    const { writer, ledger, groupOf } = this.#shared;
    const pod = this.#pod;
    for (const { uid, claim, result, mappings } of this.#reserved) {
      const created = mappings ? await writer.create(claim) : claim;
      if (mappings) this.#written.push(created);
      const decided = { allocation: result, isShared: this.#fellows !== undefined };
      const written = await writer.bind(created, this.#consumerOf(created), decided);
      if (!mappings) this.#written.push(written);
      ledger.settle(uid, keyOf(written), written);
      if (mappings) await writer.tellPod(pod, written, mappings);
    }
    for (const claim of this.#claims) {
      if (!claim.status?.allocation || isReservedFor(claim, pod, groupOf !== undefined)) continue;
      const written = await writer.bind(claim, this.#consumerOf(claim));
      this.#written.push(written);
      ledger.settle(written.metadata?.uid ?? '', keyOf(written), written);
    }
    await this.#ready(nodeName, signal);
  }

  /** Waits until drivers have made the devices ready that they have to. */
  async #ready(nodeName: string, signal: AbortSignal): Promise<void> {
    const { context } = this.#shared;
    if (!this.#devices().some(({ bindingConditions = [] }) => bindingConditions.length > 0)) return;
    const profile = schedulerNameOf({ pod: this.#pod });
    const message = `waiting for binding conditions for device on node ${nodeName}`;
    context.events.record(this.#pod, 'Normal', 'BindingConditionsPending', message, {
      action: 'Scheduling',
      reporter: profile,
    });
    const startedAt = context.clock.monotonic();
    const told = (result: ReadyResult) => {
      const seconds = (context.clock.monotonic() - startedAt) / 1000;
      context.metrics.plugins.waitedForDevices(this.#devices(), { profile, result, seconds });
    };
    let result: ReadyResult = 'error';
    try {
      const problem = await this.#wait(startedAt, signal);
      result = problem?.result ?? 'success';
      if (problem) throw new Error(problem.message);
    } finally {
      told(result);
    }
  }

  /** Why the devices will not be ready. */
  async #wait(
    startedAt: number,
    signal: AbortSignal,
  ): Promise<{ readonly result: ReadyResult; readonly message: string } | undefined> {
    const { context, writer, timeoutMs } = this.#shared;
    for (;;) {
      let isReady = true;
      for (const claim of this.#current()) {
        const state = bindingState(claim);
        if (typeof state === 'object') {
          await writer.deallocate(claim);
          return { result: 'failure', message: state.failed };
        }
        if (state === 'waiting') isReady = false;
      }
      if (isReady) return undefined;
      if (context.clock.monotonic() >= startedAt + timeoutMs) {
        return { result: 'timeout', message: 'device binding timeout' };
      }
      await context.clock.sleep(POLL_MS, signal);
    }
  }

  /** The claims as they are known to be now. */
  #current(): ResourceClaim[] {
    const { ledger } = this.#shared;
    const claims = new Map([...this.#claims, ...this.#written].map((each) => [keyOf(each), each]));
    return [...claims].map(([key, claim]) => ledger.get(key) ?? claim);
  }

  /** The devices of all claims. */
  #devices(): DeviceRequestAllocationResult[] {
    return this.#current().flatMap(({ status }) => status?.allocation?.devices?.results ?? []);
  }

  #consumerOf(claim: ResourceClaim): ResourceClaimConsumerReference {
    return consumerFor(claim, this.#pod, this.#shared.groupOf?.(this.#pod)?.group);
  }

  /** Whether a reservation is the pod's, or its group's of which no other pod has a node. */
  #isOwn(consumer: ResourceClaimConsumerReference): boolean {
    const { group } = this.#shared.groupOf?.(this.#pod) ?? {};
    if (group && consumer.uid === group.metadata?.uid) return this.#isGroupIdle();
    return consumer.uid === this.#pod.metadata?.uid;
  }

  /** Whether no other pod of the group has a node. */
  #isGroupIdle(): boolean {
    const { state } = this.#shared.context;
    const members = [...(this.#shared.groupOf?.(this.#pod)?.members ?? [])];
    return members.every(([uid, hasNode]) => uid === this.#pod.metadata?.uid || !(hasNode || state.isAssumed(uid)));
  }

  #isElsewhere(claim: ResourceClaim, { node }: NodeInfo): boolean {
    const terms = (claim.status?.allocation ?? this.#decided.get(claim))?.nodeSelector?.nodeSelectorTerms;
    return terms !== undefined && !matchesTerms(node, terms);
  }

  /** The claim for those extended resources that devices have to stand for on a node. */
  #extendedOn({ slot, name }: NodeInfo): ResourceClaim | undefined {
    const { allocatable } = this.#shared.context.state.resources;
    const byDevices = this.#resources.filter(({ column }) => (allocatable[column]?.[slot] ?? 0) === 0);
    if (byDevices.length === 0) return undefined;
    const classes = new Map(byDevices.map((each) => [each.name, each.className]));
    const { requests, mappings } = extendedRequests(this.#pod, classes);
    this.#mappings.set(name, mappings);
    const claim = extendedClaim(this.#pod);
    return { ...claim, spec: { devices: { requests } } } as ResourceClaim;
  }
}

/** As many alternatives as a request may have. */
const MAX_ALTERNATIVES = 8;
/** How often drivers are looked at. */
const POLL_MS = 100;
