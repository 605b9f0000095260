import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Service, Services } from '#api/core/v1/service.ts';
import { type IPAddress, IPAddresses } from '#api/networking/v1/ip-address.ts';
import { ServiceCIDRs } from '#api/networking/v1/service-cidr.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: ['service-cidr-controller'], scheduler: false });
});
afterAll(() => cluster.stop());

const services = () => cluster.client.of(Services);
const addresses = () => cluster.client.of(IPAddresses);
const cidrs = () => cluster.client.of(ServiceCIDRs);
const service = (name: string, clusterIP?: string): Service =>
  ({ metadata: { name, namespace }, spec: { ports: [{ port: 80 }], ...(clusterIP ? { clusterIP } : {}) } }) as Service;
const isGone = (work: Promise<unknown>) => work.then(() => false, isNotFound);

test('the range given at start is shown, and ready', async () => {
  const shown = await waitFor(async () => (await cidrs().list()).items[0]);
  expect([shown.metadata?.name, shown.spec?.cidrs]).toEqual(['kubernetes', ['10.96.0.0/12']]);
  await waitFor(async () => (await cidrs().get('kubernetes')).metadata?.finalizers?.length);
  const { status } = await cidrs().get('kubernetes');
  expect(status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'True' });
});

test('every service’s address is shown as long as it has it, and comes back when it is deleted', async () => {
  const made = await services().create(service('web'));
  const address = made.spec?.clusterIP as string;
  const shown = await waitFor(() =>
    addresses()
      .get(address)
      .catch(() => undefined),
  );
  expect(shown.spec?.parentRef).toEqual({ resource: 'services', namespace, name: 'web' });
  expect(shown.metadata?.labels).toEqual({
    'ipaddress.kubernetes.io/ip-family': 'IPv4',
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  });
  await addresses().delete(address);
  await waitFor(
    async () =>
      (
        await addresses()
          .get(address)
          .catch(() => undefined)
      )?.metadata?.uid,
  );
  await services().delete('web', { namespace });
  await waitFor(() => isGone(addresses().get(address)));
  // Its place is free at once for who asks for it.
  expect((await services().create(service('web', address))).spec?.clusterIP).toBe(address);
});

test('an address that somebody else has taken is not given to a service', async () => {
  const parentRef = { group: 'example.com', resource: 'gateways', name: 'edge' };
  await addresses().create({ metadata: { name: '10.96.7.7' }, spec: { parentRef } } as IPAddress);
  await expect(services().create(service('wants', '10.96.7.7'))).rejects.toMatchObject({
    code: 422,
    message: expect.stringContaining('failed to allocate IP 10.96.7.7: provided IP is already allocated'),
  });
});

test('a further range is drawn from once it is ready, and stays as long as it is used', async () => {
  const outside = service('outside', '192.168.77.9');
  await expect(services().create(outside)).rejects.toMatchObject({
    message: expect.stringContaining('the provided network does not match the current range'),
  });
  await cidrs().create({ metadata: { name: 'more' }, spec: { cidrs: ['192.168.77.0/28'] } });
  await waitFor(async () => (await cidrs().get('more')).status?.conditions?.[0]?.status === 'True');
  await services().create(outside);
  await waitFor(() =>
    addresses()
      .get('192.168.77.9')
      .catch(() => undefined),
  );
  await cidrs().delete('more');
  await waitFor(async () => (await cidrs().get('more')).status?.conditions?.[0]?.reason === 'Terminating');
  await services().delete('outside', { namespace });
  await waitFor(() => isGone(cidrs().get('more')));
});

const typed = (name: string, spec: object): Service =>
  ({ metadata: { name, namespace }, spec: { ports: [{ port: 80 }], ...spec } }) as Service;

test.each<[string, object, string]>([
  [
    'two families',
    { ipFamilyPolicy: 'RequireDualStack' },
    'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  ],
  [
    'a family that the cluster lacks',
    { ipFamilies: ['IPv6'] },
    'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  ],
  [
    'an address of a family that the cluster lacks',
    { clusterIP: 'fd00::1' },
    'spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster',
  ],
  [
    'two families and one',
    { ipFamilies: ['IPv4', 'IPv6'] },
    "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
  ],
  [
    'a list without the address in front',
    { clusterIPs: ['10.96.8.8'] },
    'spec.clusterIPs: Invalid value: ["10.96.8.8"]: must be empty when `clusterIP` is not specified',
  ],
])('a service with %s is refused', async (_, spec, message) => {
  await expect(services().create(typed('odd', spec))).rejects.toMatchObject({
    message: `Service "odd" is invalid: ${message}`,
  });
});

test.each<[string, object, object]>([
  ['that prefers two families gets one', { ipFamilyPolicy: 'PreferDualStack' }, { ipFamilies: ['IPv4'] }],
  [
    'without address and pods may have both families',
    { clusterIP: 'None' },
    { clusterIPs: ['None'], ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' },
  ],
  [
    'without address of some pods has one family',
    { clusterIP: 'None', selector: { a: 'b' } },
    { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' },
  ],
])('a service %s', async (_, spec, expected) => {
  const { spec: made } = await services().create(typed('fine', spec));
  await services().delete('fine', { namespace });
  expect(made).toMatchObject(expected);
});

test('a port for health checks comes and goes with the need of it', async () => {
  const local = { type: 'LoadBalancer', externalTrafficPolicy: 'Local' };
  const made = await services().create(typed('checked', local));
  expect(made.spec?.healthCheckNodePort).toBeGreaterThan(0);
  const clash = typed('clash', { type: 'NodePort', ports: [{ port: 80, nodePort: made.spec?.healthCheckNodePort }] });
  await expect(services().create(clash)).rejects.toMatchObject({
    message: expect.stringContaining('provided port is already allocated'),
  });
  const inside = await services().update({ ...made, spec: { ...made.spec, type: 'ClusterIP' } } as Service);
  expect(inside.spec?.healthCheckNodePort).toBeUndefined();
  expect(inside.spec?.ports?.[0]?.nodePort).toBeUndefined();
  await services().create(clash);
});
