import { request as httpsRequest } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import { FlowSchemas } from '#api/flowcontrol/v1/flow-schema.ts';
import { AUTO_UPDATE } from '#api/flowcontrol/v1/mandatory-objects.ts';
import { PriorityLevelConfigurations } from '#api/flowcontrol/v1/priority-level-configuration.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { mergePatch } from '#client/options.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { FlowControl } from './flow-control.ts';
import type { FlowRequest } from './flow-matching.ts';
import { RefusedRequests } from './refused-requests.ts';
import { requestWidth } from './request-width.ts';
import { WatchCounts } from './watch-counts.ts';

const target = (resource: string, more: object = {}) => ({
  verb: 'get' as const,
  group: '',
  version: 'v1',
  resource,
  namespace: 'shop',
  name: 'x',
  subresource: '',
  subpath: '',
  ...more,
});

const AUTHENTICATED = 'system:authenticated';
const request = (name: string, groups: string[], more: Partial<FlowRequest> = {}): FlowRequest => ({
  user: { name, groups: [...groups, AUTHENTICATED] },
  verb: 'get',
  path: '/api/v1/namespaces/shop/pods/x',
  target: target('pods'),
  ...more,
});
const LEASE = target('leases', { group: 'coordination.k8s.io', namespace: 'kube-system' });
const ROBOT = 'system:serviceaccount:shop:robot';
const ROBOT_GROUPS = ['system:serviceaccounts', 'system:serviceaccounts:shop'];

describe('the schemas of a new cluster', () => {
  const cases: [string, FlowRequest, string, string][] = [
    ['masters', request('admin', ['system:masters']), 'exempt', 'exempt'],
    ['probes', request('system:anonymous', [], { target: undefined, path: '/livez' }), 'probes', 'exempt'],
    ['nodes', request('system:node:a', ['system:nodes']), 'system-nodes', 'system'],
    [
      'node heartbeats',
      request('system:node:a', ['system:nodes'], { verb: 'update', target: LEASE }),
      'system-node-high',
      'node-high',
    ],
    [
      'leader election',
      request('system:kube-scheduler', [], { target: LEASE }),
      'system-leader-election',
      'leader-election',
    ],
    ['the scheduler', request('system:kube-scheduler', []), 'kube-scheduler', 'workload-high'],
    ['service accounts', request(ROBOT, ROBOT_GROUPS), 'service-accounts', 'workload-low'],
    [
      'system service accounts',
      request('system:serviceaccount:kube-system:dns', ['system:serviceaccounts']),
      'kube-system-service-accounts',
      'workload-high',
    ],
    ['people', request('jane', []), 'global-default', 'global-default'],
    [
      'who has no group',
      { ...request('x', []), user: { name: 'x', groups: ['system:unauthenticated'] } },
      'global-default',
      'global-default',
    ],
  ];
  test.each(cases)('sort %s', (_, each, schema, level) => {
    const flow = new FlowControl({ clock: new VirtualClock() }).classify(each);
    expect([flow.schema.metadata?.name, flow.level.name]).toEqual([schema, level]);
  });

  test('divide 600 seats', () => {
    const { levels } = new FlowControl({ clock: new VirtualClock() });
    expect(Object.fromEntries(levels.map(({ name, bounds: { nominal, lower } }) => [name, [nominal, lower]]))).toEqual({
      'catch-all': [13, 13],
      exempt: [0, 0],
      'global-default': [49, 24],
      'leader-election': [25, 25],
      'node-high': [98, 73],
      system: [74, 50],
      'workload-high': [98, 49],
      'workload-low': [245, 24],
    });
  });
});

describe('the width of a request', () => {
  const source = {
    stored: () => ({ count: 950, averageBytes: 1000 }),
    watches: () => 0,
    level: { seats: 245, handSize: 6 },
  };
  const list = target('pods', { verb: 'list', name: '' });
  const watch = target('pods', { verb: 'watch', name: '' });
  test.each([
    ['a get', target('pods'), '', 1],
    ['a list', list, '', 10],
    ['a page', list, 'limit=250', 3],
    ['a page of what is selected', list, 'limit=250&labelSelector=a', 3],
    ['a page of an older list', list, 'limit=250&continue=x', 3],
    ['a page of what is selected of an older list', list, 'limit=250&labelSelector=a&continue=x', 5],
    ['a page of what is selected of an exact revision', list, 'limit=250&labelSelector=a&resourceVersion=7', 5],
    ['a list of one object', list, 'fieldSelector=metadata.name%3Dx', 1],
    ['a watch', watch, 'resourceVersion=5', 1],
    ['a watch that begins with the state', watch, 'sendInitialEvents=true', 10],
    ['a watch from anywhere', watch, '', 10],
    ['the end of a collection', target('pods', { verb: 'deletecollection', name: '' }), '', 1],
  ])('%s', (_, of, query, seats) => {
    expect(requestWidth({ target: of, query: new URLSearchParams(query) }, source)).toEqual({ seats, additionalMs: 0 });
  });

  test.each([
    ['few that are large', '', { count: 30, averageBytes: 20_000 }, 6],
    ['many that are small', '', { count: 3000, averageBytes: 50 }, 2],
    ['one that is large', 'fieldSelector=metadata.name%3Dx', { count: 5, averageBytes: 250_000 }, 3],
    ['none', '', { count: 0, averageBytes: 0 }, 1],
  ])('that lists %s', (_, query, stored, seats) => {
    const request = { target: list, query: new URLSearchParams(query) };
    expect(requestWidth(request, { ...source, stored: () => stored }).seats).toBe(seats);
  });

  test.each([
    [{ seats: 20, handSize: 2 }, 3],
    [{ seats: 20, handSize: 8 }, 2],
    [{ seats: 5, handSize: 8 }, 1],
    [{ seats: 5 }, 10],
  ])('is limited by its level, %j', (level, seats) => {
    expect(requestWidth({ target: list, query: new URLSearchParams() }, { ...source, level }).seats).toBe(seats);
  });

  test.each([
    [9, 1, 0],
    [10, 1, 5],
    [45, 5, 5],
    [200, 10, 10],
  ])('a write that %i watches are told of', (watches, seats, additionalMs) => {
    const write = { target: target('pods', { verb: 'create', name: '' }), query: new URLSearchParams() };
    expect(requestWidth(write, { ...source, watches: () => watches })).toEqual({ seats, additionalMs });
    const token = { ...write, target: target('serviceaccounts', { verb: 'create', subresource: 'token' }) };
    expect(requestWidth(token, { ...source, watches: () => watches })).toEqual({ seats: 1, additionalMs: 0 });
  });
});

describe('watches that a write concerns', () => {
  const of = (namespace: string, name: string) => ({ group: '', resource: 'pods', namespace, name });
  const counts = new WatchCounts();
  const add = (namespace: string, name: string, selector = '') =>
    counts.add(of(namespace, name), new URLSearchParams(selector === '' ? {} : { fieldSelector: selector }));

  test('are those of everything, of its namespace and of itself', () => {
    const forget = [add('', ''), add('a', ''), add('a', 'x'), add('a', '', 'metadata.name=x'), add('b', '')];
    add('', '', 'spec.nodeName=n1');
    expect([of('a', 'x'), of('a', 'y'), of('b', ''), of('c', '')].map((each) => counts.concerning(each))).toEqual([
      4, 2, 2, 1,
    ]);
    for (const each of forget) each();
    expect(counts.concerning(of('a', 'x'))).toBe(0);
  });
});

test('the more requests are refused, the longer clients are told to stay away', async () => {
  const clock = new VirtualClock();
  const refused = new RefusedRequests(clock);
  const second = async (count: number) => {
    const answers = Array.from({ length: count }, () => refused.retryAfter('system'));
    await clock.advance(1000);
    return answers.at(-1);
  };
  expect([await second(3), await second(3), await second(3), await second(1), await second(1)]).toEqual([
    1, 2, 2, 4, 4,
  ]);
  await clock.advance(10_000);
  expect([await second(1), await second(1), await second(1), await second(1)]).toEqual([3, 2, 2, 2]);
  expect(refused.retryAfter('other')).toBe(1);
});

describe('over HTTPS', () => {
  let cluster: Cluster;
  afterEach(() => cluster.stop());
  const start = async (totalSeats = 600) => {
    cluster = await Cluster.start({ controllers: false, scheduler: false, operations: { totalSeats } });
    const endpoint = await cluster.listen();
    return { endpoint, call: createCall(endpoint) };
  };
  const uidsOf = async (schema: string, level: string) => ({
    schema: (await cluster.client.of(FlowSchemas).get(schema)).metadata?.uid,
    level: (await cluster.client.of(PriorityLevelConfigurations).get(level)).metadata?.uid,
  });

  test('answers name their schema and level', async () => {
    const { call } = await start();
    const uids = await uidsOf('exempt', 'exempt');
    await waitFor(async () => {
      const { headers } = await call('/api/v1/namespaces');
      expect(headers).toMatchObject({
        'x-kubernetes-pf-flowschema-uid': uids.schema,
        'x-kubernetes-pf-prioritylevel-uid': uids.level,
      });
      return true;
    });
  });

  test('a user without a seat is told to come again, and gets one when another is done', async () => {
    const { endpoint, call } = await start();
    await cluster.client.of(PriorityLevelConfigurations).create({
      metadata: { name: 'narrow' },
      spec: {
        type: 'Limited',
        limited: { nominalConcurrencyShares: 0, lendablePercent: 0, limitResponse: { type: 'Reject' } },
      },
    });
    await cluster.client.of(FlowSchemas).create({
      metadata: { name: 'jane' },
      spec: {
        priorityLevelConfiguration: { name: 'narrow' },
        matchingPrecedence: 500,
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'jane' } }],
            resourceRules: [
              { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] },
            ],
          },
        ],
      },
    });
    await cluster.client.of(ClusterRoleBindings).create({
      metadata: { name: 'jane' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    });
    const { level } = await uidsOf('jane', 'narrow');
    const { certificate: cert, key } = await endpoint.certificateFor('jane', []);
    const ask = () => call('/api/v1/namespaces', { identity: { cert, key } });
    await waitFor(async () => (await ask()).headers['x-kubernetes-pf-prioritylevel-uid'] === level);
    // A request whose body never comes holds its seat.
    const slow = httpsRequest(`${endpoint.server}/api/v1/namespaces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '10' },
      ca: endpoint.ca,
      cert,
      key,
    });
    slow.once('error', () => {});
    slow.flushHeaders();
    const refused = await waitFor(async () => {
      const answer = await ask();
      return answer.code === 429 && answer;
    });
    expect([refused.headers['content-type'], refused.bytes.toString()]).toEqual([
      'text/plain; charset=utf-8',
      'Too many requests, please try again later.\n',
    ]);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await call('/api/v1/namespaces')).code).toBe(200);
    slow.destroy();
    await waitFor(async () => (await ask()).code === 200);
  });

  test('a schema without level is called dangling until there is one', async () => {
    await start();
    const schemas = cluster.client.of(FlowSchemas);
    await schemas.create({ metadata: { name: 'lost' }, spec: { priorityLevelConfiguration: { name: 'none' } } });
    const condition = async () =>
      (await schemas.get('lost')).status?.conditions?.map(({ type, status, reason }) => [type, status, reason]);
    await waitFor(async () => {
      expect(await condition()).toEqual([['Dangling', 'True', 'NotFound']]);
      return true;
    });
    await cluster.client.of(PriorityLevelConfigurations).create({
      metadata: { name: 'none' },
      spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
    });
    await waitFor(async () => {
      expect(await condition()).toEqual([['Dangling', 'False', 'Found']]);
      return true;
    });
  });

  test('bootstrap objects come back, and keep a spec of people who say so', async () => {
    await start();
    const schemas = cluster.client.of(FlowSchemas);
    const levels = cluster.client.of(PriorityLevelConfigurations);
    await schemas.delete('exempt');
    await waitFor(() =>
      schemas.get('exempt').then(
        () => true,
        () => false,
      ),
    );
    const sharesOf = (level: { spec?: { limited?: { nominalConcurrencyShares?: number } } }) =>
      level.spec?.limited?.nominalConcurrencyShares;
    const withShares = (level: Awaited<ReturnType<typeof levels.get>>, keep: 'true' | 'false') => ({
      ...level,
      metadata: { ...level.metadata, annotations: { [AUTO_UPDATE]: keep } },
      spec: {
        ...level.spec,
        type: 'Limited' as const,
        limited: { ...level.spec?.limited, nominalConcurrencyShares: 7 },
      },
    });
    await levels.update(withShares(await levels.get('system'), 'true'));
    await waitFor(async () => sharesOf(await levels.get('system')) === 30);
    await levels.update(withShares(await levels.get('node-high'), 'false'));
    await expect(levels.update(withShares(await levels.get('catch-all'), 'false'))).rejects.toMatchObject({
      message: expect.stringContaining("spec of 'catch-all' must equal the fixed value"),
    });
    const lent = { spec: { exempt: { nominalConcurrencyShares: 3, lendablePercent: 9 } } };
    await levels.patch('exempt', mergePatch(lent));
    expect((await levels.get('exempt')).spec).toEqual({ type: 'Exempt', ...lent.spec });
    expect(sharesOf(await levels.get('node-high'))).toBe(7);
  });
});
