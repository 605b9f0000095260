import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound, newNotFound } from '#machinery/errors/status-error.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { defaultStorageClass } from '../shared/default-storage-class.ts';
import { claimClass } from './annotations.ts';
import { planClaim } from './claim-plan.ts';
import { provisionVolume } from './provision.ts';
import { letGo, reclaimVolume } from './reclaim.ts';
import { countVolumes } from './volume-metrics.ts';
import { planVolume } from './volume-plan.ts';
import { VolumeWriter } from './volume-writer.ts';

const CLAIM = 'claim:';
const VOLUME = 'volume:';
const PENDING = 'pending';
const BY_NAMESPACE = 'namespace';
/** What is pending is looked at this often, so that people see in its events that it still is. */
const RESYNC_MS = 15_000;

/**
 * Brings claims and volumes together. Both take their turns in one queue with one worker: a binding is written in four
 * steps, and nobody else of this controller may come in between.
 */
export class PersistentVolumeBinder {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #options: ControllersOptions;
  readonly #writer: VolumeWriter;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #pods: Informer<Pod>;

  constructor(context: ControllerContext, options: ControllersOptions) {
    const { informers } = context;
    this.#context = context;
    this.#options = options;
    this.#volumes = informers.of(PersistentVolumes);
    this.#claims = informers
      .of(PersistentVolumeClaims)
      .addIndex(PENDING, (claim) => (isPending(claim) ? [PENDING] : []));
    this.#pods = informers.of(Pods).addIndex(BY_NAMESPACE, ({ metadata }) => [metadata?.namespace ?? '']);
    this.#writer = new VolumeWriter(context);
    countVolumes(context.metrics, {
      volumes: () => this.#volumes.store.list(),
      claims: () => this.#claims.store.list(),
    });
    this.controller = new Controller('persistentvolume', context)
      .watches(PersistentVolumeClaims, (claim) => [
        CLAIM + keyOf(claim),
        ...(claim.spec?.volumeName ? [VOLUME + claim.spec.volumeName] : []),
      ])
      .watches(PersistentVolumes, (volume) => [VOLUME + keyOf(volume), ...this.#claimsFor(volume)])
      .watches(StorageClasses, () => this.#pending())
      .reconciles((key) => this.#reconcile(key), { workers: 1 });
  }

  #reconcile(key: string): Promise<Result | undefined> {
    return key.startsWith(CLAIM)
      ? this.#syncClaim(key.slice(CLAIM.length))
      : this.#syncVolume(key.slice(VOLUME.length));
  }

  #pending(): string[] {
    return this.#claims.store.byIndex(PENDING, PENDING).map((claim) => CLAIM + keyOf(claim));
  }

  /** Claims that a volume's change may concern: the one it names, or all that still wait. */
  #claimsFor({ spec, status }: PersistentVolume): string[] {
    if (spec?.claimRef) return [`${CLAIM}${spec.claimRef.namespace}/${spec.claimRef.name}`];
    return status?.phase === 'Available' ? this.#pending() : [];
  }

  async #syncClaim(key: string): Promise<Result | undefined> {
    const claim = this.#writer.claims.get(key);
    if (claim === undefined) return undefined;
    const classes = this.#context.informers.of(StorageClasses).store;
    const plan = planClaim(claim, {
      volumes: this.#writer.volumes.current(this.#volumes.store.list(), () => true),
      volumeNamed: (name) => this.#writer.volumes.get(name),
      classNamed: (name) => classes.get(name),
      defaultClass: defaultStorageClass(classes.list()),
      pods: () => this.#podsOf(claim),
    });
    switch (plan.do) {
      case 'bind':
        await this.#writer.bind(plan.volume, claim);
        return undefined;
      case 'lose':
        await this.#writer.loseClaim(claim, plan.told);
        return undefined;
      case 'set-class': {
        const spec = { ...claim.spec, storageClassName: plan.name };
        await this.#writer.updateClaim(claim, { ...claim, spec });
        return { requeueAfterMs: 0 };
      }
      case 'fail':
        throw new Error(plan.message);
      case 'wait':
        if (plan.told) this.#context.events.record(claim, plan.told.type, plan.told.reason, plan.told.message);
        await this.#writer.setClaimPhase(claim, 'Pending');
        return { requeueAfterMs: RESYNC_MS };
      case 'provision':
        await this.#provision(claim);
        return { requeueAfterMs: RESYNC_MS };
    }
  }

  async #provision(claim: PersistentVolumeClaim): Promise<void> {
    const name = claimClass(claim);
    const storageClass = this.#context.informers.of(StorageClasses).store.get(name);
    if (storageClass === undefined) {
      const { message } = newNotFound({ group: StorageClasses.group, resource: StorageClasses.singular }, name);
      this.#context.events.record(claim, 'Warning', 'ProvisioningFailed', message);
      return;
    }
    await provisionVolume(this.#context, this.#parts(), { claim, storageClass });
  }

  #parts() {
    return { writer: this.#writer, provisioner: this.#options.volumeProvisioner };
  }

  async #syncVolume(name: string): Promise<Result | undefined> {
    const volume = this.#writer.volumes.get(name);
    if (volume === undefined) return undefined;
    const reference = volume.spec?.claimRef;
    const key = `${reference?.namespace}/${reference?.name}`;
    const claim = reference && (await this.#claimOf(key, reference.uid));
    const plan = planVolume(volume, claim);
    switch (plan.do) {
      case 'phase':
        await this.#writer.setPhase(volume, plan.phase);
        if (plan.phase === 'Available') await letGo(this.#context, volume);
        return undefined;
      case 'claim':
        this.controller.queue.add(CLAIM + key);
        return undefined;
      case 'tell':
        this.#context.events.record(volume, 'Warning', 'VolumeMismatch', plan.volume);
        if (claim) this.#context.events.record(claim, 'Warning', 'VolumeMismatch', plan.claim);
        return undefined;
      case 'unbind':
        await this.#writer.unbind(volume);
        return undefined;
      case 'reclaim': {
        const failed = volume.status?.phase === 'Failed';
        const released = failed ? volume : await this.#writer.setPhase(volume, 'Released');
        await reclaimVolume(this.#context, this.#parts(), released);
        return undefined;
      }
    }
  }

  /** A volume must not be reclaimed because a watch lags: a claim that is not known is asked for. */
  async #claimOf(key: string, uid: string | undefined): Promise<PersistentVolumeClaim | undefined> {
    const known = this.#writer.claims.get(key);
    if (!uid || known?.metadata?.uid === uid) return known;
    const [namespace = '', name = ''] = key.split('/');
    return ignoring(isNotFound, this.#context.client.of(PersistentVolumeClaims).get(name, { namespace }));
  }

  #podsOf({ metadata }: PersistentVolumeClaim): Pod[] {
    return this.#pods.store
      .byIndex(BY_NAMESPACE, metadata?.namespace ?? '')
      .filter((pod) =>
        pod.spec?.volumes?.some(
          ({ name, persistentVolumeClaim, ephemeral }) =>
            persistentVolumeClaim?.claimName === metadata?.name ||
            (ephemeral && `${pod.metadata?.name}-${name}` === metadata?.name),
        ),
      );
  }
}

const isPending = ({ status }: PersistentVolumeClaim): boolean => (status?.phase ?? 'Pending') === 'Pending';
