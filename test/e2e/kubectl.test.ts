import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDockerArchive } from '#cri/testing/busybox-image.ts';
import { whyNoContainers } from './support/can-run-containers.ts';
import { eventually, Knarr } from './support/knarr.ts';

/** A web server that goes when it is asked to: the first process of a container gets no signal it does not handle. */
const serve = (version: number) =>
  `trap 'exit 0' TERM; mkdir -p /www; echo "version ${version} of $(hostname)" > /www/index.html; echo serving; httpd -f -p 8080 -h /www & wait $!`;

/** What the introductions to Kubernetes do, with the real kubectl on real containers. Tests build on each other. */
describe.skipIf(whyNoContainers !== undefined)(
  'kubectl on a cluster with real containers',
  { timeout: 120_000 },
  () => {
    let knarr: Knarr;
    let archives: string;
    const kubectl = (...args: string[]) => knarr.kubectl(...args);
    const jsonpath = (path: string, ...args: string[]) => kubectl('get', ...args, '-o', `jsonpath=${path}`);
    const podNames = async (selector: string) =>
      (await jsonpath('{.items[*].metadata.name}', 'pods', '-l', selector)).split(' ').filter(Boolean);
    const rolledOut = (name: string) => kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
    /** An HTTP request from the host's side. */
    const fetchText = async (url: string) => {
      const code = `fetch(${JSON.stringify(url)}).then((answer) => answer.text()).then((text) => process.stdout.write(text), () => {})`;
      return (await knarr.exec([process.execPath, '-e', code])).stdout;
    };
    /** An HTTP request from inside a pod. */
    const fetchFrom = async (pod: string, host: string, port: number) => {
      const command = `printf 'GET / HTTP/1.0\r\n\r\n' | nc ${host} ${port}`;
      return (await knarr.tryKubectl(['exec', pod, '--', 'sh', '-c', command])).stdout;
    };

    beforeAll(async () => {
      archives = mkdtempSync(join(tmpdir(), 'knarr-images-'));
      knarr = await Knarr.up({ isolated: true });
      for (const version of [1, 2]) {
        const path = join(archives, `web-${version}.tar`);
        await writeDockerArchive(path, { references: [`web:${version}`], cmd: ['sh', '-c', serve(version)] });
        const { code, stdout, stderr } = await knarr.knarr('image', 'import', path);
        expect([code, stdout, stderr]).toEqual([0, expect.stringContaining(`web:${version}`), '']);
      }
    }, 120_000);

    afterAll(async () => {
      await knarr?.delete();
      if (archives) rmSync(archives, { recursive: true, force: true });
    }, 60_000);

    test('cluster-info and get nodes show a ready node', async () => {
      expect(await kubectl('cluster-info')).toContain('control plane');
      const line = (await kubectl('get', 'nodes', '-o', 'wide')).split('\n')[1] ?? '';
      expect(line).toMatch(/\bReady\b.*v1\.36\.0.*10\.244\.0\.1/);
      expect((await knarr.knarr('image', 'list')).stdout).toMatch(/web:2/);
    });

    test('a deployment gets its replicas', async () => {
      await kubectl('create', 'deployment', 'web', '--image=web:1', '--replicas=3', '--port=8080');
      await rolledOut('web');
      expect(await jsonpath('{.status.readyReplicas}', 'deployment', 'web')).toBe('3');
      const all = await kubectl('get', 'all', '-A', '-o', 'wide');
      expect(all.match(/^default +pod\/web-\S+ +1\/1 +Running/gm)).toHaveLength(3);
      expect(all).toMatch(/^default +deployment\.apps\/web +3\/3 +3 +3/m);
    });

    test('it is scaled', async () => {
      await kubectl('scale', 'deployment/web', '--replicas=2');
      await rolledOut('web');
      await eventually('two pods left', async () => (await podNames('app=web')).length === 2);
    });

    test('it is exposed as ClusterIP and NodePort, and reached from the host and by name from a pod', async () => {
      await kubectl('expose', 'deployment', 'web', '--port=80', '--target-port=8080');
      await kubectl(
        'expose',
        'deployment',
        'web',
        '--name=web-node',
        '--port=80',
        '--target-port=8080',
        '--type=NodePort',
      );
      const clusterIP = await jsonpath('{.spec.clusterIP}', 'service', 'web');
      const nodePort = await jsonpath('{.spec.ports[0].nodePort}', 'service', 'web-node');
      await eventually('the cluster address answers', async () =>
        (await fetchText(`http://${clusterIP}/`)).startsWith('version 1 of web-'),
      );
      await eventually('the node port answers', async () =>
        (await fetchText(`http://127.0.0.1:${nodePort}/`)).startsWith('version 1 of web-'),
      );
      const [pod = ''] = await podNames('app=web');
      await eventually('the name answers in a pod', async () =>
        (await fetchFrom(pod, 'web.default.svc.cluster.local', 80)).includes('version 1 of web-'),
      );
      expect(await fetchFrom(pod, 'web-node', 80)).toContain('version 1 of web-');
      expect(await kubectl('exec', pod, '--', 'nslookup', 'web-node.default.svc.cluster.local')).toContain('Address');
    });

    test('a new image is rolled out, undone, and both stand in the history', async () => {
      await kubectl('set', 'image', 'deployment/web', 'web=web:2');
      expect(await rolledOut('web')).toContain('deployment "web" successfully rolled out');
      const clusterIP = await jsonpath('{.spec.clusterIP}', 'service', 'web');
      await eventually('version 2 answers', async () =>
        (await fetchText(`http://${clusterIP}/`)).startsWith('version 2'),
      );
      expect((await kubectl('rollout', 'history', 'deployment/web')).match(/^[12] /gm)).toHaveLength(2);
      await kubectl('rollout', 'undo', 'deployment/web');
      await rolledOut('web');
      await eventually('version 1 answers again', async () =>
        (await fetchText(`http://${clusterIP}/`)).startsWith('version 1'),
      );
      expect(await kubectl('rollout', 'history', 'deployment/web')).toMatch(/^2 .*\n3 /m);
    });

    test('a container whose process dies is started again', async () => {
      const [pod = ''] = await podNames('app=web');
      await knarr.tryKubectl(['exec', pod, '--', 'killall', 'httpd']);
      await eventually(
        'the restart is counted',
        async () => (await jsonpath('{.status.containerStatuses[0].restartCount}', 'pod', pod)) === '1',
      );
      await kubectl('wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=60s');
    });

    test('a deleted pod is replaced', async () => {
      const [pod = ''] = await podNames('app=web');
      await kubectl('delete', 'pod', pod, '--wait=true', '--timeout=60s');
      await rolledOut('web');
      const names = await podNames('app=web');
      expect([names.length, names.includes(pod)]).toEqual([2, false]);
    });

    test('logs can be read and followed', async () => {
      const [pod = ''] = await podNames('app=web');
      expect(await kubectl('logs', pod)).toBe('serving\n');
      const following = knarr.spawnKubectl(['logs', '-f', pod]);
      const first = await new Promise<string>((resolve) =>
        following.stdout?.once('data', (chunk) => resolve(String(chunk))),
      );
      following.kill('SIGKILL');
      expect(first).toBe('serving\n');
    });

    test('exec passes input, output, errors and exit codes, with and without a terminal', async () => {
      const [pod = ''] = await podNames('app=web');
      const cat = await knarr.tryKubectl(['exec', '-i', pod, '--', 'cat'], 'hello\nthere\n');
      expect([cat.code, cat.stdout]).toEqual([0, 'hello\nthere\n']);
      const failing = await knarr.tryKubectl(['exec', pod, '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
      expect([failing.code, failing.stdout, failing.stderr]).toEqual([7, 'out\n', expect.stringMatching(/^err\n/)]);
      const terminal = await knarr.exec([
        'script',
        '-qefc',
        `${knarr.kubectlCommand(['exec', '-it', pod, '--', 'sh', '-c', 'tty; stty size'])}`,
        '/dev/null',
      ]);
      expect(terminal.stdout).toMatch(/\/dev\/(pts\/\d+|console)/);
    });

    test.each([
      ['WebSockets', false],
      ['SPDY, as older clients do,', true],
    ])('exec over %s carries much both ways, tells the end of input and exit codes', async (_name, isOld) => {
      const [pod = ''] = await podNames('app=web');
      const run = (args: readonly string[], input = '') =>
        isOld ? knarr.tryOldKubectl(args, input) : knarr.tryKubectl(args, input);
      const much = 'x'.repeat(63).concat('\n').repeat(100_000);
      const counted = await run(['exec', '-i', pod, '--', 'wc', '-c'], much);
      expect([counted.code, counted.stdout.trim()]).toEqual([0, String(much.length)]);
      const received = await run(['exec', pod, '--', 'sh', '-c', 'head -c 6400000 /dev/zero | tr "\\0" y']);
      expect([received.code, received.stdout.length, new Set(received.stdout).size]).toEqual([0, 6_400_000, 1]);
      const failing = await run(['exec', pod, '--', 'sh', '-c', 'echo out; echo err >&2; exit 3']);
      expect([failing.code, failing.stdout, failing.stderr]).toEqual([3, 'out\n', expect.stringMatching(/^err\n/)]);
    });

    test('attach sees what the container writes', async () => {
      const loop = 'i=0; while true; do i=$((i+1)); echo tick $i; sleep 0.2; done';
      await kubectl('run', 'ticker', '--image=web:1', '--restart=Never', '--', 'sh', '-c', loop);
      await kubectl('wait', '--for=condition=Ready', 'pod/ticker', '--timeout=60s');
      const attached = knarr.spawnKubectl(['attach', 'ticker']);
      const seen = await new Promise<string>((resolve) =>
        attached.stdout?.once('data', (chunk) => resolve(String(chunk))),
      );
      attached.kill('SIGKILL');
      expect(seen).toMatch(/tick \d+/);
      await kubectl('delete', 'pod', 'ticker', '--now');
    });

    test.each([
      ['WebSockets', false],
      ['SPDY, as older clients do,', true],
    ])('port-forward over %s carries connections', async (_name, isOld) => {
      const forwarding = knarr.spawnKubectl(['port-forward', 'service/web', ':80'], isOld);
      const line = await new Promise<string>((resolve) =>
        forwarding.stdout?.once('data', (chunk) => resolve(String(chunk))),
      );
      const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      const answers = await Promise.all([1, 2, 3].map(() => fetchText(`http://127.0.0.1:${port}/`)));
      forwarding.kill('SIGKILL');
      expect(answers.every((answer) => answer.startsWith('version 1'))).toBe(true);
    });

    test('files are copied both ways', async () => {
      const [pod = ''] = await podNames('app=web');
      const file = join(archives, 'file.txt');
      writeFileSync(file, 'copied\n');
      await kubectl('cp', file, `default/${pod}:/tmp/there.txt`);
      await kubectl('cp', `default/${pod}:/tmp/there.txt`, join(archives, 'back.txt'));
      expect(execFileSync('cat', [join(archives, 'back.txt')], { encoding: 'utf8' })).toBe('copied\n');
    });

    test('proxy serves the API without credentials', async () => {
      const proxy = knarr.spawnKubectl(['proxy', '--port=0']);
      const line = await new Promise<string>((resolve) =>
        proxy.stdout?.once('data', (chunk) => resolve(String(chunk))),
      );
      const address = /127\.0\.0\.1:\d+/.exec(line)?.[0];
      expect(await fetchText(`http://${address}/api/v1/namespaces/default`)).toContain('"kind":"Namespace"');
      proxy.kill('SIGKILL');
    });

    test('pods, services and nodes are reached through the API server', async () => {
      const [pod = ''] = await podNames('app=web');
      const raw = (path: string) => kubectl('get', '--raw', path);
      for (const path of [
        `pods/${pod}:8080`,
        `pods/${pod}`,
        'services/web',
        'services/web:80',
        'services/http:web:80',
      ]) {
        expect(await raw(`/api/v1/namespaces/default/${path}/proxy/`)).toMatch(/^version \d of web-/);
      }
      const node = await jsonpath('{.items[0].metadata.name}', 'nodes');
      expect(await raw(`/api/v1/nodes/${node}/proxy/healthz`)).toBe('ok');
      const missing = await knarr.tryKubectl(['get', '--raw', '/api/v1/namespaces/default/services/web:81/proxy/']);
      expect(missing.stderr).toContain('no service port 81 found for service "web"');
    });

    test('another cluster leaves the addresses of this one alone', async () => {
      const { directory, dataDirectory } = knarr;
      const other = ['--name', 'other', '--data-dir', join(directory, 'other')];
      const kubeconfig = ['--kubeconfig', join(directory, 'other-kubeconfig')];
      const refused = await knarr.command('up', '--api-port', '0', ...other, ...kubeconfig);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(
        `start node: the pod network 10.244.0.0/24 of this machine belongs to the cluster in ${dataDirectory}: delete that cluster first, or start this one with --runtime none`,
      );
      expect((await knarr.command('delete', ...other, ...kubeconfig)).code).toBe(0);
      const addresses = await knarr.exec(['ip', '-o', 'addr', 'show', 'dev', 'lo']);
      expect(addresses.stdout).toContain(' 10.244.0.1/32 ');
      expect((await knarr.exec(['ip', 'route'])).stdout).toContain('10.96.0.0/12 dev lo');
    });

    test('labels and annotations are set, and describe shows what happened', async () => {
      const [pod = ''] = await podNames('app=web');
      await kubectl('label', 'pod', pod, 'tier=front');
      await kubectl('annotate', 'pod', pod, 'note=hello');
      const described = await kubectl('describe', 'pod', pod);
      expect(described).toMatch(/tier=front[\s\S]*note: hello[\s\S]*Events:[\s\S]*Scheduled[\s\S]*Started/);
      expect(await kubectl('describe', 'deployment', 'web')).toMatch(/Events:[\s\S]*ScalingReplicaSet/);
      expect(await kubectl('describe', 'service', 'web')).toMatch(/Endpoints: +10\.244\.0\.\d+:8080/);
      expect(await kubectl('describe', 'node')).toMatch(/Conditions:[\s\S]*KubeletReady[\s\S]*Non-terminated Pods/);
    });

    const manifest = `
apiVersion: v1
kind: Pod
metadata:
  name: hello
  labels: { app: hello }
spec:
  containers:
    - name: hello
      image: web:1
      env:
        - name: GREETING
          valueFrom: { configMapKeyRef: { name: settings, key: greeting } }
        - name: NODE
          valueFrom: { fieldRef: { fieldPath: spec.nodeName } }
      volumeMounts:
        - { name: settings, mountPath: /settings }
        - { name: scratch, mountPath: /scratch }
      readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
  volumes:
    - { name: settings, configMap: { name: settings } }
    - { name: scratch, emptyDir: {} }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { greeting: hello }
---
apiVersion: v1
kind: ReplicationController
metadata: { name: old }
spec:
  replicas: 1
  selector: { app: old }
  template:
    metadata: { labels: { app: old } }
    spec: { containers: [{ name: old, image: "web:1" }] }
---
apiVersion: v1
kind: Service
metadata: { name: hello }
spec:
  selector: { app: hello }
  ports: [{ port: 80, targetPort: 8080 }]
`;

    test('manifests are applied, compared, changed, waited for and deleted', async () => {
      const file = join(archives, 'hello.yaml');
      writeFileSync(file, manifest);
      expect(await kubectl('apply', '-f', file)).toMatch(
        /pod\/hello created\nconfigmap\/settings created\nreplicationcontroller\/old created\nservice\/hello created/,
      );
      await kubectl('wait', '--for=condition=Ready', 'pod/hello', '--timeout=60s');
      await eventually(
        'the replication controller is ready',
        async () => (await jsonpath('{.status.readyReplicas}', 'rc', 'old')) === '1',
      );
      expect(
        await kubectl(
          'exec',
          'hello',
          '--',
          'sh',
          '-c',
          'echo $GREETING; cat /settings/greeting; touch /scratch/x && ls /var/run/secrets/kubernetes.io/serviceaccount',
        ),
      ).toBe('hello\nhelloca.crt\nnamespace\ntoken\n');
      expect(await kubectl('apply', '-f', file)).toMatch(
        /configmap\/settings unchanged\nreplicationcontroller\/old unchanged\nservice\/hello unchanged/,
      );
      writeFileSync(file, manifest.replace('greeting: hello', 'greeting: good day'));
      const diff = await knarr.tryKubectl(['diff', '-f', file]);
      expect([diff.code, diff.stdout]).toEqual([
        1,
        expect.stringMatching(/-\s+greeting: hello\n\+\s+greeting: good day/),
      ]);
      expect(await kubectl('apply', '-f', file)).toContain('configmap/settings configured');
      await kubectl(
        'patch',
        'service',
        'hello',
        '--type=strategic',
        '-p',
        '{"spec":{"ports":[{"port":80,"name":"http"}]}}',
      );
      expect(await jsonpath('{.spec.ports[0].name}', 'service', 'hello')).toBe('http');
      await kubectl('delete', '-f', file, '--timeout=60s');
      expect((await knarr.tryKubectl(['get', 'pod', 'hello'])).stderr).toContain('pods "hello" not found');
    });

    test('a claim gets a volume that outlives its pods, and a load balancer leads to them', async () => {
      const path = join(archives, 'volume.yaml');
      const pod = (name: string, command: string) => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: kept } }
spec:
  containers:
    - name: main
      image: web:1
      command: [sh, -c, ${JSON.stringify(command)}]
      volumeMounts: [{ name: data, mountPath: /www }]
  volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
`;
      const claim = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;
      writeFileSync(path, claim + pod('writer', 'echo kept > /www/index.html'));
      await kubectl('apply', '-f', path);
      await kubectl('wait', 'pvc/data', '--for=jsonpath={.status.phase}=Bound', '--timeout=30s');
      await eventually(
        'the writer is done',
        async () => (await jsonpath('{.status.containerStatuses[0].restartCount}', 'pod', 'writer')) >= '1',
      );
      await kubectl('delete', 'pod', 'writer', '--now');
      writeFileSync(path, pod('reader', 'httpd -f -p 8080 -h /www'));
      await kubectl('apply', '-f', path);
      await kubectl('wait', 'pod/reader', '--for=condition=Ready', '--timeout=30s');
      await kubectl(
        'expose',
        'pod',
        'reader',
        '--type=LoadBalancer',
        '--port=8000',
        '--target-port=8080',
        '--name=front',
      );
      await kubectl(
        'wait',
        'service/front',
        '--for=jsonpath={.status.loadBalancer.ingress[0].ip}=10.244.0.1',
        '--timeout=30s',
      );
      await eventually(
        'the load balancer answers',
        async () => (await fetchText('http://10.244.0.1:8000')) === 'kept\n',
      );
      await kubectl('delete', 'service/front', 'pod/reader', 'pvc/data', '--now');
      await eventually('no volume left', async () => (await kubectl('get', 'pv', '-o', 'name')) === '');
    });

    test('explain and api-resources describe the API', async () => {
      expect(await kubectl('explain', 'deployment.spec.strategy')).toMatch(
        /rollingUpdate\s+<RollingUpdateDeployment>[\s\S]*type\s+<string>/,
      );
      expect((await kubectl('api-resources', '-o', 'name')).split('\n').filter(Boolean).length).toBeGreaterThanOrEqual(
        60,
      );
    });

    test('get -w shows a pod’s life', async () => {
      const watching = knarr.spawnKubectl(['get', 'pods', '-w', '-l', 'run=brief']);
      let seen = '';
      watching.stdout?.on('data', (chunk) => {
        seen += chunk;
      });
      await kubectl('run', 'brief', '--image=web:1', '--restart=Never', '--', 'sh', '-c', 'exit 0');
      await eventually('it is seen to complete', async () => /brief +0\/1 +Completed/.test(seen));
      watching.kill('SIGKILL');
      expect(seen).toMatch(/brief +0\/1 +(Pending|ContainerCreating)/);
    });

    test('an image that nobody has is told, and the pod can be deleted', async () => {
      await kubectl('run', 'lost', '--image=127.0.0.1:1/no/such:image', '--restart=Never');
      await eventually('the reason is shown', async () =>
        /ErrImagePull|ImagePullBackOff/.test(await kubectl('get', 'pod', 'lost')),
      );
      expect(await kubectl('describe', 'pod', 'lost')).toMatch(/Failed to pull image "127\.0\.0\.1:1\/no\/such:image"/);
      await kubectl('delete', 'pod', 'lost', '--timeout=60s');
    });

    test('a namespace goes with what is in it', async () => {
      await kubectl('create', 'namespace', 'team');
      await kubectl('create', 'deployment', 'app', '-n', 'team', '--image=web:1', '--replicas=2');
      await kubectl('create', 'configmap', 'settings', '-n', 'team', '--from-literal=a=b');
      await kubectl('rollout', 'status', 'deployment/app', '-n', 'team', '--timeout=60s');
      await kubectl('delete', 'namespace', 'team', '--timeout=60s');
      expect((await knarr.tryKubectl(['get', 'namespace', 'team'])).stderr).toContain('namespaces "team" not found');
    });

    test('killing Knarr leaves containers running, and a restart finds them', async () => {
      const [pod = ''] = await podNames('app=web');
      const before = await jsonpath(
        '{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}',
        'pod',
        pod,
      );
      const ip = await jsonpath('{.status.podIP}', 'pod', pod);
      process.kill(knarr.pid, 'SIGKILL');
      await knarr.stop('SIGKILL');
      expect(await fetchText(`http://${ip}:8080/`)).toMatch(/^version 1/);
      await knarr.start();
      await kubectl('wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=60s');
      const after = await jsonpath(
        '{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}',
        'pod',
        pod,
      );
      expect(after).toBe(before);
      await rolledOut('web');
    });

    test('a cluster is deleted with its running pods and what is mounted for them', async () => {
      const volumes = [{ name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }];
      const container = {
        name: 'c',
        image: 'web:1',
        volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
      };
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'scratch' },
        spec: { containers: [container], volumes },
      };
      await knarr.tryKubectl(['apply', '-f', '-'], JSON.stringify(pod));
      await kubectl('wait', '--for=condition=Ready', 'pod/scratch', '--timeout=60s');
      const mounted = () =>
        readFileSync('/proc/self/mountinfo', 'utf8').includes(`${knarr.dataDirectory}/node/kubelet/`);
      expect(mounted()).toBe(true);
      const { code, stderr } = await knarr.knarr('delete');
      expect([code, stderr, mounted(), existsSync(knarr.dataDirectory)]).toEqual([0, '', false, false]);
    });
  },
);
