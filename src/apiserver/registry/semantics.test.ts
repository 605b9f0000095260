import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { Jobs } from '#api/batch/v1/job.ts';
import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { type Event, Events } from '#api/core/v1/event.ts';
import { type LimitRange, LimitRanges } from '#api/core/v1/limit-range.ts';
import { type Namespace, Namespaces } from '#api/core/v1/namespace.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { type EndpointSlice, EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { EventsV1 } from '#api/events/v1/event.ts';
import { type ServiceCIDR, ServiceCIDRs } from '#api/networking/v1/service-cidr.ts';
import { type PodDisruptionBudget, PodDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { type CSIDriver, CSIDrivers } from '#api/storage/v1/csi-driver.ts';
import { jsonPatch, mergePatch } from '#client/options.ts';
import type { StatusError } from '#machinery/errors/status-error.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace } });
});
afterAll(() => cluster.stop());

const pod = (name: string, extra: object = {}): Pod =>
  ({ metadata: { name, namespace, ...extra }, spec: { containers: [{ name: 'c', image: 'x' }] } }) as Pod;

/** A pod that a node runs. */
async function runningPod(name: string, labels: Record<string, string> = {}): Promise<Pod> {
  const pods = cluster.client.of(Pods);
  await pods.create(pod(name, { labels }));
  await pods.createSubresource(
    name,
    'binding',
    { metadata: { name }, target: { kind: 'Node', name: 'n1' } },
    { namespace },
  );
  const conditions = [{ type: 'Ready', status: 'True' }];
  return pods.patch(name, mergePatch({ status: { phase: 'Running', conditions } }), {
    namespace,
    subresource: 'status',
  });
}

describe('names', () => {
  test('are generated from a prefix', async () => {
    const made = await cluster.client
      .of(ConfigMaps)
      .create({ metadata: { generateName: 'gen-', namespace } } as ConfigMap);
    expect(made.metadata?.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test('are taken once', async () => {
    const maps = cluster.client.of(ConfigMaps);
    await maps.create({ metadata: { name: 'once', namespace } });
    await expect(maps.create({ metadata: { name: 'once', namespace } })).rejects.toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "once" already exists',
    });
  });
});

describe('deletion', () => {
  test('waits for finalizers', async () => {
    const maps = cluster.client.of(ConfigMaps);
    await maps.create({ metadata: { name: 'kept', namespace, finalizers: ['example.com/hold'] } });
    expect(await maps.delete('kept', { namespace })).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) },
    });
    await maps.patch('kept', jsonPatch([{ op: 'remove', path: '/metadata/finalizers' }]), { namespace });
    await expect(maps.get('kept', { namespace })).rejects.toMatchObject({ code: 404 });
  });

  test('of a running pod waits for its grace period, which can be shortened to nothing', async () => {
    const pods = cluster.client.of(Pods);
    await runningPod('graceful');
    expect(await pods.delete('graceful', { namespace })).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 30 },
    });
    await pods.delete('graceful', { namespace, gracePeriodSeconds: 0 });
    await expect(pods.get('graceful', { namespace })).rejects.toMatchObject({ code: 404 });
  });

  test('checks its preconditions', async () => {
    const maps = cluster.client.of(ConfigMaps);
    await maps.create({ metadata: { name: 'guarded', namespace } });
    await expect(maps.delete('guarded', { namespace, preconditions: { uid: 'other' } })).rejects.toMatchObject({
      code: 409,
      message: expect.stringContaining(
        'Operation cannot be fulfilled on ConfigMap "guarded": the UID in the precondition (other) does not match the UID in record (',
      ),
    });
  });

  test('that waits for a grace period can be hurried, and nothing else', async () => {
    const pods = cluster.client.of(Pods);
    await runningPod('hurried');
    const first = (await pods.delete('hurried', { namespace })) as Pod;
    const policies = { gracePeriodSeconds: 40, propagationPolicy: 'Foreground' } as const;
    expect(await pods.delete('hurried', { namespace, ...policies })).toEqual(first);
    const shorter = (await pods.delete('hurried', { namespace, gracePeriodSeconds: 10 })) as Pod;
    const until = (pod: Pod) => Date.parse(pod.metadata?.deletionTimestamp ?? '');
    expect([shorter.metadata?.deletionGracePeriodSeconds, until(first) - until(shorter)]).toEqual([10, 20_000]);
    const status = { status: { phase: 'Succeeded' } };
    await pods.patch('hurried', mergePatch(status), { namespace, subresource: 'status' });
    expect(await pods.delete('hurried', { namespace })).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 10 },
    });
    await pods.delete('hurried', { namespace, gracePeriodSeconds: 0 });
  });

  /** What a watch is told while `act` goes on, until the end of the object: type, grace period, finalizers, and whether the object is marked. */
  async function toldOf(name: string, act: () => Promise<unknown>): Promise<string[]> {
    const pods = cluster.client.of(Pods);
    const told: string[] = [];
    const stop = new AbortController();
    const { resourceVersion } = (await pods.get(name, { namespace })).metadata ?? {};
    const watched = { namespace, fieldSelector: `metadata.name=${name}`, resourceVersion };
    const ended = pods.watch(
      watched,
      (events) => {
        for (const { type, object } of events) {
          const { deletionTimestamp, deletionGracePeriodSeconds, generation, finalizers = [] } = object.metadata ?? {};
          const mark = deletionTimestamp ? `marked ${deletionGracePeriodSeconds}` : 'unmarked';
          told.push([type, mark, `generation ${generation}`, ...finalizers].join(' '));
        }
      },
      stop.signal,
    );
    await act();
    await waitFor(() => told.at(-1)?.startsWith('DELETED'));
    stop.abort();
    await ended.catch(() => {});
    return told;
  }

  test('at once is told as a mark and an end where the kind knows grace', async () => {
    const pods = cluster.client.of(Pods);
    const remove = (name: string, gracePeriodSeconds?: number) => () =>
      pods.delete(name, { namespace, gracePeriodSeconds });
    await pods.create(pod('t-waiting'));
    expect(await toldOf('t-waiting', remove('t-waiting'))).toEqual([
      'MODIFIED marked 0 generation 2',
      'DELETED marked 0 generation 2',
    ]);
    await runningPod('t-forced');
    expect(await toldOf('t-forced', remove('t-forced', 0))).toEqual([
      'MODIFIED marked 0 generation 2',
      'DELETED marked 0 generation 2',
    ]);
    await runningPod('t-ended');
    expect(
      await toldOf('t-ended', async () => {
        await remove('t-ended')();
        await remove('t-ended', 60)();
        await remove('t-ended', 0)();
      }),
    ).toEqual(['MODIFIED marked 30 generation 2', 'MODIFIED marked 0 generation 2', 'DELETED marked 0 generation 2']);
    await pods.create(pod('t-held', { finalizers: ['example.com/hold'] }));
    expect(
      await toldOf('t-held', async () => {
        await remove('t-held')();
        await remove('t-held')();
        await pods.patch('t-held', mergePatch({ metadata: { finalizers: null } }), { namespace });
      }),
    ).toEqual(['MODIFIED marked 0 generation 2 example.com/hold', 'DELETED marked 0 generation 2 example.com/hold']);
  });

  test('answers what became of the object', async () => {
    const { client } = cluster;
    await client.of(Pods).create(pod('a-gone'));
    await runningPod('a-dry');
    const answers = {
      pod: await client.of(Pods).delete('a-gone', { namespace }),
      dry: await client.of(Pods).delete('a-dry', { namespace, dryRun: true }),
      map: await client
        .of(ConfigMaps)
        .create({ metadata: { name: 'a-map', namespace } })
        .then(() => client.of(ConfigMaps).delete('a-map', { namespace })),
      account: await client
        .of(ServiceAccounts)
        .create({ metadata: { name: 'a-account', namespace } })
        .then(() => client.of(ServiceAccounts).delete('a-account', { namespace })),
    };
    expect(answers).toMatchObject({
      pod: { kind: 'Pod', metadata: { name: 'a-gone', deletionGracePeriodSeconds: 0 } },
      dry: { kind: 'Pod', metadata: { name: 'a-dry', deletionGracePeriodSeconds: 30 } },
      map: { kind: 'Status', status: 'Success', details: { name: 'a-map', kind: 'configmaps' } },
      account: { kind: 'ServiceAccount', metadata: { name: 'a-account' } },
    });
    expect((await client.of(Pods).get('a-dry', { namespace })).metadata).not.toHaveProperty('deletionTimestamp');
    await client.of(Pods).delete('a-dry', { namespace, gracePeriodSeconds: 0 });
  });

  test('of a revision goes through with its mark, and of events knows no dependents', async () => {
    const { client } = cluster;
    const made = await client.of(Pods).create(pod('r-gone'));
    const { uid, resourceVersion } = made.metadata ?? {};
    await client.of(Pods).delete('r-gone', { namespace, preconditions: { uid, resourceVersion } });
    await expect(client.of(Pods).get('r-gone', { namespace })).rejects.toMatchObject({ code: 404 });
    const involvedObject = { kind: 'Pod', namespace, name: 'web' };
    await client.of(Events).create({ metadata: { name: 'r-event', namespace }, involvedObject });
    await client.of(Events).delete('r-event', { namespace, propagationPolicy: 'Foreground' });
    await expect(client.of(Events).get('r-event', { namespace })).rejects.toMatchObject({ code: 404 });
  });

  test('of a collection takes what its selector matches', async () => {
    const maps = cluster.client.of(ConfigMaps);
    for (const name of ['c1', 'c2']) await maps.create({ metadata: { name, namespace, labels: { group: 'c' } } });
    await maps.create({ metadata: { name: 'c3', namespace, labels: { group: 'd' } } });
    await maps.deleteCollection({ namespace, labelSelector: 'group=c' });
    const left = await maps.list({ namespace, labelSelector: 'group in (c,d)' });
    expect(left.items.map((each) => each.metadata?.name)).toEqual(['c3']);
  });

  test('of a namespace waits for its spec’s finalizers', async () => {
    const namespaces = cluster.client.of(Namespaces);
    await namespaces.create({ metadata: { name: 'going' } });
    const going = (await namespaces.delete('going')) as Namespace;
    expect([going.status?.phase, going.spec?.finalizers]).toEqual(['Terminating', ['kubernetes']]);
    expect(going.metadata).not.toHaveProperty('deletionGracePeriodSeconds');
    expect(await namespaces.delete('going')).toEqual(going);
    const refused = cluster.client.of(ConfigMaps).create({ metadata: { name: 'late', namespace: 'going' } });
    await expect(refused).rejects.toMatchObject({
      code: 403,
      message: expect.stringContaining('because it is being terminated'),
    });
    await namespaces.update({ ...going, spec: { finalizers: [] } }, { subresource: 'finalize' });
    await expect(namespaces.get('going')).rejects.toMatchObject({ code: 404 });
    await expect(namespaces.delete('default')).rejects.toMatchObject({ code: 403 });
  });
});

describe('a pod', () => {
  test('is bound once', async () => {
    await runningPod('bound');
    const again = cluster.client
      .of(Pods)
      .createSubresource('bound', 'binding', { metadata: { name: 'bound' }, target: { name: 'n2' } }, { namespace });
    await expect(again).rejects.toMatchObject({
      code: 409,
      message: expect.stringContaining('is already assigned to node "n1"'),
    });
  });

  test.each([
    ['target.name: Required value', { kind: 'Node' }],
    ['target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"', { kind: 'Pod', name: 'n1' }],
    [
      '[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]',
      { kind: 'Pod' },
    ],
  ])('is bound to nothing but a node: %s', async (message, target) => {
    const binding = { metadata: { name: 'unbound' }, target };
    const bound = cluster.client.of(Pods).createSubresource('unbound', 'binding', binding, { namespace });
    const error = await bound.catch((refused: StatusError) => refused.status);
    expect(error).toMatchObject({ code: 400, reason: 'BadRequest', message });
  });

  test('is bound as its binding means it, and not while a gate is closed', async () => {
    const pods = cluster.client.of(Pods);
    const { metadata } = await pods.create({
      ...pod('gated'),
      spec: { containers: [{ name: 'c', image: 'x' }], schedulingGates: [{ name: 'wait' }] },
    });
    const bind = (meant: object) =>
      pods.createSubresource('gated', 'binding', { metadata: meant, target: { name: 'n1' } }, { namespace });
    await expect(bind({})).rejects.toMatchObject({
      code: 400,
      message: 'name in URL does not match name in Binding object',
    });
    await expect(bind({ name: 'gated' })).rejects.toMatchObject({
      code: 409,
      message: 'Operation cannot be fulfilled on pods/binding "gated": pod gated has non-empty .spec.schedulingGates',
    });
    const conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', observedGeneration: 1 },
      { type: 'example.com/other', status: 'True' },
    ];
    await pods.patch('gated', mergePatch({ status: { conditions } }), { namespace, subresource: 'status' });
    const open = await pods.patch('gated', mergePatch({ spec: { schedulingGates: null } }), { namespace });
    await expect(bind({ name: 'gated', resourceVersion: metadata?.resourceVersion })).rejects.toMatchObject({
      code: 409,
      message: expect.stringContaining(
        `Precondition failed: ResourceVersion in precondition: ${metadata?.resourceVersion}, ResourceVersion in object meta: ${open.metadata?.resourceVersion}`,
      ),
    });
    await bind({ name: 'gated', uid: metadata?.uid, resourceVersion: open.metadata?.resourceVersion });
    const bound = await pods.get('gated', { namespace });
    expect(bound.status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'True' },
      { type: 'example.com/other', status: 'True' },
    ]);
    expect(bound.status?.conditions?.[0]).not.toHaveProperty('observedGeneration');
  });

  test('comes to the same by a status that is sent with the metadata its writer was given, or with a copy', async () => {
    const pods = cluster.client.of(Pods);
    const running = await runningPod('reported', { app: 'reported' });
    const before = structuredClone(running);
    const status = { ...running.status, phase: 'Failed' } as Pod['status'];
    const given = await pods.updateStatus({ ...running, status });
    const { resourceVersion: _given, managedFields: _owners, ...metadata } = given.metadata ?? {};
    const { resourceVersion: _before, managedFields: _former, ...kept } = before.metadata ?? {};
    expect([running, metadata, given.status?.phase]).toEqual([before, kept, 'Failed']);
    // Nothing is left to be written.
    expect(await pods.updateStatus({ ...given, metadata: structuredClone(given.metadata), status } as Pod)).toEqual(
      given,
    );
  });

  test('keeps its spec when its status changes, and the other way round', async () => {
    const pods = cluster.client.of(Pods);
    const running = await runningPod('split');
    const status = await pods.updateStatus({
      ...running,
      spec: { ...running.spec, nodeName: 'other' } as Pod['spec'],
      status: { ...running.status, phase: 'Failed' } as Pod['status'],
    });
    expect([status.spec?.nodeName, status.status?.phase]).toEqual(['n1', 'Failed']);
    const spec = await pods.patch(
      'split',
      mergePatch({ status: { phase: 'Pending' }, metadata: { labels: { a: 'b' } } }),
      { namespace },
    );
    expect([spec.status?.phase, spec.metadata?.labels]).toEqual(['Failed', { a: 'b' }]);
  });

  test('is evicted as far as its disruption budget allows', async () => {
    const budgets = cluster.client.of(PodDisruptionBudgets);
    await runningPod('guarded-1', { app: 'guarded' });
    await runningPod('guarded-2', { app: 'guarded' });
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } };
    const budget = await budgets.create({ metadata: { name: 'guarded', namespace }, spec } as PodDisruptionBudget);
    const status = {
      disruptionsAllowed: 1,
      currentHealthy: 2,
      desiredHealthy: 1,
      expectedPods: 2,
      observedGeneration: 1,
    };
    await budgets.updateStatus({ ...budget, status });
    const evict = (name: string) =>
      cluster.client
        .of(Pods)
        .createSubresource(
          name,
          'eviction',
          { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } },
          { namespace },
        );
    expect(await evict('guarded-1')).toMatchObject({ status: 'Success' });
    await expect(evict('guarded-2')).rejects.toMatchObject({
      code: 429,
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
    });
    const { status: left } = await budgets.get('guarded', { namespace });
    expect(left?.disruptedPods).toEqual({ 'guarded-1': expect.any(String) });
    expect(left?.conditions).toMatchObject([
      { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '', observedGeneration: 1 },
    ]);
  });

  interface Refusal {
    readonly code: number;
    readonly message?: string;
    readonly cause?: string;
    readonly retryAfterSeconds?: number;
  }

  test.each<[string, object, Refusal]>([
    [
      'whose controller has not seen it',
      { observedGeneration: 0 },
      { code: 429, cause: 'The disruption budget b is still being processed by the server.', retryAfterSeconds: 10 },
    ],
    [
      'that has too few',
      { currentHealthy: 1, desiredHealthy: 1 },
      { code: 429, cause: 'The disruption budget b needs 1 healthy pods and has 1 currently' },
    ],
    [
      'that could not be counted',
      { conditions: [{ reason: 'SyncFailed', message: 'oh no' }] },
      {
        code: 429,
        cause: 'The disruption budget b does not allow evicting pods currently because it failed sync: oh no',
      },
    ],
    [
      'that says why',
      { currentHealthy: 2, conditions: [{ reason: 'Other', message: 'not now' }] },
      { code: 429, cause: 'The disruption budget b does not allow evicting pods currently (Other): not now' },
    ],
    [
      'that does not say why',
      { currentHealthy: 2 },
      { code: 429, cause: 'The disruption budget b does not allow evicting pods currently' },
    ],
    [
      'that is overwhelmed',
      {
        disruptionsAllowed: 1,
        disruptedPods: Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`p-${i}`, '2026-01-01T00:00:00Z'])),
      },
      {
        code: 403,
        message:
          'poddisruptionbudget.policy "b" is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller',
      },
    ],
  ])('is not evicted under a budget %s', async (_, status, { cause, retryAfterSeconds, ...refusal }) => {
    const budgets = cluster.client.of(PodDisruptionBudgets);
    await runningPod('kept', { app: 'kept' });
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } };
    const budget = await budgets.create({ metadata: { name: 'b', namespace }, spec } as PodDisruptionBudget);
    const { conditions = [], ...numbers } = status as { conditions?: object[] };
    const counts = {
      observedGeneration: 1,
      disruptionsAllowed: 0,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
    };
    const told = conditions.map((each) => ({
      type: 'DisruptionAllowed',
      status: 'False',
      lastTransitionTime: '2026-01-01T00:00:00Z',
      ...each,
    }));
    await budgets.updateStatus({
      ...budget,
      status: { ...counts, ...numbers, conditions: told },
    } as never);
    const evicted = cluster.client
      .of(Pods)
      .createSubresource('kept', 'eviction', { metadata: { name: 'kept' } }, { namespace });
    const details = {
      ...(cause ? { causes: [{ reason: 'DisruptionBudget', message: cause }] } : {}),
      ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
    };
    await expect(evicted).rejects.toMatchObject({ ...refusal, status: { details } });
    await budgets.delete('b', { namespace });
    await cluster.client.of(Pods).delete('kept', { namespace, gracePeriodSeconds: 0 });
  });

  describe('whose eviction', () => {
    const evict = (name: string, eviction: object, query: object = {}) =>
      cluster.client
        .of(Pods)
        .createSubresource(name, 'eviction', { metadata: { name }, ...eviction }, { namespace, ...query });
    const within = { namespace };

    test('names another pod is refused', async () => {
      await runningPod('named');
      await expect(evict('named', { metadata: { name: 'other' } })).rejects.toMatchObject({
        code: 400,
        message: 'name in URL does not match name in Eviction object',
      });
    });

    test.each([
      ['eviction', {}],
      ['binding', { target: { name: 'n' } }],
    ])('or %s names another namespace is refused', async (part, body) => {
      const object = { metadata: { name: 'abroad', namespace: 'elsewhere' }, ...body };
      await expect(
        cluster.client.of(Pods).createSubresource('abroad', part, object, { namespace }),
      ).rejects.toMatchObject({
        code: 400,
        message: 'the namespace of the provided object does not match the namespace sent on the request',
      });
    });

    test('is under way says so in the place where it said something before, or last', async () => {
      const pods = cluster.client.of(Pods);
      const conditions = (...types: string[]) =>
        types.map((type) => ({ type, status: type === 'Ready' ? 'True' : 'False' }));
      for (const [name, before] of [
        ['said', conditions('DisruptionTarget', 'Ready')],
        ['unsaid', conditions('Ready')],
      ] as const) {
        await runningPod(name);
        const patch = mergePatch({ status: { conditions: before, observedGeneration: 1 } });
        await pods.patch(name, patch, { namespace, subresource: 'status' });
        await evict(name, {});
        const told = (await pods.get(name, within)).status?.conditions ?? [];
        const types = name === 'said' ? ['DisruptionTarget', 'Ready'] : ['Ready', 'DisruptionTarget'];
        expect(told.map(({ type }) => type)).toEqual(types);
        const target = told.find(({ type }) => type === 'DisruptionTarget');
        expect(target).toMatchObject({ status: 'True', reason: 'EvictionByEvictionAPI' });
        expect(target).not.toHaveProperty('observedGeneration');
      }
    });

    test('contradicts itself is refused', async () => {
      const options = { dryRun: ['All', 'All'] };
      await expect(evict('named', { deleteOptions: options }, { dryRun: true })).rejects.toMatchObject({
        code: 400,
        message: 'Non-matching dry-run options in request and content: [All] and [All All]',
      });
      const ignoring = { ignoreStoreReadErrorWithClusterBreakingPotential: true };
      await expect(evict('named', { deleteOptions: ignoring })).rejects.toMatchObject({
        code: 422,
        message:
          'Eviction.policy "named" is invalid: deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential: Invalid value: true: can not be set for pod eviction, try after removing the option',
      });
    });

    test('is only tried stays, whether that is said beside the eviction or in it', async () => {
      await runningPod('tried');
      expect(await evict('tried', {}, { dryRun: true })).toMatchObject({ status: 'Success' });
      expect(await evict('tried', { deleteOptions: { dryRun: ['All'] } })).toMatchObject({ status: 'Success' });
      expect((await cluster.client.of(Pods).get('tried', within)).metadata?.deletionTimestamp).toBeUndefined();
    });

    test('names another UID is refused', async () => {
      const { metadata } = await runningPod('other');
      await expect(evict('other', { deleteOptions: { preconditions: { uid: 'x' } } })).rejects.toMatchObject({
        code: 409,
        message: `Operation cannot be fulfilled on Pod "other": the UID in the precondition (x) does not match the UID in record (${metadata?.uid}). The object might have been deleted and then recreated`,
      });
    });

    test('is of the version before succeeds', async () => {
      await runningPod('before');
      const eviction = { apiVersion: 'policy/v1beta1', kind: 'Eviction' };
      expect(await evict('before', eviction)).toMatchObject({ status: 'Success' });
    });

    test('is watched over by two budgets is answered with a failure', async () => {
      await runningPod('twice', { app: 'twice' });
      const selector = { matchLabels: { app: 'twice' } };
      for (const name of ['one', 'two'])
        await cluster.client
          .of(PodDisruptionBudgets)
          .create({ metadata: { name, namespace }, spec: { minAvailable: 0, selector } } as PodDisruptionBudget);
      expect(await evict('twice', {})).toMatchObject({
        status: 'Failure',
        code: 500,
        message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      });
    });
  });

  test('is found by the node it runs on', async () => {
    const list = await cluster.client.of(Pods).list({ fieldSelector: 'spec.nodeName=n1,metadata.name=bound' });
    expect(list.items.map((each) => each.metadata?.name)).toEqual(['bound']);
    const unknown = cluster.client.of(Pods).list({ fieldSelector: 'spec.nothing=1' });
    await expect(unknown).rejects.toMatchObject({ code: 400, message: 'field label not supported: spec.nothing' });
  });

  test.each([
    ['of a kind that has fields of its own', Nodes, 'field label not supported: x'],
    [
      'of a kind that has none',
      Deployments,
      '"x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    ['of a Job', Jobs, 'field label "x" not supported for Job'],
  ])('is not found by a field %s that nobody knows', async (_, definition: AnyResourceDefinition, message) => {
    const list = cluster.client.of(definition).list({ fieldSelector: 'x=1' });
    await expect(list).rejects.toMatchObject({ code: 400, message });
  });
});

describe('a service', () => {
  const service = (name: string, spec: object): Service =>
    ({ metadata: { name, namespace }, spec: { ports: [{ port: 80 }], ...spec } }) as Service;

  test('gets an address of its own, and a node port when it asks for one', async () => {
    const services = cluster.client.of(Services);
    const [a, b] = [await services.create(service('a', {})), await services.create(service('b', { type: 'NodePort' }))];
    expect(a.spec?.clusterIP).toMatch(/^10\.(9[6-9]|1[01]\d)\.\d+\.\d+$/);
    expect(a.spec?.clusterIP).not.toBe(b.spec?.clusterIP);
    expect(b.spec?.ports?.[0]?.nodePort).toBeGreaterThanOrEqual(30000);
  });

  test('may ask for an address that is free, and only for that', async () => {
    const services = cluster.client.of(Services);
    await services.create(service('fixed', { clusterIP: '10.96.7.7' }));
    await expect(services.create(service('twice', { clusterIP: '10.96.7.7' }))).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining('provided IP is already allocated'),
    });
    await services.delete('fixed', { namespace });
    expect((await services.create(service('twice', { clusterIP: '10.96.7.7' }))).spec?.clusterIPs).toEqual([
      '10.96.7.7',
    ]);
  });
});

test('fields whose feature is off are dropped on every way in', async () => {
  const leases = cluster.client.of(Leases);
  const lease = { metadata: { name: 'plain', namespace }, spec: { strategy: 'OldestEmulationVersion' } } as Lease;
  expect((await leases.create(lease)).spec).toEqual({});
  expect((await leases.patch('plain', mergePatch(lease), { namespace })).spec).toEqual({});
});

test('generations of drivers count from their first change', async () => {
  const drivers = cluster.client.of(CSIDrivers);
  const made = await drivers.create({ metadata: { name: 'csi.example.com' }, spec: {} } as CSIDriver);
  const changed = await drivers.patch('csi.example.com', mergePatch({ spec: { podInfoOnMount: true } }));
  expect([made.metadata?.generation, changed.metadata?.generation]).toEqual([undefined, 1]);
});

test('generations that nobody counts stay as they were made', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const made = await maps.create({ metadata: { name: 'numbered', namespace, generation: 7 } } as ConfigMap);
  const counted = await cluster.client.of(Leases).create({ metadata: { name: 'numbered', namespace } } as Lease);
  const changed = await maps.patch('numbered', mergePatch({ data: { a: 'b' }, metadata: { generation: 9 } }), {
    namespace,
  });
  const generations = [made, changed, counted].map(({ metadata }) => metadata?.generation);
  expect(generations).toEqual([7, 7, undefined]);
  await expect(maps.create({ metadata: { name: 'negative', namespace, generation: -1 } } as ConfigMap)).rejects.toThrow(
    'metadata.generation: Invalid value: -1: must be greater than or equal to 0',
  );
});

test('the status of a range of service addresses is written apart from all else', async () => {
  const ranges = cluster.client.of(ServiceCIDRs);
  const at = '2026-01-02T03:04:05Z';
  const status = (message: string) => ({
    conditions: [{ type: 'Ready', status: 'False', reason: 'Told', message, lastTransitionTime: at }],
  });
  const range = { metadata: { name: 'told' }, spec: { cidrs: ['10.98.0.0/24'] }, status: status('first') };
  const made = await ranges.create(range as unknown as ServiceCIDR);
  const changed = await ranges.update({ ...made, status: status('second') } as ServiceCIDR);
  const told = await ranges.updateStatus({ ...changed, status: status('third') } as ServiceCIDR);
  expect([made, changed, told].map((each) => each.status)).toEqual([{}, {}, status('third')]);
});

test('labels of endpoint slices count as changes of them, annotations do not', async () => {
  const slices = cluster.client.of(EndpointSlices);
  const slice = { metadata: { name: 's', namespace }, addressType: 'IPv4', endpoints: [] } as unknown as EndpointSlice;
  await slices.create(slice);
  const generations: (number | undefined)[] = [];
  for (const metadata of [{ annotations: { a: 'b' } }, { labels: { a: 'b' } }]) {
    generations.push((await slices.patch('s', mergePatch({ metadata }), { namespace })).metadata?.generation);
  }
  expect(generations).toEqual([1, 2]);
});

test('finalizers that take the place of others are named', async () => {
  const namespaces = cluster.client.of(Namespaces);
  await namespaces.create({ metadata: { name: 'finalized' } } as Namespace);
  const finalize = (...finalizers: string[]) =>
    namespaces.update({ metadata: { name: 'finalized' }, spec: { finalizers } } as unknown as Namespace, {
      subresource: 'finalize',
    });
  await expect(finalize('kubernetes', 'a')).rejects.toThrow(
    'spec.finalizers[1]: Invalid value: "a": name is neither a standard finalizer name nor is it fully qualified',
  );
  expect((await finalize('a.b/c')).spec?.finalizers).toEqual(['a.b/c']);
});

test('limits without a name get one', async () => {
  const range = { metadata: { namespace }, spec: { limits: [] } } as unknown as LimitRange;
  const { metadata } = await cluster.client.of(LimitRanges).create(range);
  expect(metadata?.name).toMatch(/^[0-9a-f-]{36}$/);
});

test('PUT creates a lease that is not there', async () => {
  const lease = { metadata: { name: 'made', namespace }, spec: { holderIdentity: 'me' } } as Lease;
  expect(await cluster.client.of(Leases).update(lease)).toMatchObject({ spec: { holderIdentity: 'me' } });
});

test('an event can be read in both groups', async () => {
  const event = {
    metadata: { name: 'e', namespace },
    involvedObject: { kind: 'Pod', name: 'p', namespace },
    reason: 'Tested',
    message: 'hello',
    type: 'Normal',
  };
  await cluster.client.of(Events).create(event as Event);
  expect(await cluster.client.of(EventsV1).get('e', { namespace })).toMatchObject({
    apiVersion: 'events.k8s.io/v1',
    note: 'hello',
    regarding: { name: 'p' },
  });
});

test('replacements without a namespace or a revision all succeed, whoever else writes at the same time', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const name = 'replaced';
  await maps.create({ metadata: { name, namespace } });
  const indexes = Array.from({ length: 10 }, (_, index) => String(index));
  const replaced = await Promise.all(
    indexes.map((index) => maps.update({ metadata: { name }, data: { index } } as ConfigMap, { namespace })),
  );
  expect(replaced.map(({ data, metadata }) => [data?.['index'], metadata?.namespace])).toEqual(
    indexes.map((index) => [index, namespace]),
  );
});

describe('pods that are alike', () => {
  const pods = () => cluster.client.of(Pods);
  const bind = (name: string) =>
    pods().createSubresource(
      name,
      'binding',
      { metadata: { name }, target: { kind: 'Node', name: 'n1' } },
      { namespace },
    );

  test('have one specification in common, on a node too, until one of them changes', async () => {
    const names = ['like-0', 'like-1', 'like-2', 'like-3'];
    const made: Pod[] = [];
    for (const name of names) made.push(await pods().create(pod(name)));
    // The first of a kind is not known to come again.
    expect(new Set(made.slice(1).map(({ spec }) => spec)).size).toBe(1);
    await bind('like-2');
    const [before, bound] = await Promise.all(['like-1', 'like-2'].map((name) => pods().get(name, { namespace })));
    expect(bound?.spec).toEqual({ ...before?.spec, nodeName: 'n1' });
    expect(bound?.spec?.volumes).toBe(before?.spec?.volumes);
    await pods().patch('like-3', mergePatch({ spec: { activeDeadlineSeconds: 5 } }), { namespace });
    const { items } = await pods().list({ namespace });
    const deadlines = items
      .filter(({ metadata }) => names.includes(metadata?.name as string))
      .map(({ spec }) => spec?.activeDeadlineSeconds);
    expect(deadlines).toEqual([undefined, undefined, undefined, 5]);
  });

  test('are refused and warned of each time', async () => {
    const wrong = (name: string) => ({
      ...pod(name),
      spec: { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 0 }] }] },
    });
    for (const name of ['wrong-0', 'wrong-1', 'wrong-2'])
      await expect(pods().create(wrong(name) as Pod)).rejects.toMatchObject({ code: 422 });
    const odd = { ...pod('odd'), spec: { ...pod('odd').spec, nodeSelector: { 'beta.kubernetes.io/os': 'linux' } } };
    const call = createCall(await cluster.listen());
    for (const name of ['odd-0', 'odd-1', 'odd-2']) {
      const body = JSON.stringify({ ...odd, metadata: { name } });
      const { code, headers } = await call(`/api/v1/namespaces/${namespace}/pods`, { method: 'POST', body });
      expect([code, headers.warning]).toEqual([201, expect.stringContaining('beta.kubernetes.io/os')]);
    }
  });
});

describe('clients are warned', () => {
  const warningOf = async (path: string, method: string, body?: object) => {
    const call = createCall(await cluster.listen());
    const { code, headers } = await call(path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    return [code, headers.warning];
  };

  test('who delete Jobs without a word about their pods', async () => {
    const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const text =
      '299 - "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning"';
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } };
    for (const name of ['warned-1', 'warned-2', 'warned-3'])
      await warningOf(jobs, 'POST', { metadata: { name }, spec: { suspend: true, template } });
    expect(await warningOf(`${jobs}/warned-1`, 'DELETE')).toEqual([200, text]);
    expect(await warningOf(`${jobs}/warned-2`, 'DELETE', { propagationPolicy: 'Orphan' })).toEqual([200, undefined]);
    expect(await warningOf(`${jobs}/warned-3?orphanDependents=true`, 'DELETE')).toEqual([200, undefined]);
    expect(await warningOf(`${jobs}?labelSelector=none`, 'DELETE')).toEqual([200, text]);
    expect(await warningOf(`/api/v1/namespaces/${namespace}/replicationcontrollers`, 'DELETE')).toEqual([
      200,
      undefined,
    ]);
  });

  test('who keep a certificate without its key', async () => {
    const secret = {
      metadata: { name: 'pair' },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': 'eA==', 'tls.key': '' },
    };
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;
    const text = '299 - "tls: failed to find any PEM data in certificate input"';
    expect(await warningOf(secrets, 'POST', secret)).toEqual([201, text]);
    expect(await warningOf(`${secrets}/pair`, 'PUT', secret)).toEqual([200, text]);
  });
});

describe('a replacement of what needs a revision', () => {
  const put = async (path: string, body: object) => {
    const call = createCall(await cluster.listen());
    const { code, json } = await call(path, { method: 'PUT', body: JSON.stringify(body) });
    return [code, json.message ?? json.metadata.name];
  };
  const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/led`;
  const CLASS = '/apis/node.k8s.io/v1/runtimeclasses/fast';
  const DRIVER = '/apis/storage.k8s.io/v1/csidrivers/none';

  test.each([
    [LEASE, { metadata: { name: 'led' } }, 'leases.coordination.k8s.io "led"'],
    [CLASS, { metadata: { name: 'fast' }, handler: 'h' }, 'runtimeclasses.node.k8s.io "fast"'],
  ])('%s may create and is refused without it', async (path, body, what) => {
    expect((await put(path, body))[0]).toBe(201);
    expect(await put(path, body)).toEqual([
      422,
      `${what} is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`,
    ]);
  });

  test('says first that it is not there', async () => {
    expect(await put(DRIVER, { metadata: { name: 'none' }, spec: {} })).toEqual([
      404,
      'csidrivers.storage.k8s.io "none" not found',
    ]);
  });
});

describe('a revision that an object to be written names', () => {
  const write = async (method: string, path: string, resourceVersion: string, more: object = {}) => {
    const call = createCall(await cluster.listen());
    const body = JSON.stringify({ metadata: { name: 'revised', resourceVersion }, ...more });
    const { code, json } = await call(`/api/v1/namespaces/${namespace}/configmaps${path}`, { method, body });
    return [code, json.reason, json.message ?? json.metadata.name];
  };

  test('is not for new ones, but counts only as a number', async () => {
    const refused = [400, 'BadRequest', 'resourceVersion should not be set on objects to be created'];
    expect(await write('POST', '', '5')).toEqual(refused);
    expect((await write('POST', '?dryRun=All', '5'))[0]).toBe(201);
    expect((await write('POST', '', '5', { data: { '/': '' } }))[0]).toBe(422);
    expect(await write('POST', '', 'x')).toEqual([201, undefined, 'revised']);
    expect(await write('POST', '', '5')).toEqual(refused);
  });

  test('is compared as a number, and refused where it is none', async () => {
    const { metadata } = await cluster.client.of(ConfigMaps).get('revised', { namespace });
    expect((await write('PUT', '/revised', `00${metadata?.resourceVersion}`))[0]).toBe(200);
    expect((await write('PUT', '/revised', '00'))[0]).toBe(200);
    expect((await write('PUT', '/revised', '1'))[0]).toBe(409);
    const fault = 'strconv.ParseUint: parsing "x": invalid syntax';
    expect(await write('PUT', '/revised', 'x')).toEqual([400, 'BadRequest', fault]);
  });
});

test('what only the server sets is nobody’s in a new object', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const metadata = {
    name: 'system',
    namespace,
    deletionTimestamp: '2001-01-01T00:00:00Z',
    deletionGracePeriodSeconds: 1,
  };
  const made = await maps.create({ metadata, data: { a: 'b' } } as ConfigMap);
  expect(made.metadata?.deletionTimestamp).toBeUndefined();
  expect(made.metadata?.managedFields?.map(({ fieldsV1 }) => fieldsV1)).toEqual([{ 'f:data': { '.': {}, 'f:a': {} } }]);
});
