import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { whyNoContainers } from '../../e2e/support/can-run-containers.ts';
import { eventually } from '../../e2e/support/knarr.ts';
import { ContainerCluster, IMAGE } from '../support/container-cluster.ts';
import type { Body } from '../support/rest.ts';

/** Services as pods reach them: one cluster with real containers for all. */
const cannot = whyNoContainers !== undefined;

let cluster: ContainerCluster;
beforeAll(async () => {
  if (cannot) return;
  cluster = await ContainerCluster.start({ 'www/': {} });
  const idle = { name: 'main', image: IMAGE, command: ['sleep', '36000'] };
  await create(object('Pod', 'asker', {}, { terminationGracePeriodSeconds: 0, containers: [idle] }));
  await ready('asker');
}, 120_000);
afterAll(() => cluster?.stop(), 60_000);
afterEach(async () => {
  if (!cannot) await cluster.kubectl('delete', 'service,endpointslice,pod', '-l', 'of=test');
});

const object = (kind: string, name: string, labels: Record<string, string>, spec: Body): Body => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, labels },
  spec,
});
const create = (...objects: readonly Body[]) => cluster.withManifest(objects, 'create');
const ready = (...names: string[]) =>
  cluster.kubectl('wait', ...names.map((name) => `pod/${name}`), '--for=condition=Ready', '--timeout=60s');
const LABELS = { of: 'test' };
const service = (name: string, spec: Body): Body => object('Service', name, LABELS, spec);
const slice = (name: string, serviceName: string, addresses: readonly string[], ports: readonly Body[]): Body => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, labels: { ...LABELS, 'kubernetes.io/service-name': serviceName } },
  addressType: 'IPv4',
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  ports,
});

/** A pod that serves its name and the port on each of some ports, over HTTP. */
function server(name: string, app: string, ports: readonly number[]): Body {
  const commands = [
    ...ports.map((port) => `mkdir -p /www/${port}; echo ${name}:${port} > /www/${port}/index.html`),
    ...ports.map((port) => `httpd -f -p ${port} -h /www/${port} &`),
    'sleep 36000',
  ];
  const open = ports.map((containerPort) => ({ containerPort }));
  const container = { name: 'main', image: IMAGE, command: ['sh', '-c', commands.join('\n')], ports: open };
  return object('Pod', name, { ...LABELS, app }, { terminationGracePeriodSeconds: 0, containers: [container] });
}
const addressOf = async (name: string): Promise<string> => (await cluster.json('pod', name)).status.podIP;

const ask = (...command: string[]) => cluster.kubectl('exec', 'asker', '--', ...command);
const get = async (host: string, port: number) =>
  (await ask('timeout', '2', 'wget', '-qO-', `http://${host}:${port}/`)).trim();
/** In the end the service leads to all of these, and to nothing else. */
const leadsTo = (service: string, port: number, ...names: string[]) =>
  eventually(`${service}:${port} leads to ${names}`, async () => {
    const told = new Set<string>();
    for (let times = 0; times < 8 * names.length && told.size < names.length; times++) {
      told.add(await get(service, port));
    }
    return [...told].sort().join() === names.join();
  });
const leadsNowhere = (service: string, port: number) =>
  eventually(`${service}:${port} leads nowhere`, () =>
    get(service, port).then(
      () => false,
      () => true,
    ),
  );
/** What Endpoints and slices of a service say, as `address:port` in order. */
async function endpointsOf(name: string): Promise<string[][]> {
  const { subsets = [] } = await cluster.json('endpoints', name);
  const { items } = await cluster.json('endpointslices', '-l', `kubernetes.io/service-name=${name}`);
  const bySubset = subsets.flatMap(({ addresses = [], ports = [] }: Body) =>
    addresses.flatMap(({ ip }: Body) => ports.map(({ port, protocol }: Body) => `${ip}:${port}/${protocol}`)),
  );
  const bySlice = items.flatMap(({ endpoints, ports }: Body) =>
    (endpoints ?? []).flatMap(({ addresses }: Body) =>
      (ports ?? []).map(({ port, protocol }: Body) => `${addresses[0]}:${port}/${protocol}`),
    ),
  );
  return [bySubset.sort(), bySlice.sort()];
}
const hasEndpoints = (name: string, ...wanted: string[]) =>
  expect.poll(() => endpointsOf(name), { interval: 100, timeout: 20_000 }).toEqual([wanted.sort(), wanted.sort()]);

describe('[sig-network] EndpointSlice and Endpoints', { timeout: 120_000 }, () => {
  test.skipIf(cannot)(
    'EndpointSlice should support a Service with multiple endpoint IPs specified in multiple EndpointSlices',
    async () => {
      await create(server('first', 'by-hand', [8090]), server('second', 'by-hand', [8090]));
      await ready('first', 'second');
      const ports = [{ name: 'http', port: 8090, protocol: 'TCP' }];
      const [first, second] = await Promise.all(['first', 'second'].map(addressOf));
      await create(
        service('addresses', { ports: [{ name: 'http', port: 80, targetPort: 8090 }] }),
        slice('addresses-1', 'addresses', [first ?? ''], ports),
        slice('addresses-2', 'addresses', [second ?? ''], ports),
      );
      await leadsTo('addresses', 80, 'first:8090', 'second:8090');
    },
  );

  test.skipIf(cannot)(
    'EndpointSlice should support a Service with multiple ports specified in multiple EndpointSlices',
    async () => {
      await create(server('both', 'by-hand', [8090, 9090]));
      await ready('both');
      const address = await addressOf('both');
      await create(
        service('ports', {
          ports: [
            { name: 'one', port: 80, targetPort: 8090 },
            { name: 'two', port: 81, targetPort: 9090 },
          ],
        }),
        slice('ports-1', 'ports', [address], [{ name: 'one', port: 8090, protocol: 'TCP' }]),
        slice('ports-2', 'ports', [address], [{ name: 'two', port: 9090, protocol: 'TCP' }]),
      );
      await leadsTo('ports', 80, 'both:8090');
      await leadsTo('ports', 81, 'both:9090');
    },
  );
});

describe('[sig-network] Services', { timeout: 120_000 }, () => {
  test.skipIf(cannot)('should serve a basic endpoint from pods', async () => {
    await create(service('basic', { selector: { app: 'basic' }, ports: [{ port: 80 }] }));
    await hasEndpoints('basic');
    await create(server('basic-1', 'basic', [80]));
    await ready('basic-1');
    const first = `${await addressOf('basic-1')}:80/TCP`;
    await hasEndpoints('basic', first);
    await leadsTo('basic', 80, 'basic-1:80');
    await create(server('basic-2', 'basic', [80]));
    await ready('basic-2');
    const second = `${await addressOf('basic-2')}:80/TCP`;
    await hasEndpoints('basic', first, second);
    await leadsTo('basic', 80, 'basic-1:80', 'basic-2:80');
    await cluster.kubectl('delete', 'pod', 'basic-1');
    await hasEndpoints('basic', second);
    await leadsTo('basic', 80, 'basic-2:80');
    await cluster.kubectl('delete', 'pod', 'basic-2');
    await hasEndpoints('basic');
    await leadsNowhere('basic', 80);
  });

  test.skipIf(cannot)('should serve multiport endpoints from pods', async () => {
    // Each of the two pods has one of the ports.
    const named = (name: string, port: number): Body => {
      const pod = server(name, 'multiport', [port]);
      pod.spec.containers[0].ports[0].name = `p${port}`;
      return pod;
    };
    const ports = [
      { name: 'one', port: 80, targetPort: 'p100' },
      { name: 'two', port: 81, targetPort: 'p101' },
    ];
    await create(service('multiport', { selector: { app: 'multiport' }, ports }), named('one', 100), named('two', 101));
    await ready('one', 'two');
    const [one, two] = await Promise.all(['one', 'two'].map(addressOf));
    await hasEndpoints('multiport', `${one}:100/TCP`, `${two}:101/TCP`);
    await leadsTo('multiport', 80, 'one:100');
    await leadsTo('multiport', 81, 'two:101');
    await cluster.kubectl('delete', 'pod', 'one');
    await hasEndpoints('multiport', `${two}:101/TCP`);
    await leadsNowhere('multiport', 80);
    await cluster.kubectl('delete', 'pod', 'two');
    await hasEndpoints('multiport');
  });
});
