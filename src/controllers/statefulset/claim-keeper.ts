import type { StatefulSet } from '#api/apps/v1/stateful-set.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { isAlreadyExists } from '#machinery/errors/status-error.ts';
import { messageOf } from '../shared/pod-control.ts';
import { claimOwners, isOfFormerPod } from './claim-owners.ts';
import { claimObjects, ordinalOf } from './stateful-pod.ts';

/** Makes the claims of a set's pods, and has them go with their pods or the set where it says so. */
export class ClaimKeeper {
  readonly #context: ControllerContext;
  readonly #writes: OwnWrites<PersistentVolumeClaim>;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#writes = new OwnWrites(context.informers.of(PersistentVolumeClaims));
  }

  /** Whether a pod to be made would get a claim that is about to go with a former pod of the name. */
  isStale(set: StatefulSet, ordinal: number): boolean {
    const podName = `${set.metadata?.name}-${ordinal}`;
    return this.#claims(set, ordinal).some((claim) => isOfFormerPod(claim, podName));
  }

  /** Makes the claims of an ordinal that are missing; rejects when one cannot be had. */
  async create(set: StatefulSet, ordinal: number): Promise<void> {
    for (const wanted of claimObjects(set, ordinal)) {
      const { name = '', namespace } = wanted.metadata ?? {};
      const claim = this.#writes.get(`${namespace}/${name}`);
      if (claim === undefined) await this.#create(set, ordinal, wanted);
      else if (claim.metadata?.deletionTimestamp) throw new Error(`pvc ${name} is being deleted`);
    }
  }

  async #create(set: StatefulSet, ordinal: number, wanted: PersistentVolumeClaim): Promise<void> {
    const { client, events } = this.#context;
    const { name } = wanted.metadata ?? {};
    const [pod, setName] = [`Pod ${set.metadata?.name}-${ordinal}`, set.metadata?.name];
    try {
      this.#writes.wrote(await client.of(PersistentVolumeClaims).create(wanted));
      const message = `create Claim ${name} ${pod} in StatefulSet ${setName} success`;
      events.record(set, 'Normal', 'SuccessfulCreate', message);
    } catch (error) {
      if (isAlreadyExists(error)) return;
      const message = `create Claim ${name} for ${pod} in StatefulSet ${setName} failed error: ${messageOf(error)}`;
      events.record(set, 'Warning', 'FailedCreate', message);
      throw new Error(`failed to create PVC ${name}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Gives a pod's claims the owners they are to have; resolves with whether some had others. */
  async own(set: StatefulSet, pod: Pod): Promise<boolean> {
    const ordinal = ordinalOf(pod, set.metadata?.name ?? '');
    let changed = false;
    if (ordinal === undefined) return changed;
    for (const claim of this.#claims(set, ordinal)) {
      const ownerReferences = claimOwners(set, pod, claim);
      if (ownerReferences === undefined) continue;
      const owned = { ...claim, metadata: { ...claim.metadata, ownerReferences } };
      this.#writes.wrote(await this.#context.client.of(PersistentVolumeClaims).update(owned));
      changed = true;
    }
    return changed;
  }

  #claims(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
    return claimObjects(set, ordinal).flatMap(
      ({ metadata }) => this.#writes.get(`${metadata?.namespace}/${metadata?.name}`) ?? [],
    );
  }
}
