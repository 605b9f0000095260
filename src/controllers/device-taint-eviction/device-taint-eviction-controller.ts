import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { DeviceTaint } from '#api/resource/v1/device-selector.ts';
import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import type { DeviceRequestAllocationResult } from '#api/resource/v1/resource-claim-status.ts';
import { type ResourceSlice, ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { disruptPod } from '../shared/disrupt-pod.ts';
import { podEvictionTime } from './eviction-time.ts';

const BY_POOL = 'pool';
const REASON = 'DeviceTaintManagerEviction';

/** Deletes pods whose claims have devices with NoExecute taints that they do not tolerate, or not for longer. */
export class DeviceTaintEvictionController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #claims: Informer<ResourceClaim>;
  readonly #slices: Informer<ResourceSlice>;
  /** Uids of pods that are to go, by the pods' keys. */
  readonly #condemned = new Map<string, string | undefined>();

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#claims = context.informers.of(ResourceClaims).addIndex(BY_POOL, poolsOf);
    this.#slices = context.informers
      .of(ResourceSlices)
      .addIndex(BY_POOL, ({ spec }) => [poolOf(spec.driver, spec.pool.name)]);
    this.controller = new Controller('device-taint-eviction', context)
      .watches(Pods, (pod, old) => (old && sameClaims(pod, old) ? [] : keysOf(pod)))
      .watches(ResourceClaims, consumersOf)
      .watches(ResourceSlices, ({ spec }) =>
        this.#claims.store.byIndex(BY_POOL, poolOf(spec.driver, spec.pool.name)).flatMap(consumersOf),
      )
      .reconciles((key) => this.#reconcile(key));
  }

  async #reconcile(key: string): Promise<Result | undefined> {
    const { informers, clock, events } = this.#context;
    const pod = informers.of(Pods).store.getByKey(key);
    if (pod === undefined || pod.metadata?.deletionTimestamp) {
      this.#condemned.delete(key);
      return undefined;
    }
    const claimNamed = (name: string) => this.#claims.store.get(name, pod.metadata?.namespace);
    const deadline = podEvictionTime(pod, claimNamed, (device) => this.#taintsOf(device));
    if (deadline === undefined) {
      const wasCondemned = this.#condemned.get(key) === pod.metadata?.uid && this.#condemned.delete(key);
      if (wasCondemned) events.record(pod, 'Normal', REASON, 'Cancelling deletion');
      return undefined;
    }
    this.#condemned.set(key, pod.metadata?.uid);
    const wait = deadline - clock.now();
    if (wait > 0) return { requeueAfterMs: wait };
    await this.#evict(pod);
    return undefined;
  }

  /** A pool's devices are those of its newest generation. */
  #taintsOf({ driver, pool, device }: DeviceRequestAllocationResult): readonly DeviceTaint[] {
    const slices = this.#slices.store.byIndex(BY_POOL, poolOf(driver, pool));
    const newest = Math.max(...slices.map(({ spec }) => spec.pool.generation));
    const devices = slices
      .filter(({ spec }) => spec.pool.generation === newest)
      .flatMap(({ spec }) => spec.devices ?? []);
    return devices.find(({ name }) => name === device)?.taints ?? [];
  }

  async #evict(pod: Pod): Promise<void> {
    // The copy may be behind: what is on its way already is not told of again.
    const live = await this.#live(pod);
    if (live === undefined || live.metadata?.uid !== pod.metadata?.uid || live.metadata?.deletionTimestamp) return;
    this.#context.events.record(live, 'Normal', REASON, 'Marking for deletion');
    await disruptPod(this.#context, live, {
      reason: 'DeletionByDeviceTaintManager',
      message: 'Device Taint manager: deleting due to NoExecute taint',
    });
  }

  async #live({ metadata }: Pod): Promise<Pod | undefined> {
    const { name = '', namespace = '' } = metadata ?? {};
    return ignoring(isNotFound, this.#context.client.of(Pods).get(name, { namespace }));
  }
}

const poolOf = (driver: string, pool: string): string => `${driver}/${pool}`;

const poolsOf = ({ status }: ResourceClaim): string[] => [
  ...new Set((status?.allocation?.devices?.results ?? []).map(({ driver, pool }) => poolOf(driver, pool))),
];

const keysOf = (pod: Pod): string[] => (pod.spec?.resourceClaims?.length ? [keyOf(pod)] : []);

const sameClaims = (pod: Pod, old: Pod): boolean =>
  pod.spec?.nodeName === old.spec?.nodeName &&
  deepEqual(pod.status?.resourceClaimStatuses, old.status?.resourceClaimStatuses);

/** Keys of the pods that a claim is reserved for. */
const consumersOf = ({ metadata, status }: ResourceClaim): string[] =>
  (status?.reservedFor ?? [])
    .filter(({ apiGroup, resource }) => !apiGroup && resource === 'pods')
    .map(({ name }) => `${metadata?.namespace}/${name}`);
