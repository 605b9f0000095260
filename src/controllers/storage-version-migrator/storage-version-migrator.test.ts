import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import {
  type StorageVersionMigration,
  StorageVersionMigrations,
} from '#api/storagemigration/v1beta1/storage-version-migration.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import type { Store } from '#storage/store.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';

/** Keys whose values are to be written anew, as they are once there is a new encryption key. */
const stale = new Set<string>();
const written: string[] = [];
let cluster: Cluster;

beforeAll(async () => {
  const memory = createMemoryStore();
  const store = new Proxy(memory, {
    get(target, name) {
      if (name === 'isStale') return (key: string) => stale.has(key);
      if (name === 'put') {
        return (...args: Parameters<Store['put']>) => {
          if (stale.delete(args[0])) written.push(args[0]);
          return target.put(...args);
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  cluster = await Cluster.start({
    store,
    clock: new VirtualClock(),
    featureGates: ['StorageVersionMigrator'],
    controllers: ['storage-version-migrator-controller'],
    scheduler: false,
  });
});
afterAll(() => cluster.stop());

const migrate = async (name: string, resource: string, seconds: number) => {
  const migrations = cluster.client.of(StorageVersionMigrations);
  await migrations.create({
    metadata: { name },
    spec: { resource: { group: '', resource } },
  } as StorageVersionMigration);
  await cluster.advance(seconds * 1000);
  const { status } = await migrations.get(name);
  return status?.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message]);
};

test('objects that are stored as is no longer done are stored anew, and no others', async () => {
  const maps = cluster.client.of(ConfigMaps);
  for (const name of ['old', 'new']) await maps.create({ metadata: { name, namespace: 'default' }, data: { a: 'b' } });
  const before = await maps.get('old', { namespace: 'default' });
  stale.add('/configmaps/default/old');
  const reason = 'StorageVersionMigrationSucceeded';
  expect(await migrate('maps', 'configmaps', 1)).toEqual([
    ['Running', 'False', reason, ''],
    ['Succeeded', 'True', reason, ''],
  ]);
  expect(written).toEqual(['/configmaps/default/old']);
  const after = await maps.get('old', { namespace: 'default' });
  expect({ ...after, metadata: { ...after.metadata, resourceVersion: '' } }).toEqual({
    ...before,
    metadata: { ...before.metadata, resourceVersion: '' },
  });
});

test('a resource that does not come is given up', async () => {
  expect(await migrate('none', 'nothings', 30)).toBeUndefined();
  await cluster.advance(60_000);
  const { status } = await cluster.client.of(StorageVersionMigrations).get('none');
  expect(status?.conditions?.at(-1)).toMatchObject({
    type: 'Failed',
    status: 'True',
    message: 'migration encountered unhandled error: unable to obtain GVR from discovery',
  });
});

test('a migration is about one resource for good', async () => {
  const migrations = cluster.client.of(StorageVersionMigrations);
  await expect(migrations.create({ metadata: { name: 'empty' } } as StorageVersionMigration)).rejects.toThrow(
    'spec.resource.resource: Required value',
  );
  const made = await migrations.get('maps');
  const spec = { resource: { group: '', resource: 'secrets' } };
  await expect(migrations.update({ ...made, spec })).rejects.toThrow('spec.resource: Invalid value');
});
