import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { jsonPatch } from '#client/options.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { createSchedulerComponent } from '#cluster/scheduler-component.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { readSchedulerConfiguration } from '../configuration/scheduler-configuration.ts';
import { ClusterState } from '../state/cluster-state.ts';
import { makeNode, makePod } from '../testing/harness.ts';
import type { Extender } from './extender.ts';
import { ExtenderClient } from './extender-client.ts';
import { Extenders } from './extenders.ts';

type Handler = (verb: string, args: Record<string, unknown>) => unknown;
let cluster: Cluster;
let handle: Handler;
const servers: Server[] = [];
const asked: string[] = [];
const namespace = 'default';

const listener: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const verb = request.url?.slice(1) ?? '';
    asked.push(verb);
    const answer = handle(verb, JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
    response.statusCode = answer === undefined ? 500 : 200;
    response.end(JSON.stringify(answer ?? {}));
  });
};

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  const authority = await CertificateAuthority.create('extenders', systemClock);
  const { certificate, key } = await authority.issue({ commonName: 'extender', hosts: ['127.0.0.1'] });
  const plain = await listen(createServer(listener));
  const secure = await listen(createSecureServer({ cert: certificate, key }, listener));
  const configuration = readSchedulerConfiguration(`
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
podInitialBackoffSeconds: 1
extenders:
- urlPrefix: http://127.0.0.1:${plain}
  filterVerb: broken
  ignorable: true
- urlPrefix: http://127.0.0.1:${plain}
  filterVerb: filter
  prioritizeVerb: prioritize
  weight: 100
  nodeCacheCapable: true
- urlPrefix: https://127.0.0.1:${secure}
  filterVerb: secureFilter
  preemptVerb: preempt
  bindVerb: bind
  httpTimeout: 2s
  tlsConfig: { caData: ${Buffer.from(authority.pair.certificate).toString('base64')} }
  managedResources: [{ name: example.com/thing, ignoredByScheduler: true }]
`);
  cluster = await Cluster.start({
    controllers: false,
    scheduler: false,
    disableAdmissionPlugins: ['ServiceAccount', 'Priority'],
  });
  cluster.run(createSchedulerComponent(cluster.environment, configuration));
  for (const name of ['a', 'b', 'c']) {
    const capacity = { cpu: '1', memory: '8Gi', pods: '110' };
    const nodes = cluster.client.of(Nodes);
    await nodes.create({ metadata: { name }, spec: {}, status: { capacity, allocatable: capacity } } as Node);
    await nodes.patch(name, jsonPatch([{ op: 'replace', path: '/spec/taints', value: [] }]));
  }
});
beforeEach(() => {
  asked.length = 0;
  handle = everything;
});
afterAll(async () => {
  await cluster.stop();
  for (const server of servers) server.close();
});

const namesOf = ({ Nodes: nodes, NodeNames: names }: Record<string, unknown>): string[] =>
  (names as string[] | null) ?? (nodes as { items: Node[] }).items.map(({ metadata }) => metadata?.name ?? '');

/** Lets everything pass, and fails where it is said to be broken. */
const everything: Handler = (verb, args) => {
  if (verb === 'filter') return { NodeNames: namesOf(args) };
  if (verb === 'secureFilter') return { nodes: args['Nodes'], failedNodes: {} };
  if (verb === 'prioritize') return namesOf(args).map((Host) => ({ Host, Score: 0 }));
  return undefined;
};

const addPod = (name: string, requests: Record<string, string> = {}, spec: object = {}) =>
  cluster.client.of(Pods).create({
    metadata: { name, namespace },
    spec: { containers: [{ name: 'c', image: 'x', resources: { requests, limits: requests } }], ...spec },
  } as Pod);
const podOf = (name: string) => cluster.client.of(Pods).get(name, { namespace });
const bound = (name: string) => waitFor(async () => (await podOf(name)).spec?.nodeName);
const conditionOf = (name: string) =>
  waitFor(async () => (await podOf(name)).status?.conditions?.find(({ type }) => type === 'PodScheduled'));

test('an extender leaves out nodes and prefers others; one that may fail does not matter', async () => {
  handle = (verb, args) => {
    if (verb === 'filter') return { NodeNames: ['b', 'c'], FailedNodes: { a: 'not on a' } };
    if (verb === 'prioritize') return namesOf(args).map((Host) => ({ Host, Score: Host === 'c' ? 10 : 0 }));
    return undefined;
  };
  await addPod('preferred');
  expect(await bound('preferred')).toBe('c');
  expect(asked).toEqual(['filter', 'broken', 'prioritize']);
});

test('what extenders say of nodes is told to people', async () => {
  handle = (verb) =>
    verb === 'filter'
      ? { NodeNames: [], FailedNodes: { a: 'full up' }, FailedAndUnresolvableNodes: { b: 'never', c: 'never' } }
      : undefined;
  await addPod('refused');
  expect((await conditionOf('refused'))?.message).toMatch(/^0\/3 nodes are available: 1 full up, 2 never\. /);
  handle = everything;
  await addPod('wakes-the-other');
  await bound('refused');
});

test('when an extender fails that must not, that is an error', async () => {
  handle = (verb, args) => (verb === 'filter' ? { NodeNames: [], Error: 'out of order' } : everything(verb, args));
  await addPod('failed');
  expect(await conditionOf('failed')).toMatchObject({ reason: 'SchedulerError', message: 'out of order' });
  handle = everything;
  await bound('failed');
});

test('an extender sees only to pods that ask for its resources, and binds these', async () => {
  const bindings: unknown[] = [];
  handle = (verb, args) => {
    if (verb !== 'bind') return everything(verb, args);
    bindings.push(args);
    return bindFor(args);
  };
  await addPod('managed', { 'example.com/thing': '1' });
  const node = await bound('managed');
  const uid = (await podOf('managed')).metadata?.uid;
  expect(bindings).toEqual([{ PodName: 'managed', PodNamespace: namespace, PodUID: uid, Node: node }]);
  expect(asked).toContain('secureFilter');
});

test('an extender chooses among those that would be sent away', async () => {
  const low = { terminationGracePeriodSeconds: 0, priority: 1 };
  for (const name of ['a', 'b', 'c']) {
    await addPod(`low-${name}`, { cpu: '900m' }, { ...low, nodeSelector: {}, affinity: onlyOn(name) });
    await bound(`low-${name}`);
  }
  const proposed: unknown[] = [];
  handle = (verb, args) => {
    if (verb === 'bind') return bindFor(args);
    if (verb !== 'preempt') return everything(verb, args);
    const victims = args['NodeNameToVictims'] as Record<string, { Pods: Pod[] }>;
    proposed.push(Object.keys(victims).sort());
    const pods = victims['b']?.Pods.map(({ metadata }) => ({ UID: metadata?.uid }));
    return { NodeNameToMetaVictims: { b: { Pods: pods, NumPDBViolations: 0 } } };
  };
  await addPod('high', { cpu: '900m', 'example.com/thing': '1' }, { priority: 100 });
  expect(await bound('high')).toBe('b');
  expect(proposed[0]).toEqual(['a', 'b', 'c']);
});

/** An extender that does what is said, and nothing else. */
const made = (parts: Partial<Extender>): Extender =>
  ({ name: 'made', isIgnorable: false, isInterested: () => true, close: () => {}, ...parts }) as Extender;

test('a pod is bound here when the extender that binds fails and may', async () => {
  const failing = { binds: true, bind: () => Promise.reject(new Error('oh no')) };
  const bind = (extender: Extender) =>
    new Extenders([extender], new ClusterState(), silentLogger).bind(makePod('p'), 'n');
  await expect(bind(made({ ...failing, isIgnorable: true }))).resolves.toBe(false);
  await expect(bind(made(failing))).rejects.toThrow('oh no');
});

describe('an extender that is asked about victims', () => {
  const state = new ClusterState();
  state.setNode(makeNode('n'));
  const [proposed, other] = ['proposed', 'other'].map((name) => state.describe(makePod(name)));
  for (const info of [proposed, other]) if (info) state.placePod(info, 'n');
  const ask = async (answer: Record<string, string[]>, isIgnorable = false) => {
    const preempt = async () =>
      new Map(Object.entries(answer).map(([name, uids]) => [name, { uids, violations: 1 }] as const));
    const extenders = new Extenders([made({ preempts: true, preempt, isIgnorable })], state, silentLogger);
    const left = await extenders.preempt(
      makePod('p'),
      new Map([['n', { pods: proposed ? [proposed] : [], violations: 0 }]]),
    );
    return [...left].map(([name, { pods, violations }]) => [name, pods.map(({ uid }) => uid), violations]);
  };

  test('may name others on the node', async () => {
    expect(await ask({ n: ['uid-of-other'] })).toEqual([['n', ['uid-of-other'], 1]]);
  });

  test('may name none where it may fail, and then the node is left out', async () => {
    expect(await ask({ n: [] }, true)).toEqual([]);
    await expect(ask({ n: [] })).rejects.toThrow('expected at least one victim pod on node "n"');
  });

  test('names what is not there', async () => {
    expect(await ask({ n: ['x'] }, true)).toEqual([['n', ['uid-of-proposed'], 0]]);
    await expect(ask({ n: ['x'] })).rejects.toThrow('but the pod is not found on that node');
    await expect(ask({ m: ['x'] })).rejects.toThrow('nodeinfo not found for node name "m"');
  });
});

test('whether an extender is asked by HTTPS is said by its URL, and what goes wrong as by upstream', async () => {
  const server = createServer(() => {});
  const port = await listen(server);
  const late = new ExtenderClient({ timeoutMs: 50, tls: { insecure: true } });
  await expect(late.post(`http://127.0.0.1:${port}/filter`, {})).rejects.toThrow(
    `Post "http://127.0.0.1:${port}/filter": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  );
  late.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const refused = new ExtenderClient({ timeoutMs: 5000 });
  await expect(refused.post(`https://127.0.0.1:${port}/filter`, {})).rejects.toThrow(
    `Post "https://127.0.0.1:${port}/filter": dial tcp 127.0.0.1:${port}: connect: connection refused`,
  );
  refused.close();
});

const onlyOn = (name: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
    },
  },
});

/** What an extender does that binds. */
function bindFor({ PodName: name, PodUID: uid, Node: node }: Record<string, unknown>): object {
  const target = { apiVersion: 'v1', kind: 'Node', name: node };
  void cluster.client
    .of(Pods)
    .createSubresource(String(name), 'binding', { metadata: { name, namespace, uid }, target }, { namespace });
  return {};
}
