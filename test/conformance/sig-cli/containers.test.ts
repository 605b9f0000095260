import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseYaml } from '#machinery/codec/yaml.ts';
import { whyNoContainers } from '../../e2e/support/can-run-containers.ts';
import { eventually } from '../../e2e/support/knarr.ts';
import { ContainerCluster, IMAGE } from '../support/container-cluster.ts';
import type { Body } from '../support/rest.ts';

/** Behaviours that are seen from inside a container, with the real kubectl: one cluster with real containers for all. */
const cannot = whyNoContainers !== undefined;

/** A guestbook in one script, which plays the part that its environment names. Replicas ask their primary. */
const GUESTBOOK = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
ask() { wget -qO- "http://$1:6379/cgi-bin/guestbook?$QUERY_STRING"; }
case "$ROLE $QUERY_STRING" in
  "frontend cmd=set"*) ask primary ;;
  frontend*) ask replica ;;
  "primary cmd=set"*) echo "\${QUERY_STRING##*value=}" > /www/entry; echo '{"message":"Updated"}' ;;
  primary*) printf '{"data":"%s"}' "$(cat /www/entry 2>/dev/null)" ;;
  replica*) ask primary ;;
esac
`;
let cluster: ContainerCluster;
beforeAll(async () => {
  if (cannot) return;
  const script = { content: GUESTBOOK, mode: 0o755 };
  cluster = await ContainerCluster.start({
    'www/': '',
    'www/cgi-bin/': '',
    'www/cgi-bin/guestbook': script,
    'www/index.html': IMAGE,
  });
}, 120_000);
afterAll(() => cluster?.stop(), 60_000);

const kubectl = (...args: string[]) => cluster.kubectl(...args);
const json = (...args: string[]) => cluster.json(...args);
const withManifest = (objects: readonly Body[], ...args: string[]) => cluster.withManifest(objects, ...args);

const serving = (port: number, role = ''): Body => ({
  name: 'site',
  image: IMAGE,
  command: ['sh', '-c', `trap 'exit 0' TERM; httpd -f -p ${port} -h /www & wait $!`],
  env: [{ name: 'ROLE', value: role }],
});
const pod = (name: string, spec: Body): Body => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });

function guestbook(): Body[] {
  const parts = [
    { role: 'frontend', replicas: 3, port: 80 },
    { role: 'primary', replicas: 1, port: 6379 },
    { role: 'replica', replicas: 2, port: 6379 },
  ];
  return parts.flatMap(({ role, replicas, port }) => {
    const labels = { app: 'guestbook', role };
    const template = { metadata: { labels }, spec: { containers: [serving(port, role)] } };
    return [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: role, labels },
        spec: { selector: labels, ports: [{ port }] },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: role, labels },
        spec: { replicas, selector: { matchLabels: labels }, template },
      },
    ];
  });
}

/** A replication controller whose pods tell their image. */
const demo = (name: string): Body => {
  const labels = { name, version: 'one' };
  const template = { metadata: { labels }, spec: { containers: [serving(80)] } };
  const spec = { replicas: 2, selector: labels, template };
  return { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name }, spec };
};
const TEMPLATE = (path: string) => `{{range.items}}${path}{{end}}`;
const demoPods = async (name: string): Promise<string[]> => {
  const names = await kubectl(
    'get',
    'pods',
    '-l',
    `name=${name}`,
    '-o',
    'template',
    `--template=${TEMPLATE('{{.metadata.name}} ')}`,
  );
  return names.split(' ').filter(Boolean);
};
/** All pods run, and each tells the image that it is made of. */
const validate = (name: string, replicas: number) =>
  eventually(`${replicas} pods of ${name}`, async () => {
    const names = await demoPods(name);
    if (names.length !== replicas) return false;
    const told = await Promise.all(
      names.map((each) => kubectl('get', '--raw', `/api/v1/namespaces/default/pods/${each}/proxy/`)),
    );
    return told.every((text) => text === IMAGE);
  });

describe('[sig-cli] Kubectl client', { timeout: 120_000 }, () => {
  test.skipIf(cannot)('Guestbook application should create and stop a working application', async () => {
    await withManifest(guestbook(), 'create');
    for (const role of ['frontend', 'primary', 'replica']) {
      await kubectl('rollout', 'status', `deployment/${role}`, '--timeout=60s');
    }
    const ask = (query: string) =>
      kubectl('get', '--raw', `/api/v1/namespaces/default/services/frontend/proxy/cgi-bin/guestbook?${query}`);
    const answers = (query: string, answer: string) =>
      eventually(`the guestbook answers ${answer}`, async () => (await ask(query)).trim() === answer);
    await answers('cmd=get&key=messages&value=', '{"data":""}');
    await answers('cmd=set&key=messages&value=TestEntry', '{"message":"Updated"}');
    await answers('cmd=get&key=messages&value=', '{"data":"TestEntry"}');
    await withManifest(guestbook(), 'delete', '--grace-period=0', '--force');
    expect((await json('services,deployments', '-l', 'app=guestbook')).items).toEqual([]);
    await eventually('its pods are gone', async () => (await json('pods', '-l', 'app=guestbook')).items.length === 0);
  });

  test.skipIf(cannot)('Update Demo should create and stop a replication controller', async () => {
    await withManifest([demo('created')], 'create');
    await validate('created', 2);
    await withManifest([demo('created')], 'delete', '--grace-period=0', '--force');
    expect((await json('rc', '-l', 'name=created')).items).toEqual([]);
    await eventually('its pods are gone', async () => (await demoPods('created')).length === 0);
  });

  test.skipIf(cannot)('Update Demo should scale a replication controller', async () => {
    await withManifest([demo('scaled')], 'create');
    await validate('scaled', 2);
    for (const replicas of [1, 2]) {
      await kubectl('scale', 'rc', 'scaled', `--replicas=${replicas}`, '--timeout=5m');
      await validate('scaled', replicas);
    }
    await kubectl('delete', 'rc', 'scaled', '--grace-period=0', '--force');
  });

  test.skipIf(cannot)('Kubectl logs should be able to retrieve and filter logs', async () => {
    const command =
      'for n in 0 1 2 3 4 5 6 7 8 9; do echo "$n GET /api/v1/namespaces/ns/pods/$n 200"; done; sleep 3600';
    const container = { name: 'logs', image: IMAGE, command: ['sh', '-c', command] };
    await withManifest([pod('logs', { terminationGracePeriodSeconds: 0, containers: [container] })], 'create');
    const logs = (...args: string[]) => kubectl('logs', 'logs', 'logs', ...args);
    const lines = async (...args: string[]) => (await logs(...args)).split('\n').slice(0, -1);
    await eventually('all is said', async () => (await lines()).length === 10);
    expect(await lines('--tail=1')).toEqual(['9 GET /api/v1/namespaces/ns/pods/9 200']);
    expect(await logs('--limit-bytes=1')).toBe('0');
    const [stamped = ''] = await lines('--tail=1', '--timestamps');
    expect(stamped).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d) 9 GET /);
    await eventually('what was said is past', async () => (await lines('--since=1s')).length < 10);
    expect(await lines('--since=24h')).toHaveLength(10);
    await kubectl('delete', 'pod', 'logs');
  });
});

describe('[sig-auth] ServiceAccounts', { timeout: 120_000 }, () => {
  const MOUNTED = '/var/run/secrets/kubernetes.io/serviceaccount';
  const idle = { name: 'idle', image: IMAGE, command: ['sleep', '3600'] };
  const create = async (name: string, spec: Body): Promise<Body> => {
    const whole = { terminationGracePeriodSeconds: 0, containers: [idle], ...spec };
    await withManifest([pod(name, whole)], 'create');
    await kubectl('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s');
    return json('pod', name);
  };
  const read = (name: string, path: string) => kubectl('exec', name, '--', 'cat', path);

  test.skipIf(cannot)('should mount an API token into pods', async () => {
    await kubectl('create', 'serviceaccount', 'mounted');
    await create('mounted', { serviceAccountName: 'mounted' });
    const [token, ca, namespace] = await Promise.all(
      ['token', 'ca.crt', 'namespace'].map((file) => read('mounted', `${MOUNTED}/${file}`)),
    );
    const who = JSON.parse(await kubectl('auth', 'whoami', '-o', 'json', `--token=${token}`)).status.userInfo;
    // A certificate goes before a token: what the token is good for is asked by review.
    expect(who.username).toBe('kubernetes-admin');
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec: { token } };
    const { stdout } = await cluster.knarr.tryKubectl(['create', '-o', 'json', '-f', '-'], JSON.stringify(review));
    expect(JSON.parse(stdout).status).toMatchObject({
      authenticated: true,
      user: { username: 'system:serviceaccount:default:mounted' },
    });
    expect(ca).toBe((await json('configmap', 'kube-root-ca.crt')).data['ca.crt']);
    expect(namespace).toBe('default');
    await kubectl('delete', 'pod', 'mounted');
  });

  test.skipIf(cannot)('should mount projected service account token', async () => {
    const source = { serviceAccountToken: { path: 'token', expirationSeconds: 7200, audience: 'vault' } };
    const volumes = [{ name: 'token', projected: { sources: [source] } }];
    const containers = [{ ...idle, volumeMounts: [{ name: 'token', mountPath: '/var/run/test' }] }];
    const { metadata } = await create('projected', { volumes, containers, automountServiceAccountToken: false });
    const { aud, sub, iat = 0, exp = 0, ...rest } = decodeJwt(await read('projected', '/var/run/test/token'));
    expect([aud, sub, exp - iat]).toEqual([['vault'], 'system:serviceaccount:default:default', 7200]);
    expect(rest['kubernetes.io']).toMatchObject({ pod: { name: 'projected', uid: metadata.uid } });
    await kubectl('delete', 'pod', 'projected');
  });
});

describe('[sig-node] Pods', { timeout: 120_000 }, () => {
  const READER = fileURLToPath(new URL('../support/read-socket.mjs', import.meta.url));

  /** What a WebSocket of a pod says until it is closed, as the cluster's administrator hears it. */
  async function messagesOf(path: string, protocol: string): Promise<Buffer[]> {
    const { clusters, users } = parseYaml(readFileSync(cluster.knarr.kubeconfig, 'utf8')).value as Body;
    const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
    const { 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
    const [authority, certificate, privateKey] = [ca, cert, key].map((each) => Buffer.from(each, 'base64').toString());
    const url = `${server.replace('https', 'wss')}/api/v1/namespaces/default/pods/${path}`;
    const asked = JSON.stringify({ url, protocol, ca: authority, cert: certificate, key: privateKey });
    const { code, stdout, stderr } = await cluster.knarr.exec([process.execPath, READER], asked);
    expect([code, stderr]).toEqual([0, '']);
    const told = JSON.parse(stdout) as { protocol: string; messages: string[] };
    expect(told.protocol).toBe(protocol);
    return told.messages.map((message) => Buffer.from(message, 'base64'));
  }

  /** A pod that has said something and runs on. */
  async function talking(name: string): Promise<void> {
    const container = { name: 'main', image: IMAGE, command: ['sh', '-c', 'echo container is alive; sleep 3600'] };
    await withManifest([pod(name, { terminationGracePeriodSeconds: 0, containers: [container] })], 'create');
    await kubectl('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s');
  }

  test.skipIf(cannot)('should support remote command execution over websockets', async () => {
    await talking('commanded');
    const query = 'container=main&stderr=1&stdout=1&command=echo&command=remote%20execution%20test';
    const channels = new Map<number, string>();
    for (const message of await messagesOf(`commanded/exec?${query}`, 'channel.k8s.io')) {
      const channel = message[0] ?? -1;
      channels.set(channel, `${channels.get(channel) ?? ''}${message.subarray(1)}`);
    }
    // Channels of errors are there, and say nothing.
    expect([...channels].filter(([, said]) => said !== '')).toEqual([[1, 'remote execution test\n']]);
    await kubectl('delete', 'pod', 'commanded');
  });

  test.skipIf(cannot)('should support retrieving logs from the container over websockets', async () => {
    await talking('heard');
    const log = async () => Buffer.concat(await messagesOf('heard/log?container=main', 'binary.k8s.io')).toString();
    await eventually('the log is told', async () => (await log()) === 'container is alive\n');
    await kubectl('delete', 'pod', 'heard');
  });
});

/** Each replica serves its own name; all are asked over the proxy of pods. */
async function servesOnEachReplica(kind: string, apiVersion: string): Promise<void> {
  const name = `each-${kind.toLowerCase()}`;
  const labels = { name };
  const command = ['sh', '-c', "trap 'exit 0' TERM; hostname > /www/index.html; httpd -f -p 9376 -h /www & wait $!"];
  const containers = [{ name, image: IMAGE, command, ports: [{ containerPort: 9376 }] }];
  const selector = kind === 'ReplicaSet' ? { matchLabels: labels } : labels;
  const spec = { replicas: 2, selector, template: { metadata: { labels }, spec: { containers } } };
  await withManifest([{ apiVersion, kind, metadata: { name }, spec }], 'create');
  const told = await eventually('both serve', async () => {
    const pods = (await json('pods', '-l', `name=${name}`)).items.map(({ metadata }: Body) => metadata.name);
    if (pods.length !== 2) return false;
    const ask = (pod: string) => kubectl('get', '--raw', `/api/v1/namespaces/default/pods/${pod}:9376/proxy/`);
    const answers = await Promise.all(pods.map(ask));
    return pods.map((pod: string, index: number) => [pod, answers[index]?.trim()]);
  });
  for (const [pod, answer] of told) expect(answer).toBe(pod);
  await kubectl('delete', kind, name, '--grace-period=0', '--force');
}

describe('[sig-apps] ReplicaSet', { timeout: 120_000 }, () => {
  test.skipIf(cannot)('should serve a basic image on each replica with a public image', async () => {
    await servesOnEachReplica('ReplicaSet', 'apps/v1');
  });
});

describe('[sig-apps] ReplicationController', { timeout: 120_000 }, () => {
  test.skipIf(cannot)('should serve a basic image on each replica with a public image', async () => {
    await servesOnEachReplica('ReplicationController', 'v1');
  });
});
