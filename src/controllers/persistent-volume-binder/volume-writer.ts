import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import {
  type PersistentVolumeClaim,
  type PersistentVolumeClaimStatus,
  PersistentVolumeClaims,
} from '#api/core/v1/persistent-volume-claim.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { boundClaim, boundVolume, unboundVolume } from './binding.ts';
import type { Told } from './claim-plan.ts';

/** Writes claims and volumes, and knows at once what it wrote. */
export class VolumeWriter {
  readonly volumes: OwnWrites<PersistentVolume>;
  readonly claims: OwnWrites<PersistentVolumeClaim>;
  readonly #context: ControllerContext;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.volumes = new OwnWrites(context.informers.of(PersistentVolumes));
    this.claims = new OwnWrites(context.informers.of(PersistentVolumeClaims));
  }

  /** The volume first: whoever finds the binding half done finishes it. */
  async bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
    const named = await this.#updateVolume(volume, boundVolume(volume, claim));
    const bound = await this.setPhase(named, 'Bound');
    const naming = await this.updateClaim(claim, boundClaim(claim, bound));
    await this.setClaimPhase(naming, 'Bound', bound);
  }

  async unbind(volume: PersistentVolume): Promise<void> {
    await this.setPhase(await this.#updateVolume(volume, unboundVolume(volume)), 'Available');
  }

  /** Sets the phase, and tells of it when it was another one. */
  async setPhase(
    volume: PersistentVolume,
    phase: string,
    failure?: { readonly reason: string; readonly message: string },
  ): Promise<PersistentVolume> {
    if (volume.status?.phase === phase) return volume;
    const { client, clock, events } = this.#context;
    const status = {
      phase,
      ...(failure ? { message: failure.message } : {}),
      lastPhaseTransitionTime: formatTime(clock.now()),
    };
    const written = await client.of(PersistentVolumes).updateStatus({ ...volume, status } as PersistentVolume);
    if (failure) events.record(written, 'Warning', failure.reason, failure.message);
    return this.volumes.wrote(written);
  }

  /** `volume` is what the claim's status shows. */
  async setClaimPhase(
    claim: PersistentVolumeClaim,
    phase: 'Pending' | 'Bound' | 'Lost',
    volume?: PersistentVolume,
  ): Promise<PersistentVolumeClaim> {
    const status = claimStatus(claim.status, phase, volume);
    if (deepEqual(claim.status ?? {}, status)) return claim;
    return this.claims.wrote(await this.#context.client.of(PersistentVolumeClaims).updateStatus({ ...claim, status }));
  }

  async loseClaim(claim: PersistentVolumeClaim, { type, reason, message }: Told): Promise<void> {
    if (claim.status?.phase === 'Lost') return;
    const lost = await this.setClaimPhase(claim, 'Lost');
    this.#context.events.record(lost, type, reason, message);
  }

  async updateClaim(old: PersistentVolumeClaim, claim: PersistentVolumeClaim): Promise<PersistentVolumeClaim> {
    if (claim === old) return old;
    return this.claims.wrote(await this.#context.client.of(PersistentVolumeClaims).update(claim));
  }

  async #updateVolume(old: PersistentVolume, volume: PersistentVolume): Promise<PersistentVolume> {
    if (volume === old) return old;
    return this.volumes.wrote(await this.#context.client.of(PersistentVolumes).update(volume));
  }
}

/** A bound claim shows modes and size of its volume; a size that was grown since the binding stays. */
function claimStatus(
  old: PersistentVolumeClaimStatus | undefined,
  phase: 'Pending' | 'Bound' | 'Lost',
  volume: PersistentVolume | undefined,
): PersistentVolumeClaimStatus {
  const { accessModes: _, capacity, currentVolumeAttributesClassName: __, ...rest } = old ?? {};
  if (volume === undefined) return { ...rest, phase };
  const { accessModes, capacity: whole, volumeAttributesClassName } = volume.spec ?? {};
  // While a file system grows behind its volume the claim keeps the size that can be used.
  const shown = old?.phase === 'Bound' && capacity !== undefined ? capacity : whole;
  return {
    ...rest,
    phase,
    ...(accessModes ? { accessModes } : {}),
    ...(shown ? { capacity: shown } : {}),
    ...(volumeAttributesClassName ? { currentVolumeAttributesClassName: volumeAttributesClassName } : {}),
  };
}
