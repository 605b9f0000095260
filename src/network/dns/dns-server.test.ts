import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Service } from '#api/core/v1/service.ts';
import type { EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';
import { silentLogger } from '#base/logger.ts';
import { DnsServer } from './dns-server.ts';
import type { ZoneSource } from './zone.ts';

const services: Record<string, Service> = {
  'default/web': {
    metadata: { name: 'web', namespace: 'default' },
    spec: { clusterIP: '10.96.0.7', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
  } as Service,
  'default/db': {
    metadata: { name: 'db', namespace: 'default' },
    spec: { clusterIP: 'None', ports: [{ name: 'sql', port: 5432 }] },
  } as Service,
  'default/ext': {
    metadata: { name: 'ext', namespace: 'default' },
    spec: { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' },
  } as Service,
};
const dbSlice = {
  addressType: 'IPv4',
  endpoints: [
    { addresses: ['10.244.0.2'], hostname: 'db-0', conditions: { ready: true } },
    { addresses: ['10.244.0.3'], conditions: { ready: true } },
  ],
  ports: [{ name: 'sql', port: 5432 }],
} as EndpointSlice;

const source: ZoneSource = {
  service: (namespace, name) => services[`${namespace}/${name}`],
  slices: (_namespace, name) => (name === 'db' ? [dbSlice] : []),
  hasNamespace: (name) => name === 'default',
  nameOfAddress: (ip) => (ip === '10.96.0.7' ? 'web.default.svc.cluster.local' : undefined),
};

const forwarder = { forward: () => Promise.reject(new Error('no resolvers')) };
const server = new DnsServer({ source, domain: 'cluster.local', forwarder, logger: silentLogger });
const resolver = new Resolver({ timeout: 2000, tries: 1 });

beforeAll(async () => {
  resolver.setServers([`127.0.0.1:${await server.listen('127.0.0.1', 0)}`]);
});
afterAll(() => server.close());

test.each([
  ['a service has its cluster address', 'web.default.svc.cluster.local', ['10.96.0.7']],
  ['names are answered in any case', 'WEB.default.svc.Cluster.Local', ['10.96.0.7']],
  ['a headless service has its endpoints', 'db.default.svc.cluster.local', ['10.244.0.2', '10.244.0.3']],
  ['an endpoint has its host name', 'db-0.db.default.svc.cluster.local', ['10.244.0.2']],
  ['an endpoint without one is called by its address', '10-244-0-3.db.default.svc.cluster.local', ['10.244.0.3']],
  ['an external name is followed', 'ext.default.svc.cluster.local', ['10.96.0.7']],
  ['a pod is called by its address', '10-1-2-3.default.pod.cluster.local', ['10.1.2.3']],
])('%s', async (_title, name, addresses) => {
  expect((await resolver.resolve4(name)).sort()).toEqual(addresses);
});

test('ports are found by SRV, addresses by PTR', async () => {
  const srv = { priority: 0, weight: 100 };
  expect(await resolver.resolveSrv('_http._tcp.web.default.svc.cluster.local')).toEqual([
    { ...srv, name: 'web.default.svc.cluster.local', port: 80 },
  ]);
  const names = (await resolver.resolveSrv('_sql._tcp.db.default.svc.cluster.local')).map((each) => each.name).sort();
  expect(names).toEqual(['10-244-0-3.db.default.svc.cluster.local', 'db-0.db.default.svc.cluster.local']);
  expect(await resolver.reverse('10.96.0.7')).toEqual(['web.default.svc.cluster.local']);
});

test.each([
  ['an unknown service does not exist', 'nope.default.svc.cluster.local', 'ENOTFOUND'],
  ['an unknown namespace does not exist', 'web.nope.svc.cluster.local', 'ENOTFOUND'],
  ['a name outside that nobody resolves is a failure', 'example.com', 'ESERVFAIL'],
])('%s', async (_title, name, code) => {
  await expect(resolver.resolve4(name)).rejects.toMatchObject({ code });
});

test('a service without IPv6 answers with no data, not with an error', async () => {
  await expect(resolver.resolve6('web.default.svc.cluster.local')).rejects.toMatchObject({ code: 'ENODATA' });
});
