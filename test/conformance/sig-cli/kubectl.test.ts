import { type ChildProcess, spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { clientPath } from '../../e2e/support/kubectl.ts';
import { KubectlSession } from '../../e2e/support/kubectl-session.ts';
import type { Body } from '../support/rest.ts';

let session: KubectlSession;
beforeAll(async () => {
  session = await KubectlSession.start({ simulatedNodes: 1 });
});
afterAll(() => session?.stop());

const kubectl = (...args: string[]) => session.kubectl(...args);
const json = async (...args: string[]): Promise<Body> => JSON.parse(await kubectl('get', ...args, '-o', 'json'));
let manifests = 0;
const manifest = (object: Body) => session.write(`${manifests++}.json`, object);

const pause = (name: string): Body => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { name } },
  spec: { containers: [{ name: 'pause', image: 'pause:1' }] },
});
/** A replication controller with one pod, created and running; answers the pod's name. */
async function primary(name: string): Promise<string> {
  const labels = { app: name, role: 'primary' };
  const container = { name: 'primary', image: 'primary:1', ports: [{ name: 'server', containerPort: 6379 }] };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const spec = { replicas: 1, selector: labels, template };
  const controller = { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name, labels }, spec };
  await kubectl('create', '-f', manifest(controller));
  await kubectl('wait', `rc/${name}`, '--for=jsonpath={.status.readyReplicas}=1', '--timeout=20s');
  return (await json('pods', '-l', `app=${name}`)).items[0].metadata.name;
}

/** Whether a text has lines that begin with these words, in this order, each word after some space. */
function expectLines(text: string, lines: readonly (readonly string[])[]): void {
  const found = text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
  let at = -1;
  for (const words of lines) {
    const next = found.findIndex((line, index) => index > at && line.includes(words.join(' ')));
    if (next < 0) throw new Error(`no line ${JSON.stringify(words)} after line ${at + 1} of:\n${text}`);
    at = next;
  }
}

/** A `kubectl proxy`, and its first line. */
async function startProxy(...args: string[]): Promise<{ readonly proxy: ChildProcess; readonly line: string }> {
  const env = { ...process.env, HOME: session.directory, KUBECONFIG: join(session.directory, 'kubeconfig') };
  const proxy = spawn(clientPath('kubectl'), ['proxy', ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => proxy.stdout?.once('data', (chunk) => resolve(String(chunk))));
  return { proxy, line };
}

const getJson = (options: { readonly port?: string; readonly socketPath?: string; readonly path: string }) =>
  new Promise<Body>((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', ...options }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    sent.once('error', reject);
    sent.end();
  });

describe('[sig-cli] Kubectl client', { timeout: 60_000 }, () => {
  test('Kubectl api-versions should check if v1 is in available api versions', async () => {
    expect((await kubectl('api-versions')).split('\n')).toContain('v1');
  });

  test('Kubectl cluster-info should check if Kubernetes control plane services is included in cluster-info', async () => {
    expect(await kubectl('cluster-info')).toMatch(/Kubernetes control plane.* is running at .*https:/);
  });

  test('Kubectl version should check is all data is printed', async () => {
    const lines = (await kubectl('version')).split('\n');
    for (const what of ['Client Version: v1.', 'Server Version: v1.36.']) {
      expect(lines.some((line) => line.startsWith(what))).toBe(true);
    }
  });

  test('Kubectl describe should check if kubectl describe prints relevant information for rc and pods', async () => {
    const pod = await primary('described');
    await kubectl('expose', 'rc', 'described', '--name=described', '--port=6379', '--target-port=server');
    expectLines(await kubectl('describe', 'pod', pod), [
      ['Name:', pod],
      ['Namespace:', 'default'],
      ['Node:', 'simulated-0/'],
      ['Labels:', 'app=described'],
      ['role=primary'],
      ['Status:', 'Running'],
      ['IP:'],
      ['Controlled By:', 'ReplicationController/described'],
      ['Image:', 'primary:1'],
      ['State:', 'Running'],
      ['QoS Class:', 'BestEffort'],
      ['Events:'],
    ]);
    expectLines(await kubectl('describe', 'rc', 'described'), [
      ['Name:', 'described'],
      ['Namespace:', 'default'],
      ['Selector:', 'app=described,role=primary'],
      ['Labels:', 'app=described'],
      ['Replicas:', '1 current', '/', '1 desired'],
      ['Pods Status:', '1 Running', '/', '0 Waiting', '/', '0 Succeeded', '/', '0 Failed'],
      ['Pod Template:'],
      ['Image:', 'primary:1'],
      ['Events:'],
    ]);
    expectLines(await kubectl('describe', 'service', 'described'), [
      ['Name:', 'described'],
      ['Namespace:', 'default'],
      ['Labels:', 'app=described'],
      ['Selector:', 'app=described,role=primary'],
      ['Type:', 'ClusterIP'],
      ['IP:', '10.'],
      ['Port:', '<unset>', '6379/TCP'],
      ['Endpoints:'],
      ['Session Affinity:', 'None'],
    ]);
    expectLines(await kubectl('describe', 'node', 'simulated-0'), [
      ['Name:', 'simulated-0'],
      ['Labels:'],
      ['Annotations:'],
      ['CreationTimestamp:'],
      ['Conditions:'],
      ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message'],
      ['Ready'],
      ['Addresses:'],
      ['Capacity:'],
      ['Kubelet Version:'],
      ['Non-terminated Pods:'],
    ]);
    expectLines(await kubectl('describe', 'namespace', 'default'), [
      ['Name:', 'default'],
      ['Labels:'],
      ['Annotations:'],
      ['Status:', 'Active'],
      ['No resource quota'],
      ['No LimitRange resource'],
    ]);
  });

  test('Kubectl expose should create services for rc', async () => {
    const pod = await primary('exposed');
    const { podIP } = (await json('pod', pod)).status;
    const endpointsOf = (name: string) =>
      waitFor(
        async () => {
          const [slice] = (await json('endpointslices', '-l', `kubernetes.io/service-name=${name}`)).items;
          return slice?.endpoints?.length > 0 && [slice.endpoints[0].addresses, slice.ports[0].port];
        },
        { what: `endpoints of ${name}`, timeoutMs: 20_000 },
      );
    await kubectl('expose', 'rc', 'exposed', '--name=rm2', '--port=1234', '--target-port=6379');
    await kubectl('expose', 'service', 'rm2', '--name=rm3', '--port=2345', '--target-port=6379');
    for (const [name, port] of [
      ['rm2', 1234],
      ['rm3', 2345],
    ] as const) {
      expect((await json('service', name)).spec.ports).toMatchObject([{ port, targetPort: 6379 }]);
      expect(await endpointsOf(name)).toEqual([[podIP], 6379]);
    }
  });

  test('Kubectl label should update the label on a resource', async () => {
    await kubectl('create', '-f', manifest(pause('labelled')));
    const shown = async () => (await kubectl('get', 'pod', 'labelled', '-L', 'testing-label')).trimEnd();
    await kubectl('label', 'pods', 'labelled', 'testing-label=testing-label-value');
    expect(await shown()).toMatch(/testing-label-value$/);
    await kubectl('label', 'pods', 'labelled', 'testing-label-');
    expect(await shown()).not.toContain('testing-label-value');
  });

  test('Kubectl patch should add annotations for pods in rc', async () => {
    const pod = await primary('patched');
    await kubectl('patch', 'pod', pod, '-p', '{"metadata":{"annotations":{"x":"y"}}}');
    const { items } = await json('pods', '-l', 'app=patched');
    expect(items.map(({ metadata }: Body) => metadata.annotations)).toEqual([{ x: 'y' }]);
  });

  test("Kubectl replace should update a single-container pod's image", async () => {
    await kubectl('run', 'replaced', '--image=httpd:1', '--labels=run=replaced');
    await kubectl('wait', 'pod/replaced', '--for=condition=Ready', '--timeout=20s');
    const pod = await json('pod', 'replaced');
    pod.spec.containers[0].image = 'busybox:1';
    await kubectl('replace', '-f', manifest(pod));
    expect((await json('pod', 'replaced')).spec.containers[0].image).toBe('busybox:1');
  });

  test('Kubectl run pod should create a pod from an image when restart is Never', async () => {
    await kubectl('run', 'once', '--restart=Never', '--image=httpd:1');
    const { spec } = await json('pod', 'once');
    expect([spec.restartPolicy, spec.containers.map(({ image }: Body) => image)]).toEqual(['Never', ['httpd:1']]);
  });

  test('Kubectl server-side dry-run should check if kubectl can dry-run update Pods', async () => {
    await kubectl('run', 'tried', '--image=httpd:1', '--labels=run=tried');
    const change = '{"spec":{"containers":[{"name":"tried","image":"busybox:1"}]}}';
    expect(await kubectl('patch', 'pod', 'tried', '-p', change, '--dry-run=server')).toContain('patched');
    expect((await json('pod', 'tried')).spec.containers[0].image).toBe('httpd:1');
  });

  test('Kubectl diff should check if kubectl diff finds a difference for Deployments', async () => {
    const labels = { app: 'compared' };
    const deployment = (image: string) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'compared', labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
      },
    });
    await kubectl('create', '-f', manifest(deployment('httpd:1')));
    const compare = (image: string) => session.run('kubectl', ['diff', '-f', manifest(deployment(image))]);
    const { code, stdout } = await compare('busybox:1');
    expect(code).toBe(1);
    expectLines(stdout, [
      ['-', '- image: httpd:1'],
      ['+', '- image: busybox:1'],
    ]);
    expect(await compare('httpd:1')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('Proxy server should support proxy with --port 0', async () => {
    const { proxy, line } = await startProxy('-p', '0', '--disable-filter');
    const [, port = ''] = /127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    expect((await getJson({ port, path: '/api/' })).kind).toBe('APIVersions');
    proxy.kill('SIGKILL');
  });

  test('Proxy server should support --unix-socket=/path', async () => {
    const socketPath = join(session.directory, 'proxy.sock');
    const { proxy } = await startProxy(`--unix-socket=${socketPath}`);
    expect((await getJson({ socketPath, path: '/api/' })).kind).toBe('APIVersions');
    proxy.kill('SIGKILL');
  });
});
