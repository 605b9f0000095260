import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({
    controllers: ['root-ca-certificate-publisher-controller', 'serviceaccount-controller'],
    controllersOptions: { rootCa: 'CERTIFICATE' },
    scheduler: false,
  });
});
afterAll(() => cluster.stop());

test('every namespace gets its default service account and the root certificate, again when they are deleted', async () => {
  const { client } = cluster;
  const namespace = 'team';
  await client.of(Namespaces).create({ metadata: { name: namespace } });
  const account = () => client.of(ServiceAccounts).get('default', { namespace });
  const certificate = () => client.of(ConfigMaps).get('kube-root-ca.crt', { namespace });
  const first = await waitFor(account);
  expect((await waitFor(certificate)).data).toEqual({ 'ca.crt': 'CERTIFICATE' });
  await Promise.all([
    client.of(ServiceAccounts).delete('default', { namespace }),
    client.of(ConfigMaps).delete('kube-root-ca.crt', { namespace }),
  ]);
  await waitFor(certificate);
  await waitFor(async () => (await account()).metadata?.uid !== first.metadata?.uid);
});

test('a changed root certificate is put right', async () => {
  const { client } = cluster;
  const namespace = 'default';
  const get = () => client.of(ConfigMaps).get('kube-root-ca.crt', { namespace });
  const map = await waitFor(get);
  await client.of(ConfigMaps).update({ ...map, data: { other: 'value' } });
  await waitFor(async () => (await get()).data?.['ca.crt'] === 'CERTIFICATE');
});
