import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CertificateSigningRequest,
  CertificateSigningRequests,
} from '#api/certificates/v1/certificate-signing-request.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { mergePatch } from '#client/options.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { cleanAt } from './cleaner-controller.ts';
import { checkKubeletClient, KUBE_APISERVER_CLIENT, KUBELET_CLIENT, KUBELET_SERVING, signers } from './signers.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const CONTROLLERS = ['approving', 'cleaner', 'signing'].map((each) => `certificatesigningrequest-${each}-controller`);
const NODE_USAGES = ['digital signature', 'client auth'];
const NODE = { name: 'system:node:n1', groups: ['system:nodes'] };
const ADMIN = { name: 'admin', groups: ['system:masters'] };
const SUBJECT = 'CN=system:node:n1,O=system:nodes';

const parsed = {
  commonName: 'system:node:n1',
  organizations: ['system:nodes'],
  dnsNames: [],
  ipAddresses: [],
  emailAddresses: [],
  uris: [],
};

describe('what signers require', () => {
  test.each<[string, object, string[], string | undefined]>([
    [KUBELET_CLIENT, {}, NODE_USAGES, undefined],
    [KUBELET_CLIENT, {}, [...NODE_USAGES, 'key encipherment'], undefined],
    [KUBELET_CLIENT, { organizations: ['a'] }, NODE_USAGES, 'subject organization is not system:nodes'],
    [KUBELET_CLIENT, { dnsNames: ['a'] }, NODE_USAGES, 'DNS subjectAltNames are not allowed'],
    [KUBELET_CLIENT, { ipAddresses: ['1.1.1.1'] }, NODE_USAGES, 'IP subjectAltNames are not allowed'],
    [KUBELET_CLIENT, { commonName: 'n1' }, NODE_USAGES, 'subject common name does not begin with system:node:'],
    [KUBELET_CLIENT, {}, ['any'], 'usages did not match [client auth digital signature key encipherment]'],
    [KUBELET_SERVING, {}, ['digital signature', 'server auth'], 'DNS or IP subjectAltName is required'],
    [KUBELET_SERVING, { dnsNames: ['a'] }, ['digital signature', 'server auth'], undefined],
    [
      KUBELET_SERVING,
      { dnsNames: ['a'] },
      NODE_USAGES,
      'usages did not match [digital signature key encipherment server auth]',
    ],
    [KUBE_APISERVER_CLIENT, {}, ['client auth'], undefined],
    [KUBE_APISERVER_CLIENT, {}, ['server auth'], 'invalid usage for client certificate: server auth'],
    [KUBE_APISERVER_CLIENT, {}, ['digital signature'], 'missing required usage for client certificate: client auth'],
  ])('%s with %o and %o', (signer, changes, usages, expected) => {
    expect(signers[signer]?.({ ...parsed, ...changes }, usages)).toBe(expected);
  });

  test('a request for a node agent is recognised by its subject and usages', () => {
    expect(checkKubeletClient(parsed, NODE_USAGES)).toBeUndefined();
  });
});

test.each<[string, CertificateSigningRequest['status'], number]>([
  ['pending', {}, START + 24 * HOUR],
  ['denied', { conditions: [condition('Denied', START + HOUR)] }, START + 2 * HOUR],
  ['failed', { conditions: [condition('Failed', START + HOUR)] }, START + 2 * HOUR],
  ['approved but not signed', { conditions: [condition('Approved', START)] }, Number.MAX_SAFE_INTEGER],
  ['issued', { conditions: [condition('Approved', START)], certificate: 'none' }, START + HOUR],
])('a request that is %s is cleaned in its time', (_name, status, expected) => {
  const metadata = { creationTimestamp: new Date(START).toISOString() };
  expect(cleanAt({ metadata, status } as CertificateSigningRequest)).toBe(expected);
});

function condition(type: 'Approved' | 'Denied' | 'Failed', at: number) {
  return { type, status: 'True' as const, lastUpdateTime: new Date(at).toISOString() };
}

describe('in a cluster', () => {
  const clock = new VirtualClock(Date.now());
  let cluster: Cluster;
  let authority: CertificateAuthority;
  beforeAll(async () => {
    authority = await CertificateAuthority.create('test-ca', clock);
    const controllersOptions = { signingCa: async () => authority.pair };
    cluster = await Cluster.start({ clock, scheduler: false, controllers: CONTROLLERS, controllersOptions });
  });
  afterAll(() => cluster.stop());

  const get = (name: string) => cluster.client.of(CertificateSigningRequests).get(name);
  const approve = async (name: string) => {
    const request = await get(name);
    const conditions = [{ type: 'Approved' as const, status: 'True' as const, reason: 'Test' }];
    await cluster.client
      .of(CertificateSigningRequests)
      .update({ ...request, status: { conditions } }, { subresource: 'approval' });
  };

  test('a certificate is signed for the subject and time that were asked for', async () => {
    const spec = { signerName: KUBE_APISERVER_CLIENT, usages: ['client auth'] as const, expirationSeconds: 3600 };
    await cluster.client.of(CertificateSigningRequests).create(await request('jane', 'CN=jane,O=team', spec));
    await approve('jane');
    const signed = await waitFor(async () => (await get('jane')).status?.certificate);
    const certificate = new X509Certificate(Buffer.from(signed, 'base64'));
    expect(certificate.verify(new X509Certificate(authority.pair.certificate).publicKey)).toBe(true);
    expect(certificate.subject.split('\n').sort()).toEqual(['CN=jane', 'O=team']);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    const seconds = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 1000;
    expect(seconds).toBe(3600 + 300);
  });

  test('the server says who asked, whatever the request claims, and when a condition came to be', async () => {
    const spec = {
      signerName: 'example.com/mine',
      usages: ['client auth'] as const,
      username: 'root',
      groups: ['all'],
    };
    const admin = cluster.clientFor({ name: 'jane', uid: 'u1', groups: ['system:masters'], extra: { a: ['b'] } });
    const client = admin.of(CertificateSigningRequests);
    const created = await client.create(await request('claims', 'CN=x', spec));
    expect(created.spec).toMatchObject({
      username: 'jane',
      uid: 'u1',
      groups: ['system:masters', 'system:authenticated'],
      extra: { a: ['b'] },
    });
    const changed = await client.update({ ...created, spec: { ...created.spec, username: 'eve' } });
    expect(changed.spec.username).toBe('jane');
    await approve('claims');
    const now = new Date(Math.floor(clock.now() / 1000) * 1000).toISOString().replace('.000', '');
    expect((await get('claims')).status?.conditions).toEqual([
      { type: 'Approved', status: 'True', reason: 'Test', lastUpdateTime: now, lastTransitionTime: now },
    ]);
  });

  test('approvers and signers may add conditions of their own', async () => {
    const spec = { signerName: 'example.com/conditions', usages: ['client auth'] as const };
    const client = cluster.client.of(CertificateSigningRequests);
    await client.create(await request('conditions', 'CN=x', spec));
    const patch = (type: string) =>
      mergePatch({
        metadata: { annotations: { [type]: 'yes' } },
        status: { conditions: [{ type, status: 'True', reason: 'e2e' }] },
      });
    for (const [subresource, type] of [['approval', 'ApprovalPatch'] as const, ['status', 'StatusPatch'] as const]) {
      const patched = await client.patch('conditions', patch(type), { subresource });
      expect(patched.metadata?.annotations?.[type]).toBe('yes');
      expect(patched.status?.conditions?.map((each) => each.type)).toEqual([type]);
    }
  });

  test('what a signer does not sign fails', async () => {
    const spec = { signerName: KUBELET_CLIENT, usages: ['client auth', 'digital signature'] as const };
    await cluster.client.of(CertificateSigningRequests).create(await request('bad', 'CN=n1,O=system:nodes', spec));
    await approve('bad');
    const failed = await waitFor(async () =>
      (await get('bad')).status?.conditions?.find(({ type }) => type === 'Failed'),
    );
    expect(failed).toMatchObject({
      status: 'True',
      reason: 'SignerValidationFailure',
      message: 'subject common name does not begin with system:node:',
    });
  });

  test('a node may have its own certificate again, and one hour later the request is gone', async () => {
    const node = cluster.clientFor(NODE).of(CertificateSigningRequests);
    const spec = { signerName: KUBELET_CLIENT, usages: ['client auth', 'digital signature'] as const };
    const role = 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient';
    const requests = cluster.client.of(CertificateSigningRequests);
    await cluster
      .clientFor(ADMIN)
      .of(CertificateSigningRequests)
      .create(await request('other', SUBJECT, spec));
    await waitFor(async () => (await get('other')).status?.certificate);
    await node.create(await request('node', SUBJECT, spec));
    clock.advance(1000);
    expect((await get('node')).status?.conditions).toBeUndefined();
    // The right comes later than the request.
    await cluster.client.of(ClusterRoleBindings).create({
      metadata: { name: 'renew' },
      roleRef: { kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'Group', name: 'system:nodes' }],
    });
    await waitFor(async () => {
      clock.advance(1000);
      return (await get('node')).status?.certificate;
    });
    expect((await get('other')).status?.conditions).toMatchObject([
      { message: 'Auto approving kubelet client certificate after SubjectAccessReview.' },
    ]);
    expect((await get('node')).status?.conditions).toMatchObject([
      {
        type: 'Approved',
        reason: 'AutoApproved',
        message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
      },
    ]);
    await waitFor(async () => {
      clock.advance(HOUR / 2);
      return (await requests.list({ fieldSelector: 'metadata.name=node' })).items.length === 0;
    });
  });
});

async function request(
  name: string,
  subject: string,
  spec: Omit<CertificateSigningRequest['spec'], 'request'>,
): Promise<CertificateSigningRequest> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await Pkcs10CertificateRequestGenerator.create({ name: subject, keys, signingAlgorithm: algorithm });
  return {
    metadata: { name },
    spec: { ...spec, request: Buffer.from(made.toString('pem')).toString('base64') },
  };
}
