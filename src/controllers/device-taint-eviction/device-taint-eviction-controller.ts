import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import { type DeviceTaintRule, DeviceTaintRules } from '#api/resource/v1beta2/device-taint-rule.ts';
import { isGroup } from '#api/scheduling/v1alpha2/group-claims.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { disruptPod } from '../shared/disrupt-pod.ts';
import { DeviceTaints, poolOf } from './device-taints.ts';
import { type Eviction, podEviction } from './eviction-time.ts';
import { RuleStatus } from './rule-status.ts';

const BY_POOL = 'pool';
const BY_GROUP = 'pod-group-with-devices';
const REASON = 'DeviceTaintManagerEviction';

/** Deletes pods whose claims have devices with NoExecute taints that they do not tolerate, or not for longer. */
export class DeviceTaintEvictionController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #claims: Informer<ResourceClaim>;
  readonly #taints: DeviceTaints;
  /** Undefined where rules have no effect. */
  readonly #rules: Informer<DeviceTaintRule> | undefined;
  readonly #ruleStatus: RuleStatus;
  /** Pods that are to go, by their keys. */
  readonly #condemned = new Map<string, { readonly uid: string | undefined; readonly eviction: Eviction }>();

  constructor(context: ControllerContext, { featureGates }: ControllersOptions) {
    this.#context = context;
    this.#claims = context.informers.of(ResourceClaims).addIndex(BY_POOL, poolsOf);
    context.informers.of(Pods).addIndex(BY_GROUP, groupOf);
    this.#taints = new DeviceTaints(context.informers);
    this.#ruleStatus = new RuleStatus(context, {
      taints: this.#taints,
      evictionOf: (pod, rules) => this.#evictionOf(pod, rules),
    });
    this.controller = new Controller('device-taint-eviction', context)
      .watches(Pods, (pod, old) => (old && sameFate(pod, old) ? [] : keysOf(pod)))
      .watches(ResourceClaims, (claim) => this.#consumersOf(claim))
      .watches(ResourceSlices, ({ spec }) =>
        this.#claims.store
          .byIndex(BY_POOL, poolOf(spec.driver, spec.pool.name))
          .flatMap((claim) => this.#consumersOf(claim)),
      )
      .reconciles((key) => (key.includes('/') ? this.#reconcile(key) : this.#ruleStatus.tell(key)));
    if (!featureGates?.has('DRADeviceTaintRules')) return;
    this.#rules = context.informers.of(DeviceTaintRules);
    this.#rules.addHandler({ deleted: (rule) => this.#ruleStatus.forget(rule) });
    this.controller.watches(DeviceTaintRules, (rule, other) => this.#concernedBy(rule, other));
  }

  /** Rules change seldom: each pod that has devices is looked at again. */
  #concernedBy(rule: DeviceTaintRule, other: DeviceTaintRule | undefined): string[] {
    if (other && deepEqual(rule.spec, other.spec)) return [];
    return [keyOf(rule), ...this.#claims.store.list().flatMap((claim) => this.#consumersOf(claim))];
  }

  /** Keys of the pods that a claim is reserved for, and of those of groups that it is reserved for. */
  #consumersOf({ metadata, status }: ResourceClaim): string[] {
    const { store } = this.#context.informers.of(Pods);
    return (status?.reservedFor ?? []).flatMap((consumer) => {
      const key = `${metadata?.namespace}/${consumer.name}`;
      if (isGroup(consumer)) return store.byIndex(BY_GROUP, key).map(keyOf);
      return !consumer.apiGroup && consumer.resource === 'pods' ? [key] : [];
    });
  }

  async #reconcile(key: string): Promise<Result | undefined> {
    const { informers, clock, events } = this.#context;
    const pod = informers.of(Pods).store.getByKey(key);
    if (pod === undefined || pod.metadata?.deletionTimestamp) {
      this.#pardon(key);
      return undefined;
    }
    const eviction = this.#evictionOf(pod, this.#rules?.store.list() ?? []);
    if (eviction === undefined) {
      if (this.#pardon(key)?.uid === pod.metadata?.uid) events.record(pod, 'Normal', REASON, 'Cancelling deletion');
      return undefined;
    }
    this.#condemned.set(key, { uid: pod.metadata?.uid, eviction });
    this.#tellRules(eviction, 0);
    const wait = eviction.at - clock.now();
    if (wait > 0) return { requeueAfterMs: wait };
    if (await this.#evict(pod)) this.#tellRules(eviction, this.#ruleStatus.count(eviction));
    return undefined;
  }

  /** A pod has gone, or may stay: its rules are told that they have one pod less to wait for. */
  #pardon(key: string) {
    const condemned = this.#condemned.get(key);
    this.#condemned.delete(key);
    if (condemned) this.#tellRules(condemned.eviction, 0);
    return condemned;
  }

  #evictionOf(pod: Pod, rules: readonly DeviceTaintRule[]): Eviction | undefined {
    const claimNamed = (name: string) => this.#claims.store.get(name, pod.metadata?.namespace);
    return podEviction(pod, claimNamed, (device) => this.#taints.of(device, rules));
  }

  /** Has the rules that an eviction is due to told of in a while. */
  #tellRules({ rules }: Eviction, milliseconds: number): void {
    if (rules.size === 0) return;
    for (const rule of this.#rules?.store.list() ?? [])
      if (rules.has(rule.metadata?.uid ?? '')) this.controller.queue.addAfter(keyOf(rule), milliseconds);
  }

  /** Whether the pod was there to be deleted. */
  async #evict(pod: Pod): Promise<boolean> {
    // The copy may be behind: what is on its way already is not told of again.
    const live = await this.#live(pod);
    if (live === undefined || live.metadata?.uid !== pod.metadata?.uid || live.metadata?.deletionTimestamp)
      return false;
    this.#context.events.record(live, 'Normal', REASON, 'Marking for deletion');
    await disruptPod(this.#context, live, {
      reason: 'DeletionByDeviceTaintManager',
      message: 'Device Taint manager: deleting due to NoExecute taint',
    });
    return true;
  }

  async #live({ metadata }: Pod): Promise<Pod | undefined> {
    const { name = '', namespace = '' } = metadata ?? {};
    return ignoring(isNotFound, this.#context.client.of(Pods).get(name, { namespace }));
  }
}

const poolsOf = ({ status }: ResourceClaim): string[] => [
  ...new Set((status?.allocation?.devices?.results ?? []).map(({ driver, pool }) => poolOf(driver, pool))),
];

function groupOf({ metadata, spec }: Pod): string[] {
  const name = spec?.resourceClaims?.length ? spec.schedulingGroup?.podGroupName : undefined;
  return name ? [`${metadata?.namespace}/${name}`] : [];
}

const keysOf = (pod: Pod): string[] => (pod.spec?.resourceClaims?.length ? [keyOf(pod)] : []);

const sameFate = (pod: Pod, old: Pod): boolean =>
  pod.metadata?.deletionTimestamp === old.metadata?.deletionTimestamp &&
  pod.spec?.nodeName === old.spec?.nodeName &&
  deepEqual(pod.status?.resourceClaimStatuses, old.status?.resourceClaimStatuses);
