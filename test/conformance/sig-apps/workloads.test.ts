import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PodStage } from '#simulation/stage.ts';
import { FastClock } from '#testing/fast-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import type { Collection } from '../support/collection.ts';
import { podSpec, replicated } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

const NEVER = 1e12;
const INDEX = 'batch.kubernetes.io/job-completion-index';

/** What the pods of these behaviours do that bear a label; the others run, or succeed, at once. */
const stages: readonly PodStage[] = [
  { name: 'lingers', when: { phase: 'Terminating', labels: { lingers: 'yes' } }, delayMs: NEVER, next: 'Deleted' },
  { name: 'stuck', when: { phase: 'Pending', labels: { stuck: 'yes' } }, delayMs: NEVER, next: 'Ready' },
  { name: 'unready', when: { phase: 'Running', labels: { heals: 'no' } }, delayMs: NEVER, next: 'Ready' },
  { name: 'long', when: { phase: 'Ready', labels: { long: 'yes' } }, delayMs: NEVER, next: 'Succeeded' },
  { name: 'exit', when: { phase: 'Ready', labels: { exit: '42' } }, delayMs: 500, next: 'Failed', exitCode: 42 },
  {
    name: 'restart',
    when: { phase: 'Ready', labels: { restarts: 'sometimes' } },
    delayMs: 500,
    probability: 0.5,
    next: 'Restarted',
    exitCode: 1,
  },
  ...['0', '2'].map((index): PodStage => {
    const labels = { fails: 'even', [INDEX]: index };
    return { name: `even ${index}`, when: { phase: 'Ready', labels }, delayMs: 500, next: 'Failed', exitCode: 42 };
  }),
  ...['1', '2', '3'].map((index): PodStage => {
    const labels = { only: 'first', [INDEX]: index };
    return { name: `first ${index}`, when: { phase: 'Ready', labels }, delayMs: NEVER, next: 'Succeeded' };
  }),
];

const clock = new FastClock();
let rest: Rest;
let namespace: string;
beforeAll(async () => {
  rest = await Rest.start({ clock, simulation: { nodes: [{ count: 2 }], stages } });
  namespace = await rest.namespace('workloads', { serviceAccount: true });
});
afterAll(async () => {
  await rest?.stop();
  clock.stop();
});

const apps = (plural: string) => rest.of('apps/v1', plural, namespace);
const pods = () => rest.of('v1', 'pods', namespace);
const SUBRESOURCE = { subresource: 'status' };

const podsOf = async (name: string): Promise<Body[]> =>
  (await pods().list({ labelSelector: `name=${name}` })).items.filter((pod: Body) => !pod.metadata.deletionTimestamp);

const until = <T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> =>
  waitFor(probe, { what, timeoutMs: 20_000 });

const settled = (collection: Collection, name: string, fits: (status: Body, object: Body) => boolean): Promise<Body> =>
  until(`the status of ${name}`, async () => {
    const object = await collection.get(name);
    return fits(object.status, object) && object;
  });

/** Replaces the template's labels beside the selector's, and the image. */
const rollTo = (collection: Collection, name: string, image: string, labels: Body = {}) =>
  collection.patch(name, 'merge', {
    spec: { template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } } },
  });

const setReady = (name: string, ready: boolean) =>
  pods().change(
    name,
    ({ status }) => {
      for (const one of status.conditions) {
        if (['Ready', 'ContainersReady'].includes(one.type)) one.status = ready ? 'True' : 'False';
      }
    },
    SUBRESOURCE,
  );

const withLabels = (object: Body, labels: Body): Body => {
  const { template } = object.spec;
  const metadata = { ...template.metadata, labels: { ...template.metadata.labels, ...labels } };
  return { ...object, spec: { ...object.spec, template: { ...template, metadata } } };
};
const imageOf = ({ spec }: Body): string => spec.containers[0].image;
const seconds = (count: number) => clock.sleep(count * 1000);

describe('[sig-apps] Deployment', () => {
  const deployments = () => apps('deployments');
  const setsOf = async (name: string): Promise<Body[]> =>
    (await apps('replicasets').list({ labelSelector: `name=${name}` })).items;
  const complete = (name: string, replicas: number) =>
    settled(
      deployments(),
      name,
      (status, { metadata }) =>
        status.observedGeneration === metadata.generation &&
        status.updatedReplicas === replicas &&
        status.replicas === replicas &&
        status.availableReplicas === replicas,
    );

  test('RecreateDeployment should delete old pods and create new ones', async () => {
    const object = replicated('recreated', 2);
    await deployments().create({ ...object, spec: { ...object.spec, strategy: { type: 'Recreate' } } });
    await complete('recreated', 2);
    const watch = await pods().watch({ labelSelector: 'name=recreated' });
    await rollTo(deployments(), 'recreated', 'web:2');
    await complete('recreated', 2);
    const kinds = watch.events.map(({ type, object: pod }) => `${type} ${imageOf(pod)}`);
    expect(kinds.indexOf('ADDED web:2')).toBeGreaterThan(kinds.lastIndexOf('DELETED web:1'));
    expect(kinds.filter((kind) => kind === 'DELETED web:1')).toHaveLength(2);
  });

  test('deployment should delete old replica sets', async () => {
    const object = replicated('forgetful', 1);
    await deployments().create({ ...object, spec: { ...object.spec, revisionHistoryLimit: 0 } });
    await complete('forgetful', 1);
    await rollTo(deployments(), 'forgetful', 'web:2');
    await complete('forgetful', 1);
    const [left] = await until('one set', async () => {
      const sets = await setsOf('forgetful');
      return sets.length === 1 && sets;
    });
    expect(imageOf(left.spec.template)).toBe('web:2');
  });

  test('deployment should support rollover', async () => {
    const object = withLabels(replicated('rolled', 3), { version: 'one' });
    const rollingUpdate = { maxUnavailable: 0, maxSurge: 1 };
    await deployments().create({ ...object, spec: { ...object.spec, strategy: { rollingUpdate } } });
    await complete('rolled', 3);
    await rollTo(deployments(), 'rolled', 'web:2', { stuck: 'yes' });
    await settled(deployments(), 'rolled', (status) => status.updatedReplicas === 1 && status.replicas === 4);
    await rollTo(deployments(), 'rolled', 'web:3', { stuck: null });
    await complete('rolled', 3);
    const counts = async () =>
      Object.fromEntries(
        (await setsOf('rolled')).map(({ spec, status }) => [imageOf(spec.template), [spec.replicas, status.replicas]]),
      );
    expect(await counts()).toEqual({ 'web:1': [0, 0], 'web:2': [0, 0], 'web:3': [3, 3] });
  });

  test('deployment should support proportional scaling', async () => {
    const object = replicated('proportional', 10);
    const rollingUpdate = { maxSurge: 3, maxUnavailable: 2 };
    await deployments().create({ ...object, spec: { ...object.spec, strategy: { rollingUpdate } } });
    await complete('proportional', 10);
    await rollTo(deployments(), 'proportional', 'web:404', { stuck: 'yes' });
    const sizes = async () =>
      Object.fromEntries((await setsOf('proportional')).map(({ spec }) => [imageOf(spec.template), spec.replicas]));
    const sized = (wanted: Body) => waitFor(async () => expect(await sizes()).toEqual(wanted) ?? true);
    await sized({ 'web:1': 8, 'web:404': 5 });
    await settled(deployments(), 'proportional', (status) => status.availableReplicas === 8);
    await deployments().patch('proportional', 'merge', { spec: { replicas: 30 } }, { subresource: 'scale' });
    await sized({ 'web:1': 20, 'web:404': 13 });
  });
});

describe('[sig-apps] Daemon set', () => {
  const sets = () => apps('daemonsets');
  const daemonSet = (name: string, labels: Body = {}): Body => {
    const { metadata, spec } = withLabels(replicated(name, 0), labels);
    return { metadata, spec: { selector: spec.selector, template: spec.template } };
  };
  const runs = (name: string, count = 2) =>
    until(`${count} ready daemons of ${name}`, async () => {
      const { status } = await sets().get(name);
      const own = await podsOf(name);
      return own.length === count && status.numberReady === count && status.desiredNumberScheduled === count && own;
    });
  const uids = (some: readonly Body[]) => some.map(({ metadata }) => metadata.uid).sort();

  test('should run and stop simple daemon [Serial]', async () => {
    await sets().create(daemonSet('simple'));
    const before = await runs('simple');
    expect(new Set(before.map(({ spec }: Body) => spec.nodeName)).size).toBe(2);
    await pods().delete(before[0].metadata.name);
    await until('another daemon', async () => !uids(await runs('simple')).includes(before[0].metadata.uid));
    await sets().delete('simple');
    await until('no daemon', async () => (await podsOf('simple')).length === 0);
  });

  test('should run and stop complex daemon [Serial]', async () => {
    const object = daemonSet('complex');
    object.spec.template.spec = podSpec({ nodeSelector: { colour: 'blue' } });
    await sets().create(object);
    await settled(sets(), 'complex', (status) => status.observedGeneration === 1);
    expect(await podsOf('complex')).toEqual([]);
    const nodes = rest.of('v1', 'nodes');
    const [node] = await nodes.names();
    const colour = (name: string | null) => nodes.patch(node!, 'merge', { metadata: { labels: { colour: name } } });
    await colour('blue');
    expect((await runs('complex', 1)).map(({ spec }: Body) => spec.nodeName)).toEqual([node]);
    await colour('green');
    await until('no daemon', async () => (await podsOf('complex')).length === 0);
    await sets().patch('complex', 'merge', {
      spec: { updateStrategy: { type: 'RollingUpdate' }, template: { spec: { nodeSelector: { colour: 'green' } } } },
    });
    expect((await runs('complex', 1)).map(({ spec }: Body) => spec.nodeName)).toEqual([node]);
    await colour(null);
  });

  test('should retry creating failed daemon pods [Serial]', async () => {
    await sets().create(daemonSet('retried'));
    const [first] = await runs('retried');
    await pods().change(first.metadata.name, ({ status }) => Object.assign(status, { phase: 'Failed' }), SUBRESOURCE);
    await until('another daemon', async () => !uids(await runs('retried')).includes(first.metadata.uid));
  });

  test('should update pod when spec was updated and update strategy is RollingUpdate [Serial]', async () => {
    await sets().create(daemonSet('updated'));
    const before = await runs('updated');
    const hash = before[0].metadata.labels['controller-revision-hash'];
    await rollTo(sets(), 'updated', 'web:2');
    const after = await until('updated daemons', async () => {
      const own = await runs('updated');
      return own.every((pod) => imageOf(pod) === 'web:2') && own;
    });
    const hashes = new Set(after.map(({ metadata }) => metadata.labels['controller-revision-hash']));
    expect(hashes.size).toBe(1);
    expect(hashes.has(hash)).toBe(false);
    const revisions = await apps('controllerrevisions').list({ labelSelector: 'name=updated' });
    expect(revisions.items.map(({ revision }: Body) => revision).sort()).toEqual([1, 2]);
  });

  test('should rollback without unnecessary restarts [Serial]', async () => {
    await sets().create(daemonSet('back'));
    const before = await runs('back');
    await rollTo(sets(), 'back', 'web:404', { stuck: 'yes' });
    const [broken] = await until('a broken daemon', async () => {
      const own = (await podsOf('back')).filter((pod) => imageOf(pod) === 'web:404');
      return own.length === 1 && own;
    });
    await rollTo(sets(), 'back', 'web:1', { stuck: null });
    const after = await until('all as before', async () => {
      const own = await runs('back');
      return own.every((pod) => imageOf(pod) === 'web:1') && own;
    });
    expect(uids(after)).not.toContain(broken.metadata.uid);
    expect(uids(after).filter((uid) => uids(before).includes(uid))).toHaveLength(1);
  });
});

describe('[sig-apps] StatefulSet Basic [StatefulSetBasic]', () => {
  const sets = () => apps('statefulsets');
  const statefulSet = (name: string, replicas: number, more: Body = {}): Body => {
    const object = withLabels(replicated(name, replicas), { heals: 'no' });
    return { ...object, spec: { ...object.spec, serviceName: 'web', ...more } };
  };
  const scale = (name: string, replicas: number) =>
    sets().patch(name, 'merge', { spec: { replicas } }, { subresource: 'scale' });
  const ready = (name: string, replicas: number) =>
    settled(sets(), name, (status) => status.readyReplicas === replicas && status.replicas === replicas);
  const gone = (name: string) => settled(sets(), name, (status) => !status.replicas);
  const namesOf = async (name: string) => (await podsOf(name)).map(({ metadata }) => metadata.name).sort();
  const eventsOf = (watch: { readonly events: readonly Body[] }, type: string) =>
    watch.events.filter((event) => event.type === type).map(({ object }) => object.metadata.name);

  test('Scaling should happen in predictable order and halt if any stateful pod is unhealthy [Slow]', async () => {
    const watch = await pods().watch({ labelSelector: 'name=ordered' });
    await sets().create(statefulSet('ordered', 1));
    await ready('ordered', 1);
    await setReady('ordered-0', false);
    await settled(sets(), 'ordered', (status) => !status.readyReplicas);
    await scale('ordered', 3);
    await seconds(10);
    expect(await namesOf('ordered')).toEqual(['ordered-0']);
    await setReady('ordered-0', true);
    await ready('ordered', 3);
    expect(eventsOf(watch, 'ADDED')).toEqual(['ordered-0', 'ordered-1', 'ordered-2']);
    const all = ['ordered-0', 'ordered-1', 'ordered-2'];
    for (const name of all) await setReady(name, false);
    await settled(sets(), 'ordered', (status) => !status.readyReplicas);
    await scale('ordered', 0);
    await seconds(10);
    expect(await namesOf('ordered')).toEqual(all);
    for (const name of all.toReversed()) await setReady(name, true);
    await gone('ordered');
    await waitFor(() => eventsOf(watch, 'DELETED').length === 3);
    expect(eventsOf(watch, 'DELETED')).toEqual(['ordered-2', 'ordered-1', 'ordered-0']);
  });

  test('Burst scaling should run to completion even with unhealthy pods [Slow]', async () => {
    await sets().create(statefulSet('burst', 1, { podManagementPolicy: 'Parallel' }));
    await ready('burst', 1);
    await setReady('burst-0', false);
    await settled(sets(), 'burst', (status) => !status.readyReplicas);
    await scale('burst', 3);
    await settled(sets(), 'burst', (status) => status.replicas === 3 && status.readyReplicas === 2);
    await setReady('burst-1', false);
    await scale('burst', 0);
    await gone('burst');
    expect(await namesOf('burst')).toEqual([]);
  });

  test('Should recreate evicted statefulset', async () => {
    await sets().create(statefulSet('evicted', 1));
    await ready('evicted', 1);
    const [first] = await podsOf('evicted');
    const evict = ({ status }: Body) => Object.assign(status, { phase: 'Failed', reason: 'Evicted' });
    await pods().change('evicted-0', evict, SUBRESOURCE);
    await until('another pod', async () => (await podsOf('evicted'))[0]?.metadata.uid !== first.metadata.uid);
    await ready('evicted', 1);
  });

  test('should perform rolling updates and roll backs of template modifications', async () => {
    await sets().create(statefulSet('rolling', 3));
    const { status: before } = await ready('rolling', 3);
    expect(before.currentRevision).toBe(before.updateRevision);
    const roll = async (image: string) => {
      const watch = await pods().watch({ labelSelector: 'name=rolling' });
      await rollTo(sets(), 'rolling', image);
      const { status } = await settled(
        sets(),
        'rolling',
        (now, { metadata }) =>
          now.observedGeneration === metadata.generation &&
          now.currentRevision === now.updateRevision &&
          now.readyReplicas === 3,
      );
      expect(eventsOf(watch, 'DELETED')).toEqual(['rolling-2', 'rolling-1', 'rolling-0']);
      expect((await podsOf('rolling')).map(imageOf)).toEqual([image, image, image]);
      return status.currentRevision;
    };
    expect(await roll('web:2')).not.toBe(before.currentRevision);
    expect(await roll('web:1')).toBe(before.currentRevision);
  });

  test('should perform canary updates and phased rolling updates of template modifications', async () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 3 } };
    await sets().create(statefulSet('canary', 3, { updateStrategy }));
    await ready('canary', 3);
    const images = async () =>
      Object.fromEntries((await podsOf('canary')).map((pod) => [pod.metadata.name, imageOf(pod)]));
    const partition = (count: number) =>
      sets().patch('canary', 'merge', { spec: { updateStrategy: { rollingUpdate: { partition: count } } } });
    const shown = (...wanted: string[]) =>
      waitFor(
        async () => {
          const expected = Object.fromEntries(wanted.map((image, ordinal) => [`canary-${ordinal}`, image]));
          expect(await images()).toEqual(expected);
          expect((await sets().get('canary')).status.readyReplicas).toBe(3);
          return true;
        },
        { timeoutMs: 20_000 },
      );
    await rollTo(sets(), 'canary', 'web:2');
    await settled(sets(), 'canary', (status) => status.currentRevision !== status.updateRevision);
    await seconds(5);
    await shown('web:1', 'web:1', 'web:1');
    await partition(2);
    await shown('web:1', 'web:1', 'web:2');
    // Each pod comes back as the revision that its ordinal has.
    for (const name of ['canary-0', 'canary-2']) await pods().delete(name);
    await shown('web:1', 'web:1', 'web:2');
    await partition(1);
    await shown('web:1', 'web:2', 'web:2');
    await partition(0);
    await shown('web:2', 'web:2', 'web:2');
  });
});

const jobSpec = (name: string, { labels = {}, template = {}, ...spec }: Body = {}): Body => ({
  template: {
    metadata: { labels: { name, ...labels } },
    spec: podSpec({ restartPolicy: 'Never', ...template }),
  },
  ...spec,
});

describe('[sig-apps] Job', () => {
  const jobs = () => rest.of('batch/v1', 'jobs', namespace);
  const create = (name: string, spec: Body = {}) => jobs().create({ metadata: { name }, spec: jobSpec(name, spec) });
  const ended = async (name: string): Promise<Body> => {
    const has = (status: Body) =>
      status.conditions?.some((one: Body) => ['Complete', 'Failed'].includes(one.type) && one.status === 'True');
    const { status } = await settled(jobs(), name, has);
    const { type, reason } = status.conditions.at(-1);
    return { ...status, end: `${type} ${reason}` };
  };

  test('should run a job to completion when tasks sometimes fail and are locally restarted', async () => {
    const labels = { restarts: 'sometimes' };
    await create('restarted', {
      labels,
      template: { restartPolicy: 'OnFailure' },
      completions: 4,
      parallelism: 2,
      backoffLimit: 100,
    });
    expect(await ended('restarted')).toMatchObject({ end: 'Complete CompletionsReached', succeeded: 4 });
  });

  test('should create pods for an Indexed job with completion indexes and specified hostname', async () => {
    await create('indexed', { completions: 4, parallelism: 2, completionMode: 'Indexed' });
    expect(await ended('indexed')).toMatchObject({ succeeded: 4, completedIndexes: '0-3' });
    const own = await podsOf('indexed');
    const shown = own.map(({ metadata, spec }) => [metadata.annotations[INDEX], metadata.labels[INDEX], spec.hostname]);
    expect(shown.sort()).toEqual(['0', '1', '2', '3'].map((index) => [index, index, `indexed-${index}`]));
    expect(own[0].spec.containers[0].env).toEqual([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` } },
      },
    ]);
  });

  test('should adopt matching orphans and release non-matching pods', async () => {
    await create('adopting', { labels: { long: 'yes' }, parallelism: 2, completions: 2 });
    await settled(jobs(), 'adopting', (status) => status.active === 2);
    const [{ metadata }] = await podsOf('adopting');
    const owners = async () => (await pods().get(metadata.name)).metadata.ownerReferences ?? [];
    await pods().change(metadata.name, (pod) => delete pod.metadata.ownerReferences);
    await until('the pod to be adopted', async () => (await owners())[0]?.name === 'adopting');
    await pods().change(metadata.name, (pod) => {
      pod.metadata.labels = { left: 'yes' };
    });
    await until('the pod to be released', async () => (await owners()).length === 0);
    await settled(jobs(), 'adopting', (status) => status.active === 2);
  });

  test('should allow to use the pod failure policy on exit code to fail the job early', async () => {
    const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }];
    await create('early', { labels: { exit: '42' }, backoffLimit: 1, podFailurePolicy: { rules } });
    expect(await ended('early')).toMatchObject({ end: 'Failed PodFailurePolicy', failed: 1 });
  });

  test('should allow to use a pod failure policy to ignore failure matching on DisruptionTarget condition', async () => {
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }];
    const labels = { long: 'yes', lingers: 'yes' };
    await create('disrupted', { labels, backoffLimit: 0, podFailurePolicy: { rules } });
    await settled(jobs(), 'disrupted', (status) => status.ready === 1);
    const [{ metadata }] = await podsOf('disrupted');
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: metadata.name } };
    await pods().createAt(metadata.name, 'eviction', eviction);
    const types = (await pods().get(metadata.name)).status.conditions.map(({ type }: Body) => type);
    expect(types).toContain('DisruptionTarget');
    await pods().change(metadata.name, ({ status }) => Object.assign(status, { phase: 'Failed' }), SUBRESOURCE);
    await pods().delete(metadata.name, { body: { gracePeriodSeconds: 0 } });
    const [next] = await until('another pod', async () => {
      const own = await podsOf('disrupted');
      return own.length === 1 && own[0].status.phase === 'Running' && own;
    });
    expect(next.metadata.name).not.toBe(metadata.name);
    await pods().change(next.metadata.name, ({ status }) => Object.assign(status, { phase: 'Succeeded' }), SUBRESOURCE);
    const status = await ended('disrupted');
    expect([status.end, status.failed ?? 0, status.succeeded]).toEqual(['Complete CompletionsReached', 0, 1]);
  });

  const indexed = { completionMode: 'Indexed', parallelism: 2, completions: 4 };

  test('should execute all indexes despite some failing when using backoffLimitPerIndex', async () => {
    await create('per-index', { ...indexed, labels: { fails: 'even' }, backoffLimitPerIndex: 1 });
    expect(await ended('per-index')).toMatchObject({
      end: 'Failed FailedIndexes',
      failed: 4,
      succeeded: 2,
      failedIndexes: '0,2',
      completedIndexes: '1,3',
    });
  });

  test('should terminate job execution when the number of failed indexes exceeds maxFailedIndexes', async () => {
    await create('most', { ...indexed, labels: { exit: '42' }, backoffLimitPerIndex: 0, maxFailedIndexes: 0 });
    const status = await ended('most');
    expect(status.end).toBe('Failed MaxFailedIndexesExceeded');
    expect(status.succeeded ?? 0).toBe(0);
    expect(status.failed).toBeLessThanOrEqual(2);
  });

  test('should mark indexes as failed when the FailIndex action is matched in podFailurePolicy', async () => {
    const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [42] } }];
    const limits = { backoffLimitPerIndex: 1, podFailurePolicy: { rules } };
    await create('fail-index', { ...indexed, ...limits, labels: { fails: 'even' } });
    expect(await ended('fail-index')).toMatchObject({
      end: 'Failed FailedIndexes',
      failed: 2,
      failedIndexes: '0,2',
      completedIndexes: '1,3',
    });
  });

  test('with successPolicy should succeeded when all indexes succeeded', async () => {
    const successPolicy = { rules: [{ succeededCount: 2 }] };
    await create('all', { ...indexed, completions: 2, successPolicy });
    const status = await ended('all');
    expect(status.conditions.map(({ type }: Body) => type)).toEqual(['SuccessCriteriaMet', 'Complete']);
    expect(status).toMatchObject({ end: 'Complete SuccessPolicy', succeeded: 2, completedIndexes: '0,1' });
  });

  test('with successPolicy succeededCount rule should succeeded even when some indexes remain pending', async () => {
    const successPolicy = { rules: [{ succeededCount: 1 }] };
    await create('count', { ...indexed, labels: { only: 'first' }, successPolicy });
    const status = await ended('count');
    expect(status).toMatchObject({ end: 'Complete SuccessPolicy', succeeded: 1, completedIndexes: '0' });
    expect([status.active ?? 0, status.terminating ?? 0]).toEqual([0, 0]);
  });

  test('with successPolicy succeededIndexes rule should succeeded even when some indexes remain pending', async () => {
    const successPolicy = { rules: [{ succeededIndexes: '0' }] };
    await create('indexes', { ...indexed, labels: { only: 'first' }, successPolicy });
    const status = await ended('indexes');
    expect(status).toMatchObject({ end: 'Complete SuccessPolicy', succeeded: 1, completedIndexes: '0' });
    expect([status.active ?? 0, status.terminating ?? 0]).toEqual([0, 0]);
  });
});

describe('[sig-apps] CronJob', () => {
  const cronJobs = () => rest.of('batch/v1', 'cronjobs', namespace);
  const jobsOf = async (name: string): Promise<Body[]> =>
    (await rest.of('batch/v1', 'jobs', namespace).list()).items.filter(
      ({ metadata }: Body) => metadata.ownerReferences?.[0]?.name === name,
    );
  const create = (name: string, concurrencyPolicy: string, spec: Body = {}) =>
    cronJobs().create({
      metadata: { name },
      spec: {
        schedule: '*/1 * * * *',
        concurrencyPolicy,
        jobTemplate: { spec: jobSpec(name, { labels: { long: 'yes' } }) },
        ...spec,
      },
    });
  const active = (name: string, count: number) =>
    settled(cronJobs(), name, ({ active: some = [] }) => some.length >= count);

  test('should schedule multiple jobs concurrently', async () => {
    await create('allow', 'Allow');
    await active('allow', 2);
    const running = (await jobsOf('allow')).filter(({ status }) => status.active === 1);
    expect(running.length).toBeGreaterThanOrEqual(2);
    await cronJobs().delete('allow');
  });

  test('should not schedule jobs when suspended [Slow]', async () => {
    await create('suspended', 'Allow', { suspend: true });
    await seconds(75);
    expect([await jobsOf('suspended'), (await cronJobs().get('suspended')).status]).toEqual([[], {}]);
    await cronJobs().delete('suspended');
  });

  test('should not schedule new jobs when ForbidConcurrent [Slow]', async () => {
    await create('forbid', 'Forbid');
    await active('forbid', 1);
    const [first] = await jobsOf('forbid');
    await seconds(75);
    expect((await jobsOf('forbid')).map(({ metadata }) => metadata.name)).toEqual([first.metadata.name]);
    await cronJobs().delete('forbid');
  });

  test('should replace jobs when ReplaceConcurrent', async () => {
    await create('replace', 'Replace');
    await active('replace', 1);
    const [first] = await jobsOf('replace');
    const [next] = await until('another job', async () => {
      const some = (await jobsOf('replace')).filter(({ metadata }) => !metadata.deletionTimestamp);
      return some.length === 1 && some[0].metadata.uid !== first.metadata.uid && some;
    });
    expect(next.metadata.ownerReferences[0].name).toBe('replace');
    await cronJobs().delete('replace');
  });
});
