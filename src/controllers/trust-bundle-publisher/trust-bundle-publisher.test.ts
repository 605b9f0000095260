import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClusterTrustBundles } from '#api/certificates/v1beta1/cluster-trust-bundle.ts';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { systemClock } from '#base/clock.ts';
import { mergePatch } from '#client/options.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

const SIGNER = 'kubernetes.io/kube-apiserver-serving';
let cluster: Cluster;
let [current, former, leaf]: string[] = [];
beforeAll(async () => {
  const authority = await CertificateAuthority.create('now', systemClock);
  current = authority.pair.certificate;
  former = (await CertificateAuthority.create('before', systemClock)).pair.certificate;
  leaf = (await authority.issue({ commonName: 'leaf' })).certificate;
  cluster = await Cluster.start({
    featureGates: ['ClusterTrustBundle'],
    controllers: ['kube-apiserver-serving-clustertrustbundle-publisher-controller'],
    controllersOptions: { rootCa: current },
    scheduler: false,
  });
});
afterAll(() => cluster?.stop());

const bundles = () => cluster.client.of(ClusterTrustBundles);
const bundle = (name: string, trustBundle = current ?? '', signerName?: string) => ({
  metadata: { name },
  spec: { ...(signerName === undefined ? {} : { signerName }), trustBundle },
});
const names = async () =>
  (await bundles().list({ fieldSelector: `spec.signerName=${SIGNER}` })).items.map(({ metadata }) => metadata?.name);

test('the authority of the API server is in one bundle, which stays, and those before it go', async () => {
  const hash = createHash('sha256')
    .update(current ?? '')
    .digest('hex')
    .slice(0, 24);
  const name = `kubernetes.io:kube-apiserver-serving:${hash}`;
  await waitFor(async () => (await names()).join() === name);
  await bundles().create(bundle('kubernetes.io:kube-apiserver-serving:old', former, SIGNER));
  await bundles().create(bundle('other', former));
  await bundles().patch(name, mergePatch({ spec: { trustBundle: former } }));
  await waitFor(
    async () => (await names()).join() === name && (await bundles().get(name)).spec.trustBundle === current,
  );
  await bundles().delete(name);
  await waitFor(async () => (await names()).join() === name);
  expect((await bundles().get('other')).spec.trustBundle).toBe(former);
});

test.each<[string, () => ReturnType<typeof bundle>, string]>([
  ['of no signer with a colon', () => bundle('a:b'), 'without signer name must not have ":" in its name'],
  ['named unlike its signer', () => bundle('a', current, 'a.b/c'), 'must be named with prefix a.b:c:'],
  ['of a signer without domain', () => bundle('a:b', current, 'a'), "of the form 'example.com/signer-name'"],
  ['without certificate', () => bundle('a', 'none'), 'at least one trust anchor must be provided'],
  ['with a key', () => bundle('a', current?.replaceAll('CERTIFICATE', 'KEY')), 'entry 0 has bad block type: KEY'],
  [
    'with what is none',
    () => bundle('a', `${current}-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----`),
    'entry 1 does not parse as X.509',
  ],
  ['with headers', () => bundle('a', current?.replace('-----\n', '-----\nA: b\n\n')), 'entry 0 has PEM block headers'],
  ['with one that may not sign', () => bundle('a', leaf), 'entry 0 does not have the CA bit set'],
  ['with one twice', () => bundle('a', `${current}\n${former}\n${current}`), 'duplicate trust anchor (indices [0 2])'],
])('a bundle %s is refused', async (_, make, message) => {
  await expect(bundles().create(make())).rejects.toThrow(message);
});

test('a bundle stays with its signer', async () => {
  await bundles().create(bundle('a.b:c:d', current, 'a.b/c'));
  const change = bundles().patch('a.b:c:d', mergePatch({ spec: { signerName: 'a.b/e' } }));
  await expect(change).rejects.toThrow('spec.signerName: Invalid value: "a.b/e": field is immutable');
});

test('a bundle is written by who may attest for its signer, but for owners and finalizers, and read by accounts and nodes', async () => {
  const rules = [
    { apiGroups: ['certificates.k8s.io'], resources: ['clustertrustbundles'], verbs: ['*'] },
    { apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['x.y/*'], verbs: ['attest'] },
  ];
  await cluster.client.of(ClusterRoles).create({ metadata: { name: 'writer' }, rules });
  await cluster.client.of(ClusterRoleBindings).create({
    metadata: { name: 'writer' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'writer' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'writer' }],
  });
  const writer = cluster.clientFor({ name: 'writer', groups: ['system:authenticated'] }).of(ClusterTrustBundles);
  await waitFor(() => writer.create(bundle('x.y:z:1', current, 'x.y/z')));
  await writer.create(bundle('of-none'));
  await bundles().create(bundle('k.l:m:1', current, 'k.l/m'));
  const refused =
    'clustertrustbundles.certificates.k8s.io "k.l:m:1" is forbidden: user not permitted to attest for signerName "k.l/m"';
  await expect(writer.patch('k.l:m:1', mergePatch({ spec: { trustBundle: former } }))).rejects.toThrow(refused);
  await writer.patch('k.l:m:1', mergePatch({ metadata: { finalizers: ['a.b/c'] } }));
  await writer.patch('k.l:m:1', mergePatch({ metadata: { finalizers: null } }));
  const account = { name: 'system:serviceaccount:a:b', groups: ['system:serviceaccounts', 'system:authenticated'] };
  expect((await cluster.clientFor(account).of(ClusterTrustBundles).list()).items.length).toBeGreaterThan(0);
  const node = { name: 'system:node:n', groups: ['system:nodes', 'system:authenticated'] };
  expect((await cluster.clientFor(node).of(ClusterTrustBundles).list()).items.length).toBeGreaterThan(0);
});
