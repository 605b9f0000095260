import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { checkApiOperations, refuses } from '../support/api-operations.ts';
import type { Collection } from '../support/collection.ts';
import { pod, podSpec, replicated, replicationController } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
let namespace: string;
beforeAll(async () => {
  rest = await Rest.start({ simulatedNodes: 2 });
  namespace = await rest.namespace('apps', { serviceAccount: true });
});
afterAll(() => rest?.stop());

const apps = (plural: string) => rest.of('apps/v1', plural, namespace);
const pods = () => rest.of('v1', 'pods', namespace);
const statefulSet = (name: string, replicas: number): Body => ({
  ...replicated(name, replicas),
  spec: { ...replicated(name, replicas).spec, serviceName: 'web' },
});
const daemonSet = (name: string): Body => {
  const { metadata, spec } = replicated(name, 0);
  return { metadata, spec: { selector: spec.selector, template: spec.template } };
};
const job = (name: string, spec: Body = {}): Body => ({
  metadata: { name, labels: { name } },
  spec: { template: { metadata: { labels: { name } }, spec: podSpec({ restartPolicy: 'Never' }) }, ...spec },
});
const condition = (type: string): Body => ({ type, status: 'True', reason: 'Tested', message: 'Set by a behaviour' });

const SUBRESOURCE = { subresource: 'status' };

/** Waits until a status says something. */
const settled = (collection: Collection, name: string, fits: (status: Body, object: Body) => boolean): Promise<Body> =>
  waitFor(
    async () => {
      const object = await collection.get(name);
      return fits(object.status, object) && object;
    },
    { what: `the status of ${name}` },
  );

/** Adds conditions through `/status`, by update and by patch, next to the controller that writes it, too. */
async function checkStatus(collection: Collection, object: Body): Promise<void> {
  const { name } = object.metadata;
  const watch = await collection.watch({ fieldSelector: `metadata.name=${name}` });
  await collection.create(object);
  await settled(collection, name, (status) => status.observedGeneration === 1);
  expect((await collection.get(name, SUBRESOURCE)).kind).toBe((await collection.get(name)).kind);
  const has = (type: string) => (each: Body) => each.status?.conditions?.some((one: Body) => one.type === type);
  await collection.change(
    name,
    ({ status }) => Object.assign(status, { conditions: [...(status.conditions ?? []), condition('StatusUpdate')] }),
    SUBRESOURCE,
  );
  await watch.until('MODIFIED', has('StatusUpdate'));
  await collection.patch(name, 'merge', { status: { conditions: [condition('StatusPatched')] } }, SUBRESOURCE);
  const patched = await watch.until('MODIFIED', has('StatusPatched'));
  expect(patched).toMatchObject({ metadata: { generation: 1 } });
  expect(has('StatusUpdate')(patched)).toBe(false);
  await collection.delete(name);
}

/** Reads and writes how many replicas there shall be, without the object. */
async function checkScale(collection: Collection, object: Body): Promise<void> {
  const { name } = object.metadata;
  await collection.create(object);
  await settled(collection, name, (status) => status.replicas === 1);
  const at = { subresource: 'scale' };
  const scale = await collection.get(name, at);
  expect(scale).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 1 },
    status: { replicas: 1 },
  });
  expect(scale.status.selector).toBe(`name=${name}`);
  const updated = await collection.change(name, ({ spec }) => Object.assign(spec, { replicas: 2 }), at);
  expect(updated.spec.replicas).toBe(2);
  expect((await collection.get(name)).spec.replicas).toBe(2);
  await settled(collection, name, (status) => status.replicas === 2);
  expect((await collection.patch(name, 'merge', { spec: { replicas: 4 } }, at)).spec.replicas).toBe(4);
  expect(await collection.get(name)).toMatchObject({ spec: { replicas: 4 }, metadata: { generation: 3 } });
  await settled(collection, name, (status) => status.replicas === 4);
}

/** Makes some, patches one, and deletes them all at once. */
async function checkCollection(collection: Collection, make: (name: string) => Body): Promise<void> {
  const set = rest.name('set');
  const names = ['a', 'b', 'c'].map((each) => `${set}-${each}`);
  for (const name of names) {
    const object = make(name);
    await collection.create({
      ...object,
      metadata: { ...object.metadata, labels: { ...object.metadata.labels, set } },
    });
  }
  const selector = { labelSelector: `set=${set}` };
  expect(await collection.everywhere.names(selector)).toEqual(names);
  const patched = await collection.patch(names[0]!, 'strategic', {
    metadata: { annotations: { patched: 'yes' } },
    spec: { template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } } },
  });
  expect(patched.spec.template.spec.containers).toMatchObject([
    { name: 'web', image: 'web:2', imagePullPolicy: 'IfNotPresent' },
  ]);
  await collection.deleteCollection(selector);
  await waitFor(async () => (await collection.names(selector)).length === 0);
}

describe('[sig-apps] ControllerRevision', () => {
  test('should manage the lifecycle of a ControllerRevision [Serial]', async () => {
    const revisions = apps('controllerrevisions');
    await apps('daemonsets').create(daemonSet('revised'));
    // While its pods come its controller looks again and again, and puts revisions of the same template together.
    await settled(apps('daemonsets'), 'revised', ({ numberReady, desiredNumberScheduled }) =>
      Boolean(numberReady && numberReady === desiredNumberScheduled),
    );
    const selector = { labelSelector: 'name=revised' };
    const count = (wanted: number) =>
      waitFor(async () => {
        const { items } = await revisions.list(selector);
        return items.length === wanted && items;
      });
    const [first] = await count(1);
    expect(first).toMatchObject({
      revision: 1,
      metadata: { ownerReferences: [{ kind: 'DaemonSet', name: 'revised' }] },
    });
    const { name } = first.metadata;
    await revisions.patch(name, 'strategic', { metadata: { labels: { [name]: 'patched' } } });
    expect(await revisions.everywhere.names({ labelSelector: `${name}=patched` })).toEqual([name]);
    const { uid: _u, resourceVersion: _r, ...metadata } = first.metadata;
    const second = await revisions.create({ ...first, metadata: { ...metadata, name: 'second' }, revision: 2 });
    await refuses(revisions.patch('second', 'merge', { data: { spec: null } }), 422, 'Invalid');
    await count(2);
    await revisions.delete(name);
    await revisions.change('second', ({ metadata: own }) => Object.assign(own.labels, { second: 'updated' }));
    expect((await revisions.get('second')).data).toEqual(second.data);
    await apps('daemonsets').patch('revised', 'strategic', {
      spec: { template: { spec: { terminationGracePeriodSeconds: 1 } } },
    });
    await waitFor(async () => (await revisions.names(selector)).length >= 2);
    await revisions.deleteCollection({ labelSelector: 'second=updated' });
    await refuses(revisions.get('second'), 404, 'NotFound');
  });
});

describe('[sig-apps] CronJob', () => {
  test('should support CronJob API operations', async () => {
    const { spec } = job('each');
    const time = '2026-01-02T03:04:05Z';
    await checkApiOperations(rest.of('batch/v1', 'cronjobs', namespace), {
      kind: 'CronJob',
      object: { spec: { schedule: '* */1 * * ?', suspend: true, concurrencyPolicy: 'Allow', jobTemplate: { spec } } },
      specPatch: { spec: { schedule: '0 0 1 1 *' } },
      status: { lastScheduleTime: time, lastSuccessfulTime: time },
    });
  });
});

describe('[sig-apps] Daemon set', () => {
  test('should list and delete a collection of DaemonSets [Serial]', () =>
    checkCollection(apps('daemonsets'), daemonSet));

  test('should verify changes to a daemon set status [Serial]', () =>
    checkStatus(apps('daemonsets'), daemonSet('status')));
});

describe('[sig-apps] Deployment', () => {
  test('Deployment should have a working scale subresource', () =>
    checkScale(apps('deployments'), replicated('scaled', 1)));

  test('RollingUpdateDeployment should delete old pods and create new ones', async () => {
    const sets = apps('replicasets');
    const old = replicated('adopted', 1);
    // A revision of 64 bits, to be counted on from.
    const annotations = { 'deployment.kubernetes.io/revision': '3546343826724305832' };
    await sets.create({ ...old, metadata: { ...old.metadata, annotations } });
    await settled(sets, 'adopted', (status) => status.availableReplicas === 1);
    const deployment = replicated('adopted', 1);
    deployment.spec.template.spec.containers[0].image = 'web:2';
    await apps('deployments').create(deployment);
    await settled(apps('deployments'), 'adopted', (status) => status.updatedReplicas === 1 && status.replicas === 1);
    const { items } = await sets.list({ labelSelector: 'name=adopted' });
    const facts = items.map(({ metadata, spec }: Body) => [
      spec.template.spec.containers[0].image,
      spec.replicas,
      metadata.annotations['deployment.kubernetes.io/revision'],
      metadata.ownerReferences[0].kind,
    ]);
    expect(facts).toEqual([
      ['web:1', 0, '3546343826724305832', 'Deployment'],
      ['web:2', 1, '3546343826724305833', 'Deployment'],
    ]);
  });

  test('should run the lifecycle of a Deployment', async () => {
    const deployments = apps('deployments');
    const selector = { labelSelector: 'lifecycle=yes' };
    const object = replicated('lifecycle', 2);
    const watch = await deployments.watch(selector);
    await deployments.create({ ...object, metadata: { ...object.metadata, labels: { lifecycle: 'yes' } } });
    await watch.of('ADDED', 'lifecycle');
    await watch.until('MODIFIED', ({ status }) => status.availableReplicas === 2);
    const patch = {
      metadata: { labels: { patched: 'yes' } },
      spec: { replicas: 1, template: { spec: { terminationGracePeriodSeconds: 0 } } },
    };
    await deployments.patch('lifecycle', 'strategic', patch);
    await watch.until(
      'MODIFIED',
      ({ status, metadata }) => status.updatedReplicas === 1 && metadata.labels.patched === 'yes',
    );
    expect(await deployments.everywhere.names(selector)).toEqual(['lifecycle']);
    const read = await deployments.get('lifecycle', SUBRESOURCE);
    expect(read.status.observedGeneration).toBe(2);
    await deployments.change('lifecycle', ({ spec }) => (spec.replicas = 2));
    await watch.until('MODIFIED', ({ status }) => status.observedGeneration === 3 && status.readyReplicas === 2);
    await deployments.deleteCollection(selector);
    await watch.of('DELETED', 'lifecycle');
  });

  test('should validate Deployment Status endpoints', () => checkStatus(apps('deployments'), replicated('status', 1)));
});

describe('[sig-apps] ReplicaSet', () => {
  test('Replicaset should have a working scale subresource', () =>
    checkScale(apps('replicasets'), replicated('scaled-set', 1)));

  test('Replace and Patch tests', async () => {
    const sets = apps('replicasets');
    await sets.create(replicated('replaced', 1));
    await settled(sets, 'replaced', (status) => status.availableReplicas === 1);
    await sets.change('replaced', ({ spec }) => (spec.replicas = 2));
    await settled(sets, 'replaced', (status) => status.availableReplicas === 2);
    const patch = {
      metadata: { labels: { 'test-rs': 'patched' } },
      spec: {
        replicas: 3,
        template: { spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'web', image: 'web:3' }] } },
      },
    };
    await sets.patch('replaced', 'strategic', patch);
    const patched = await settled(sets, 'replaced', (status) => status.availableReplicas === 3);
    expect(patched.metadata.labels).toEqual({ name: 'replaced', 'test-rs': 'patched' });
    expect(patched.spec.template.spec).toMatchObject({
      terminationGracePeriodSeconds: 0,
      containers: [{ image: 'web:3' }],
    });
  });

  test('should list and delete a collection of ReplicaSets', () =>
    checkCollection(apps('replicasets'), (name) => replicated(name, 1)));

  test('should validate Replicaset Status endpoints', () =>
    checkStatus(apps('replicasets'), replicated('status-set', 1)));

  test('should adopt matching pods on creation and release no longer matching pods', async () => {
    await pods().create(pod('orphan', { metadata: { labels: { name: 'adopter' } } }));
    const set = await apps('replicasets').create(replicated('adopter', 1));
    const owners = async () => (await pods().get('orphan')).metadata.ownerReferences?.map((each: Body) => each.uid);
    await expect.poll(owners, { interval: 5, timeout: 20_000 }).toEqual([set.metadata.uid]);
    await pods().patch('orphan', 'merge', { metadata: { labels: { name: 'free' } } });
    await expect.poll(owners, { interval: 5, timeout: 20_000 }).toBeUndefined();
    await settled(apps('replicasets'), 'adopter', (status) => status.replicas === 1);
    expect(await pods().names({ labelSelector: 'name=adopter' })).toHaveLength(1);
  });
});

describe('[sig-apps] ReplicationController', () => {
  const controllers = () => rest.of('v1', 'replicationcontrollers', namespace);

  test('should get and update a ReplicationController scale', () =>
    checkScale(controllers(), replicationController('scaled-rc', 1)));

  test('should adopt matching pods on creation', async () => {
    await pods().create(pod('rc-orphan', { metadata: { labels: { name: 'rc-adopter' } } }));
    const { metadata } = await controllers().create(replicationController('rc-adopter', 1));
    const owners = async () => (await pods().get('rc-orphan')).metadata.ownerReferences;
    await expect
      .poll(owners, { interval: 5, timeout: 20_000 })
      .toMatchObject([{ uid: metadata.uid, controller: true }]);
  });

  test('should release no longer matching pods', async () => {
    await controllers().create(replicationController('releasing', 1));
    const [name] = await waitFor(async () => {
      const names = await pods().names({ labelSelector: 'name=releasing' });
      return names.length === 1 && names;
    });
    await pods().patch(name!, 'merge', { metadata: { labels: { name: 'released' } } });
    const owners = async () => (await pods().get(name!)).metadata.ownerReferences;
    await expect.poll(owners, { interval: 5, timeout: 20_000 }).toBeUndefined();
  });

  test('should surface a failure condition on a common issue like exceeded quota', async () => {
    const own = await rest.namespace('exceeded', { serviceAccount: true });
    const quotas = rest.of('v1', 'resourcequotas', own);
    await quotas.create({ metadata: { name: 'two' }, spec: { hard: { pods: '2' } } });
    await waitFor(async () => (await quotas.get('two')).status.used?.pods === '0');
    const limited = rest.of('v1', 'replicationcontrollers', own);
    await limited.create(replicationController('three', 3));
    const failed = ({ conditions = [] }: Body) => conditions.some((each: Body) => each.type === 'ReplicaFailure');
    const { status } = await settled(limited, 'three', failed);
    expect(status.conditions).toMatchObject([
      { status: 'True', reason: 'FailedCreate', message: expect.stringContaining('exceeded quota') },
    ]);
    await limited.change('three', ({ spec }) => (spec.replicas = 2));
    await settled(limited, 'three', (now) => !failed(now));
  });

  test('should test the lifecycle of a ReplicationController', async () => {
    const labels = { lifecycle: 'rc' };
    const selector = { labelSelector: 'lifecycle=rc' };
    const watch = await controllers().watch(selector);
    const object = replicationController('lifecycle-rc', 1);
    await controllers().create({ ...object, metadata: { ...object.metadata, labels } });
    await watch.of('ADDED', 'lifecycle-rc');
    await watch.until('MODIFIED', ({ status }) => status.readyReplicas === 1);
    await controllers().patch('lifecycle-rc', 'strategic', { metadata: { labels: { patched: 'yes' } } });
    await watch.until('MODIFIED', ({ metadata }) => metadata.labels.patched === 'yes');
    await controllers().patch(
      'lifecycle-rc',
      'merge',
      { status: { readyReplicas: 0, availableReplicas: 0 } },
      SUBRESOURCE,
    );
    await watch.until('MODIFIED', ({ status }) => !status.readyReplicas);
    await watch.until('MODIFIED', ({ status }) => status.readyReplicas === 1);
    await controllers().patch('lifecycle-rc', 'merge', { spec: { replicas: 2 } }, { subresource: 'scale' });
    await watch.until('MODIFIED', ({ status }) => status.replicas === 2 && status.readyReplicas === 2);
    await controllers().change('lifecycle-rc', ({ metadata }) => Object.assign(metadata.labels, { updated: 'yes' }));
    expect(await controllers().everywhere.names(selector)).toEqual(['lifecycle-rc']);
    await controllers().deleteCollection(selector);
    await watch.of('DELETED', 'lifecycle-rc');
  });
});

describe('[sig-apps] StatefulSet Basic [StatefulSetBasic]', () => {
  const sets = () => apps('statefulsets');

  test('should have a working scale subresource', () => checkScale(sets(), statefulSet('scaled-stateful', 1)));

  test('should list, patch and delete a collection of StatefulSets', () =>
    checkCollection(sets(), (name) => statefulSet(name, 1)));

  test('should validate Statefulset Status endpoints', () => checkStatus(sets(), statefulSet('status-stateful', 1)));
});

describe('[sig-apps] Job', () => {
  const jobs = () => rest.of('batch/v1', 'jobs', namespace);

  test('should delete a job', async () => {
    await jobs().create(job('deleted', { parallelism: 2, completions: 4 }));
    await settled(jobs(), 'deleted', (status) => status.active === 2);
    await jobs().delete('deleted', { body: { propagationPolicy: 'Foreground' } });
    await waitFor(async () => (await pods().names({ labelSelector: 'name=deleted' })).length === 0);
    await waitFor(() =>
      refuses(jobs().get('deleted'), 404, 'NotFound').then(
        () => true,
        () => false,
      ),
    );
  });

  test('should apply changes to a job status', async () => {
    await jobs().create(job('status-job', { suspend: true }));
    await settled(jobs(), 'status-job', ({ conditions }) => conditions?.[0]?.type === 'Suspended');
    const added = {
      ...condition('Tested'),
      lastProbeTime: '2026-01-02T03:04:05Z',
      lastTransitionTime: '2026-01-02T03:04:05Z',
    };
    const add = ({ metadata, status }: Body) => {
      Object.assign(metadata, { annotations: { ...metadata.annotations, updated: 'yes' } });
      status.conditions.push(added);
    };
    const updated = await jobs().change('status-job', add, SUBRESOURCE);
    expect(updated.metadata.annotations).toMatchObject({ updated: 'yes' });
    expect(updated.status.conditions).toContainEqual(added);
    const annotated = await jobs().patch(
      'status-job',
      'merge',
      { metadata: { annotations: { patched: 'yes' } } },
      SUBRESOURCE,
    );
    expect(annotated).toMatchObject({
      metadata: { annotations: { updated: 'yes', patched: 'yes' } },
      spec: { suspend: true },
    });
    expect((await jobs().get('status-job', SUBRESOURCE)).status.conditions).toContainEqual(added);
  });

  test('should manage the lifecycle of a job', async () => {
    const labels = { lifecycle: 'job' };
    const selector = { labelSelector: 'lifecycle=job' };
    const watch = await jobs().watch(selector);
    const object = job('lifecycle-job', { suspend: true, parallelism: 2, completions: 2 });
    await jobs().create({ ...object, metadata: { ...object.metadata, labels } });
    await watch.of('ADDED', 'lifecycle-job');
    await jobs().patch('lifecycle-job', 'strategic', { metadata: { labels: { patched: 'yes' } } });
    await watch.until('MODIFIED', ({ metadata }) => metadata.labels.patched === 'yes');
    await jobs().change('lifecycle-job', ({ metadata, spec }) => {
      Object.assign(metadata, { annotations: { ...metadata.annotations, updated: 'yes' } });
      spec.suspend = false;
    });
    await watch.until(
      'MODIFIED',
      ({ metadata, spec }) => metadata.annotations?.updated === 'yes' && spec.suspend === false,
    );
    expect(await jobs().everywhere.names(selector)).toEqual(['lifecycle-job']);
    const done = await watch.until('MODIFIED', ({ status }) => status.succeeded === 2 && status.completionTime);
    expect(done.status.conditions.map((each: Body) => [each.type, each.status])).toContainEqual(['Complete', 'True']);
    await jobs().deleteCollection(selector, { propagationPolicy: 'Background' });
    await watch.of('DELETED', 'lifecycle-job');
  });
});

describe('[sig-apps] DisruptionController', () => {
  const budgets = () => rest.of('policy/v1', 'poddisruptionbudgets', namespace);
  const budget = (name: string, minAvailable: number | string): Body => ({
    metadata: { name, labels: { name } },
    spec: { minAvailable, selector: { matchLabels: { budget: name } } },
  });

  test('Listing PodDisruptionBudgets for all namespaces should list and delete a collection of PodDisruptionBudgets', async () => {
    const labels = { listed: 'yes' };
    const other = rest.of('policy/v1', 'poddisruptionbudgets', await rest.namespace('budgets'));
    for (const [collection, name] of [
      [budgets(), 'one'],
      [budgets(), 'two'],
      [other, 'three'],
    ] as const) {
      await collection.create({ ...budget(name, 1), metadata: { name, labels } });
    }
    const selector = { labelSelector: 'listed=yes' };
    expect(await budgets().everywhere.names(selector)).toHaveLength(3);
    await budgets().deleteCollection(selector);
    expect(await budgets().everywhere.names(selector)).toEqual(['three']);
  });

  test('should create a PodDisruptionBudget', async () => {
    await budgets().create(budget('created', '1%'));
    await settled(budgets(), 'created', (status) => status.observedGeneration === 1);
    const updated = await budgets().change('created', ({ spec }) => (spec.minAvailable = '2%'));
    expect(updated).toMatchObject({ spec: { minAvailable: '2%' }, metadata: { generation: 2 } });
    const patched = await budgets().patch('created', 'strategic', { spec: { minAvailable: 3 } });
    expect(patched.spec.minAvailable).toBe(3);
    await budgets().delete('created');
    await refuses(budgets().get('created'), 404, 'NotFound');
  });

  test('should observe PodDisruptionBudget status updated', async () => {
    await budgets().create(budget('observed', 1));
    for (const name of ['observed-1', 'observed-2'])
      await pods().create(pod(name, { metadata: { labels: { budget: 'observed' } } }));
    const { status } = await settled(budgets(), 'observed', (each) => each.disruptionsAllowed > 0);
    expect(status).toMatchObject({ currentHealthy: 2, desiredHealthy: 1, expectedPods: 2, disruptionsAllowed: 1 });
  });

  test('should update/patch PodDisruptionBudget status', async () => {
    await budgets().create(budget('status-budget', 1));
    await settled(budgets(), 'status-budget', (status) => status.observedGeneration === 1);
    const gone = (name: string) => ({ disruptedPods: { [name]: '2026-01-02T03:04:05Z' } });
    const updated = await budgets().change(
      'status-budget',
      ({ status }) => Object.assign(status, gone('one')),
      SUBRESOURCE,
    );
    expect(updated.status).toMatchObject(gone('one'));
    const patched = await budgets().patch(
      'status-budget',
      'merge',
      { status: { disruptedPods: { one: null, two: '2026-01-02T03:04:05Z' } } },
      SUBRESOURCE,
    );
    expect(patched.spec).toEqual(updated.spec);
    expect(patched.status.disruptedPods).toEqual(gone('two').disruptedPods);
  });

  test('should block an eviction until the PDB is updated to allow it', async () => {
    const names = ['evicted-1', 'evicted-2', 'evicted-3'];
    for (const name of names) await pods().create(pod(name, { metadata: { labels: { budget: 'blocking' } } }));
    await budgets().create(budget('blocking', 3));
    await settled(budgets(), 'blocking', (status) => status.currentHealthy === 3);
    const evict = (name: string) =>
      pods().createAt(name, 'eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } });
    const refused = await refuses(evict(names[0]!), 429, 'TooManyRequests');
    expect(refused.message).toBe("Cannot evict pod as it would violate the pod's disruption budget.");
    expect(refused.details.causes).toMatchObject([{ reason: 'DisruptionBudget' }]);
    expect((await pods().get(names[0]!)).metadata).not.toHaveProperty('deletionTimestamp');
    await budgets().patch('blocking', 'merge', { spec: { minAvailable: 2 } });
    await settled(budgets(), 'blocking', (status) => status.disruptionsAllowed === 1);
    await evict(names[0]!);
    await waitFor(() =>
      refuses(pods().get(names[0]!), 404, 'NotFound').then(
        () => true,
        () => false,
      ),
    );
    await refuses(evict(names[1]!), 429, 'TooManyRequests');
    await budgets().delete('blocking');
    await evict(names[1]!);
  });
});
