import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import type { AllocationResult, ResourceClaimConsumerReference } from '#api/resource/v1/resource-claim-status.ts';
import { strategicPatch } from '#client/options.ts';
import { isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { nameOf } from './claim-requests.ts';
import type { RequestMapping } from './extended-claim.ts';

const FINALIZER = 'resource.kubernetes.io/delete-protection';
/** How often a write is tried when others change the claim meanwhile. */
const TRIES = 5;

const toTime = (now: number): string => `${new Date(now).toISOString().slice(0, 19)}Z`;

/** Whether an allocation that was written is the one that was decided. */
const isSame = (written: AllocationResult | undefined, { devices, nodeSelector }: AllocationResult): boolean =>
  deepEqual(written?.devices, devices) && deepEqual(written?.nodeSelector, nodeSelector);

/** Writes claims as pods need them. All of it throws what the API server refuses, led in by what was tried. */
export class ClaimWriter {
  readonly #client;
  readonly #clock;
  readonly #claims;
  readonly #metrics;

  constructor({ client, clock, metrics }: Pick<PluginContext, 'client' | 'clock' | 'metrics'>) {
    this.#client = client;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#claims = client.of(ResourceClaims);
  }

  /**
   * Notes a consumer in a claim, with what was allocated if that was done for it. Another pod of the group that was
   * scheduled with it may have written the same before (`isShared`).
   */
  bind(
    claim: ResourceClaim,
    consumer: ResourceClaimConsumerReference,
    decided?: { readonly allocation: AllocationResult; readonly isShared: boolean },
  ): Promise<ResourceClaim> {
    return this.#retry(claim, async (current) => {
      if (current.metadata?.deletionTimestamp) throw new Error(`claim ${nameOf(claim)} got deleted in the meantime`);
      const isWritten = current.status?.allocation !== undefined;
      if (decided && isWritten && !(decided.isShared && isSame(current.status?.allocation, decided.allocation))) {
        throw new Error(`claim ${nameOf(claim)} got allocated elsewhere in the meantime`);
      }
      const allocation = isWritten ? undefined : decided?.allocation;
      const kept = allocation ? await this.#protect(current) : current;
      const before = kept.status?.reservedFor ?? [];
      const isNoted = before.some(({ uid }) => uid === consumer.uid);
      if (isNoted && !allocation) return kept;
      const reservedFor = isNoted ? before : [...before, consumer];
      const timed = allocation && { ...allocation, allocationTimestamp: toTime(this.#clock.now()) };
      const status = { ...kept.status, ...(timed ? { allocation: timed } : {}), reservedFor };
      const what = allocation ? 'add allocation and reservation to' : 'add reservation to';
      return await this.#tried(`${what} claim ${nameOf(claim)}`, this.#claims.updateStatus({ ...kept, status }));
    });
  }

  /** Creates a claim for extended resources. */
  async create(claim: ResourceClaim): Promise<ResourceClaim> {
    const { namespace = '' } = claim.metadata ?? {};
    const creating = this.#claims.create(claim, { namespace });
    creating.then(
      () => this.#metrics.plugins.claimCreated('success'),
      () => this.#metrics.plugins.claimCreated('failure'),
    );
    return this.#tried(`create claim for extended resources ${namespace}/`, creating);
  }

  /** Tells in a pod's status which claim stands for its extended resources. */
  async tellPod(pod: Pod, claim: ResourceClaim, mappings: readonly RequestMapping[]): Promise<void> {
    const { name = '', namespace = '', uid } = pod.metadata ?? {};
    const told = { requestMappings: [...mappings], resourceClaimName: claim.metadata?.name };
    const patch = strategicPatch({ metadata: { uid }, status: { extendedResourceClaimStatus: told } });
    const patched = this.#client.of(Pods).patch(name, patch, { namespace, subresource: 'status' });
    await this.#tried(`update pod ${namespace}/${name} ExtendedResourceClaimStatus`, patched);
  }

  /** Takes a pod or a group out of those for which a claim is reserved. */
  async release(claim: ResourceClaim, consumer: ResourceClaimConsumerReference): Promise<void> {
    const { name = '', namespace = '', uid } = claim.metadata ?? {};
    const reservedFor = [{ $patch: 'delete', uid: consumer.uid }];
    const patch = strategicPatch({ metadata: { uid }, status: { reservedFor } });
    await this.#claims.patch(name, patch, { namespace, subresource: 'status' });
  }

  /** Gives the devices of a claim back. */
  async deallocate(claim: ResourceClaim): Promise<void> {
    const { allocation: _allocation, reservedFor: _reservedFor, devices: _devices, ...status } = claim.status ?? {};
    await this.#claims.updateStatus({ ...claim, status });
  }

  /** Deletes a claim for extended resources that nobody needs any more. */
  async remove(claim: ResourceClaim): Promise<void> {
    const { name = '', namespace = '' } = claim.metadata ?? {};
    try {
      await this.#retry(claim, (current) => {
        const finalizers = (current.metadata?.finalizers ?? []).filter((each) => each !== FINALIZER);
        return this.#claims.update({ ...current, metadata: { ...current.metadata, finalizers } });
      });
      await this.#claims.delete(name, { namespace });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #protect(claim: ResourceClaim): Promise<ResourceClaim> {
    const { finalizers = [] } = claim.metadata ?? {};
    if (finalizers.includes(FINALIZER)) return claim;
    const metadata = { ...claim.metadata, finalizers: [...finalizers, FINALIZER] };
    return await this.#tried(`add finalizer to claim ${nameOf(claim)}`, this.#claims.update({ ...claim, metadata }));
  }

  async #retry(
    claim: ResourceClaim,
    write: (current: ResourceClaim) => Promise<ResourceClaim>,
  ): Promise<ResourceClaim> {
    const { name = '', namespace = '' } = claim.metadata ?? {};
    let current = claim;
    for (let tries = 1; ; tries++) {
      try {
        return await write(current);
      } catch (error) {
        if (tries >= TRIES || !isConflict(error instanceof Error ? (error.cause ?? error) : error)) throw error;
      }
      current = await this.#tried(
        `get updated claim ${nameOf(claim)} after conflict`,
        this.#claims.get(name, { namespace }),
      );
    }
  }

  async #tried<T>(what: string, promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}
