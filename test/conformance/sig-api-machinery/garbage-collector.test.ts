import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { refuses } from '../support/api-operations.ts';
import type { Collection } from '../support/collection.ts';
import { pod, replicated, replicationController } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
beforeAll(async () => {
  rest = await Rest.start({ simulatedNodes: 1 });
});
afterAll(() => rest?.stop());

const REPLICAS = 10;

/** The collections of a namespace of its own. */
async function world() {
  const namespace = await rest.namespace('garbage', { serviceAccount: true });
  return {
    pods: rest.of('v1', 'pods', namespace),
    controllers: rest.of('v1', 'replicationcontrollers', namespace),
    deployments: rest.of('apps/v1', 'deployments', namespace),
    replicaSets: rest.of('apps/v1', 'replicasets', namespace),
  };
}

/** Options as a client gives them that knows what it deletes. */
const deleting = (object: Body, propagationPolicy: string) => ({
  body: { propagationPolicy, preconditions: { uid: object.metadata.uid } },
});

async function createReplicated(collection: Collection, object: Body): Promise<Body> {
  const { name } = (await collection.create(object)).metadata;
  return waitFor(async () => {
    const { status, ...rest } = await collection.get(name);
    return status.replicas === object.spec.replicas && { status, ...rest };
  });
}

const gone = (collection: Collection, name: string) =>
  waitFor(
    () =>
      refuses(collection.get(name), 404, 'NotFound').then(
        () => true,
        () => false,
      ),
    { what: `${name} to go` },
  );

const count = async (collection: Collection) => (await collection.list()).items.length;
const empties = (collection: Collection) =>
  waitFor(async () => (await count(collection)) === 0, { what: 'no dependents' });

/** Waits until the collector has dealt with what came before: it deletes what has no owner any more. */
async function collectorPassed(pods: Collection): Promise<void> {
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: 'never' }];
  const name = rest.name('stray');
  await pods.create(pod(name, { metadata: { ownerReferences } }));
  await gone(pods, name);
}

describe('[sig-api-machinery] Garbage collector', () => {
  test('should delete pods created by rc when not orphaning', async () => {
    const { pods, controllers } = await world();
    const owner = await createReplicated(controllers, replicationController('owner', REPLICAS));
    expect(await count(pods)).toBe(REPLICAS);
    await controllers.delete('owner', deleting(owner, 'Background'));
    await refuses(controllers.get('owner'), 404, 'NotFound');
    await empties(pods);
  });

  test('should orphan pods created by rc if delete options say so [Serial]', async () => {
    const { pods, controllers } = await world();
    const owner = await createReplicated(controllers, replicationController('owner', REPLICAS));
    const wrong = { body: { propagationPolicy: 'Orphan', preconditions: { uid: 'another' } } };
    await refuses(controllers.delete('owner', wrong), 409, 'Conflict');
    const deleted = await controllers.delete('owner', deleting(owner, 'Orphan'));
    expect(deleted.metadata).toMatchObject({ finalizers: ['orphan'], deletionTimestamp: expect.any(String) });
    await gone(controllers, 'owner');
    await collectorPassed(pods);
    const { items } = await pods.list();
    expect(items).toHaveLength(REPLICAS);
    for (const { metadata } of items) {
      expect(metadata).not.toHaveProperty('ownerReferences');
      expect(metadata).not.toHaveProperty('deletionTimestamp');
    }
  });

  test('should delete RS created by deployment when not orphaning', async () => {
    const { pods, deployments, replicaSets } = await world();
    const owner = await createReplicated(deployments, replicated('owner', 2));
    const [replicaSet] = (await replicaSets.list()).items;
    expect(replicaSet.metadata.ownerReferences).toMatchObject([{ kind: 'Deployment', uid: owner.metadata.uid }]);
    await deployments.delete('owner', deleting(owner, 'Background'));
    await empties(replicaSets);
    await empties(pods);
  });

  test('should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan', async () => {
    const { pods, deployments, replicaSets } = await world();
    const owner = await createReplicated(deployments, replicated('owner', 2));
    await deployments.delete('owner', deleting(owner, 'Orphan'));
    await gone(deployments, 'owner');
    await collectorPassed(pods);
    const { items } = await replicaSets.list();
    expect(items).toHaveLength(1);
    expect(items[0].metadata).not.toHaveProperty('ownerReferences');
    expect(items[0].metadata).not.toHaveProperty('deletionTimestamp');
  });

  test('should keep the rc around until all its pods are deleted if the deleteOptions says so [Serial]', async () => {
    const { pods, controllers } = await world();
    const owner = await createReplicated(controllers, replicationController('owner', REPLICAS));
    const [first] = await pods.names();
    await pods.patch(first!, 'merge', { metadata: { finalizers: ['example.test/hold'] } });
    const deleted = await controllers.delete('owner', deleting(owner, 'Foreground'));
    expect(deleted.metadata).toMatchObject({
      finalizers: ['foregroundDeletion'],
      deletionTimestamp: expect.any(String),
    });
    await waitFor(async () => (await count(pods)) === 1, { what: 'only the held pod' });
    await collectorPassed(rest.of('v1', 'pods', (await world()).pods.namespace));
    expect((await controllers.get('owner')).metadata.deletionTimestamp).toBeDefined();
    await pods.patch(first!, 'merge', { metadata: { finalizers: null } });
    await gone(controllers, 'owner');
    expect(await count(pods)).toBe(0);
  });

  test("should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted [Serial]", async () => {
    const { pods, controllers } = await world();
    const owner = await createReplicated(controllers, replicationController('goes', REPLICAS));
    const stays = await controllers.create(replicationController('stays', 0));
    const shared = (await pods.names()).slice(0, REPLICAS / 2);
    const reference = { apiVersion: 'v1', kind: 'ReplicationController', name: 'stays', uid: stays.metadata.uid };
    for (const name of shared) {
      const patched = await pods.patch(name, 'strategic', { metadata: { ownerReferences: [reference] } });
      expect(patched.metadata.ownerReferences).toHaveLength(2);
    }
    await controllers.delete('goes', deleting(owner, 'Foreground'));
    await gone(controllers, 'goes');
    const { items } = await pods.list();
    expect(items.map((item: Body) => item.metadata.name)).toEqual(shared);
    for (const { metadata } of items) {
      expect(metadata.ownerReferences).toEqual([reference]);
      expect(metadata).not.toHaveProperty('deletionTimestamp');
    }
  });

  test('should not be blocked by dependency circle', async () => {
    const { pods } = await world();
    const names = ['one', 'two', 'three'];
    const created = await Promise.all(names.map((name) => pods.create(pod(name))));
    for (const [index, name] of names.entries()) {
      const { metadata } = created[(index + 2) % 3];
      const owner = { apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid };
      const ownerReferences = [{ ...owner, controller: true, blockOwnerDeletion: true }];
      await pods.patch(name, 'strategic', { metadata: { ownerReferences } });
    }
    await pods.delete('one', deleting(created[0], 'Foreground'));
    await empties(pods);
  });
});
