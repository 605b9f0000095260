import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import {
  type StorageVersionMigration,
  StorageVersionMigrations,
} from '#api/storagemigration/v1beta1/storage-version-migration.ts';
import { mergePatch } from '#client/options.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { isConflict, isNotFound, isStatus } from '#machinery/errors/status-error.ts';
import { formatTime, parseTime } from '#machinery/objects/time.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { messageOf } from '../shared/pod-control.ts';
import { storedResources } from '../shared/resources.ts';

type Outcome = 'Running' | 'Succeeded' | 'Failed';

const REASONS: Readonly<Record<Outcome, string>> = {
  Running: 'StorageVersionMigrationInProgress',
  Succeeded: 'StorageVersionMigrationSucceeded',
  Failed: 'StorageVersionMigrationFailed',
};
/** A resource that is about to come is waited for so long. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 5_000;
/** Answers after which the same may go well. */
const PASSING = ['ServerTimeout', 'TooManyRequests', 'ServiceUnavailable', 'InternalError', 'Timeout'];

/** Has objects written as they are, so that they are stored as new ones would be: with the newest key, say. */
export function createStorageVersionMigrator(context: ControllerContext, options: ControllersOptions): Runnable {
  const { client, clock, informers } = context;
  const migrations = client.of(StorageVersionMigrations);
  const store = informers.of(StorageVersionMigrations).store;

  const note = (migration: StorageVersionMigration, status: StorageVersionMigration['status']) =>
    migrations.updateStatus({ ...migration, status });

  const end = (migration: StorageVersionMigration, outcome: Outcome, message = '') =>
    note(migration, withOutcome(migration, { outcome, message, now: clock.now() }));

  const reconcile = async (name: string): Promise<Result | undefined> => {
    const migration = store.getByKey(name);
    if (migration === undefined || isOver(migration)) return undefined;
    const definition = storedResources(options).find(
      ({ group, plural }) =>
        group === (migration.spec?.resource?.group ?? '') && plural === migration.spec?.resource?.resource,
    );
    if (definition === undefined) {
      const age = clock.now() - parseTime(migration.metadata?.creationTimestamp ?? formatTime(clock.now()));
      if (age < PATIENCE_MS) return { requeueAfterMs: RETRY_MS };
      await end(migration, 'Failed', failure('unable to obtain GVR from discovery'));
      return undefined;
    }
    // Noted before anything is written: whatever happens, the same objects are seen to.
    const upTo = migration.status?.resourceVersion;
    if (!upTo) {
      const { metadata } = await client.of(definition).list({ limit: 1 });
      await note(migration, { ...migration.status, resourceVersion: metadata?.resourceVersion ?? '' });
      return undefined;
    }
    const running = await end(migration, 'Running');
    try {
      await writeAnew(definition, Number(upTo));
    } catch (error) {
      if (PASSING.some((reason) => isStatus(error, reason))) throw error;
      await end(running, 'Failed', failure(messageOf(error)));
      return undefined;
    }
    await end(running, 'Succeeded');
    return undefined;
  };

  /** All objects that were not written since that revision. */
  const writeAnew = async (definition: AnyResourceDefinition, upTo: number): Promise<void> => {
    const objects = client.of(definition);
    const { items } = await objects.list();
    for (const { metadata } of items as readonly KubernetesObject[]) {
      const { name = '', namespace, uid, resourceVersion } = metadata ?? {};
      if (Number(resourceVersion) > upTo) continue;
      try {
        await objects.patch(name, mergePatch({ metadata: { uid, resourceVersion } }), namespace ? { namespace } : {});
      } catch (error) {
        // It was written or has gone meanwhile, which is as good.
        if (!isConflict(error) && !isNotFound(error)) throw error;
      }
    }
  };

  return new Controller('storage-version-migrator', context)
    .for(StorageVersionMigrations)
    .reconciles(reconcile, { workers: 1 });
}

const isOver = ({ status }: StorageVersionMigration): boolean =>
  status?.conditions?.some(({ type, status: value }) => type !== 'Running' && value === 'True') ?? false;

const failure = (what: string): string => `migration encountered unhandled error: ${what}`;

function withOutcome(
  { status }: StorageVersionMigration,
  { outcome, message, now }: { readonly outcome: Outcome; readonly message: string; readonly now: number },
): StorageVersionMigration['status'] {
  const set = (type: Outcome, value: 'True' | 'False') => {
    const old = status?.conditions?.find((condition) => condition.type === type);
    const lastTransitionTime = old?.status === value ? old.lastTransitionTime : formatTime(now);
    return { type, status: value, lastTransitionTime, reason: REASONS[outcome], message };
  };
  const conditions = outcome === 'Running' ? [set('Running', 'True')] : [set('Running', 'False'), set(outcome, 'True')];
  return { ...status, conditions } as StorageVersionMigration['status'];
}
