import 'reflect-metadata';
import { generateKeyPairSync, type KeyObject, sign, type webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator, X509CertificateGenerator } from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PodCertificateRequest,
  PodCertificateRequests,
  type PodCertificateRequestSpec as Spec,
  type PodCertificateRequestStatus as Status,
} from '#api/certificates/v1beta1/pod-certificate-request.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import type { Client } from '#client/client.ts';
import { mergePatch } from '#client/options.ts';
import { writtenNulls } from '#machinery/codec/written-nulls.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

const SIGNER = 'example.com/signer';
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const namespace = 'default';
type CryptoKeyPair = webcrypto.CryptoKeyPair;
let cluster: Cluster;
let keys: CryptoKeyPair;
/** What is asked in a request as the kubelet makes them. */
let asked: Spec;

beforeAll(async () => {
  cluster = await Cluster.start({
    featureGates: ['PodCertificateRequest'],
    enableAdmissionPlugins: ['NodeRestriction'],
    controllers: false,
    scheduler: false,
  });
  keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  await cluster.client.of(Nodes).create({ metadata: { name: 'n1' } });
  await cluster.client.of(Nodes).create({ metadata: { name: 'n2' } });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'a', namespace } });
  await cluster.client.of(Pods).create({
    metadata: { name: 'p', namespace },
    spec: { nodeName: 'n1', serviceAccountName: 'a', containers: [{ name: 'c', image: 'x' }] },
  } as Pod);
  const [node, pod, account] = await Promise.all([
    cluster.client.of(Nodes).get('n1'),
    cluster.client.of(Pods).get('p', { namespace }),
    cluster.client.of(ServiceAccounts).get('a', { namespace }),
  ]);
  asked = {
    signerName: SIGNER,
    podName: 'p',
    podUID: pod.metadata?.uid ?? '',
    serviceAccountName: 'a',
    serviceAccountUID: account.metadata?.uid ?? '',
    nodeName: 'n1',
    nodeUID: node.metadata?.uid ?? '',
    stubPKCS10Request: await stubRequest(keys),
  };
});
afterAll(() => cluster?.stop());

async function stubRequest(pair: CryptoKeyPair, signingAlgorithm: { readonly name: string } = EC): Promise<string> {
  const made = await Pkcs10CertificateRequestGenerator.create({ keys: pair, signingAlgorithm });
  return Buffer.from(made.rawData).toString('base64');
}

const requests = (client: Client = cluster.client) => client.of(PodCertificateRequests);
const request = (spec: Partial<Spec> = {}, name = 'r'): PodCertificateRequest => ({
  metadata: { name, namespace },
  spec: { ...asked, ...spec },
});
const dry = (spec: Partial<Spec>) => requests().create(request(spec), { dryRun: true });
const spki = (key: KeyObject) => key.export({ format: 'der', type: 'spki' }).toString('base64');
const base64 = (data: Uint8Array) => Buffer.from(data).toString('base64');
const WITHOUT = { stubPKCS10Request: undefined } as const;

test('a request is known for a day, says nothing of itself, and is shown with whom it is for', async () => {
  const { spec, status } = await requests().create({ ...request({}, 'shown'), status: { certificateChain: 'x' } });
  expect(spec.maxExpirationSeconds).toBe(86400);
  expect(status ?? {}).toEqual({});
  const columns = PodCertificateRequests.columns?.map(({ name, cell }) => [name, cell(request(), 0)]);
  expect(columns?.slice(1)).toEqual([
    ['PodName', 'p'],
    ['ServiceAccountName', 'a'],
    ['NodeName', 'n1'],
    ['SignerName', SIGNER],
    ['State', 'Pending'],
    ['UnverifiedUserAnnotations', '<none>'],
  ]);
  // Upstream writes keys without asking whether there is anything.
  const written = writtenNulls(PodCertificateRequest)?.put({ spec });
  expect(written).toMatchObject({ spec: { pkixPublicKey: null, proofOfPossession: null } });
  expect((await requests().list({ namespace, fieldSelector: 'spec.nodeName=n1' })).items).toHaveLength(1);
  expect((await requests().list({ namespace, fieldSelector: 'spec.podName=q' })).items).toHaveLength(0);
  await expect(
    requests().patch('shown', mergePatch({ spec: { maxExpirationSeconds: 7200 } }), { namespace }),
  ).rejects.toThrow('field is immutable');
});

test.each<[string, Partial<Spec>, string]>([
  ['no signer', { signerName: 'x' }, 'spec.signerName: Invalid value: "x"'],
  ['no pod', { podName: 'A' }, 'spec.podName: Invalid value: "A"'],
  ['no uid', { podUID: '' }, 'spec.podUID: Invalid value: "": must not be empty'],
  ['a long uid', { nodeUID: 'x'.repeat(129) }, 'spec.nodeUID: Too long: may not be more than 128 bytes'],
  [
    'too short a time',
    { maxExpirationSeconds: 3599 },
    'spec.maxExpirationSeconds: Invalid value: 3599: must be in the range [3600, 7862400]',
  ],
  [
    'more than a day of Kubernetes',
    { signerName: 'a.kubernetes.io/b', maxExpirationSeconds: 86401 },
    'must be in the range [3600, 86400]',
  ],
  [
    "nobody's annotations",
    { unverifiedUserAnnotations: { a: 'b' } },
    'spec.unverifiedUserAnnotations: Invalid value: "a": must be a domain-prefixed key (such as "acme.io/foo")',
  ],
  [
    'no key',
    WITHOUT,
    'spec: Invalid value: exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set',
  ],
  ['two keys', { pkixPublicKey: 'YQ==', proofOfPossession: 'YQ==' }, 'exactly one of (stubPKCS10Request) or'],
  ['what is no request', { stubPKCS10Request: 'YQ==' }, 'Invalid value: must be a valid PKCS#10 CSR'],
  [
    'a large request',
    { stubPKCS10Request: base64(new Uint8Array(10241)) },
    'spec.stubPKCS10Request: Too long: may not be more than 10240 bytes',
  ],
  [
    'what is no key',
    { ...WITHOUT, pkixPublicKey: 'YQ==', proofOfPossession: 'YQ==' },
    'spec.pkixPublicKey: Invalid value: "YQ==": must be a valid PKIX-serialized public key',
  ],
])('a request with %s is refused', async (_, spec, message) => {
  await expect(dry(spec)).rejects.toThrow(message);
});

test('who asks shows that the key is theirs', async () => {
  const der = Buffer.from(asked.stubPKCS10Request ?? '', 'base64');
  der[der.length - 1]! ^= 1;
  await expect(dry({ stubPKCS10Request: base64(der) })).rejects.toThrow(
    'PodCertificateRequest.certificates.k8s.io "r" is invalid: spec.stubPKCS10Request: Invalid value: invalid signature',
  );
  const RSA = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const weak = await crypto.subtle.generateKey({ ...RSA, hash: 'SHA-256' }, true, ['sign', 'verify']);
  await expect(dry({ stubPKCS10Request: await stubRequest(weak, RSA) })).rejects.toThrow(
    'spec.stubPKCS10Request: Invalid value: "2048-bit modulus": RSA keys must have modulus size 3072 or 4096',
  );
});

describe('a key without a request', () => {
  const bare = (pair: { readonly publicKey: KeyObject }, proof: Uint8Array) =>
    dry({ ...WITHOUT, pkixPublicKey: spki(pair.publicKey), proofOfPossession: base64(proof) });
  const uid = () => Buffer.from(asked.podUID);

  test('comes with a proof that it is theirs', async () => {
    const ed25519 = generateKeyPairSync('ed25519');
    await bare(ed25519, sign(null, uid(), ed25519.privateKey));
    await expect(bare(ed25519, sign(null, Buffer.from('other'), ed25519.privateKey))).rejects.toThrow(
      'spec.proofOfPossession: Invalid value: could not verify proof-of-possession signature',
    );
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    await bare(curve, sign('sha256', uid(), curve.privateKey));
    const rsa = generateKeyPairSync('rsa', { modulusLength: 3072 });
    await bare(rsa, sign('sha256', uid(), { key: rsa.privateKey, padding: 6, saltLength: 32 }));
    await expect(bare(rsa, sign('sha256', uid(), rsa.privateKey))).rejects.toThrow('proof-of-possession');
  });

  test('is of a kind that is strong enough', async () => {
    const old = generateKeyPairSync('ec', { namedCurve: 'secp224r1' });
    await expect(bare(old, uid())).rejects.toThrow(
      'spec.pkixPublicKey: Invalid value: "curve P-224": elliptic public keys must use curve P256 or P384',
    );
    await expect(bare(generateKeyPairSync('x25519'), uid())).rejects.toThrow('unknown public key type; supported');
  });
});

describe('an answer', () => {
  const condition = (type: string, status = 'True') => ({
    type,
    status,
    reason: 'Because',
    message: '',
    lastTransitionTime: new Date().toISOString(),
  });
  /** To the second, as certificates and timestamps count. */
  const at = (minutes: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + minutes * 60_000);
  const text = (date: Date) => date.toISOString().replace('.000Z', 'Z');

  async function issued({
    from = at(0),
    until = at(24 * 60),
    pair = keys,
  }: {
    readonly from?: Date;
    readonly until?: Date;
    readonly pair?: CryptoKeyPair;
  } = {}): Promise<Status> {
    const certificate = await X509CertificateGenerator.createSelfSigned({
      keys: pair,
      signingAlgorithm: EC,
      notBefore: from,
      notAfter: until,
    });
    return {
      conditions: [condition('Issued')],
      certificateChain: `${certificate.toString('pem')}\n`,
      notBefore: text(from),
      beginRefreshAt: text(new Date(from.getTime() + 12 * 60_000)),
      notAfter: text(until),
    };
  }

  const answer = async (status: Status, name: string, client?: Client) => {
    await requests().create(request({}, name));
    return requests(client).patch(name, mergePatch({ status }), { namespace, subresource: 'status' });
  };

  test('is a certificate for the key that was asked for, and stays', async () => {
    const made = await answer(await issued(), 'issued');
    expect(made.status?.conditions?.[0]?.type).toBe('Issued');
    expect(PodCertificateRequests.columns?.[5]?.cell(made, 0)).toBe('Issued');
    const change = requests().patch('issued', mergePatch({ status: { certificateChain: 'x' } }), {
      namespace,
      subresource: 'status',
    });
    await expect(change).rejects.toThrow(
      'status: Invalid value: immutable after PodCertificateRequest is issued, denied, or failed',
    );
    await requests().patch('issued', mergePatch({ metadata: { labels: { a: 'b' } } }), {
      namespace,
      subresource: 'status',
    });
  });

  test.each<[string, () => Promise<Status>, string]>([
    ['of none', async () => ({ ...(await issued()), certificateChain: 'x' }), 'must contain at least one certificate'],
    [
      'for another key',
      async () => issued({ pair: await crypto.subtle.generateKey(EC, true, ['sign', 'verify']) }),
      'leaf certificate was not issued to the requested public key',
    ],
    [
      'without times',
      async () => ({ conditions: [condition('Issued')], certificateChain: (await issued()).certificateChain }),
      'status.beginRefreshAt: Required value: must be present and in the range [notbefore+10min, notafter-10min]',
    ],
    [
      'with other times',
      async () => ({ ...(await issued()), notAfter: text(at(60)) }),
      'must be set to the NotAfter time encoded in the leaf certificate',
    ],
    ['of the past', () => issued({ from: at(-6) }), "must be set to within 5 minutes of kube-apiserver's current time"],
    [
      'for half an hour',
      () => issued({ until: at(30) }),
      'status.certificateChain: Invalid value: 1800000000000: leaf certificate lifetime must be >= 1 hour',
    ],
    [
      'for too long',
      () => issued({ until: at(24 * 60 + 1) }),
      'leaf certificate lifetime must be <= spec.maxExpirationSeconds (86400)',
    ],
    [
      'with an early refresh',
      async () => ({ ...(await issued()), beginRefreshAt: text(at(9)) }),
      'must be at least 10 minutes after status.notBefore',
    ],
    [
      'with a key behind it',
      async () => {
        const status = await issued();
        return {
          ...status,
          certificateChain: `${status.certificateChain}-----BEGIN KEY-----\nYQ==\n-----END KEY-----`,
        };
      },
      'issued certificate chain must consist entirely of CERTFICATE PEM blocks',
    ],
    [
      'that is none',
      async () => ({ certificateChain: 'x' }),
      'status is immutable unless transitioning to "Issued", "Denied", or "Failed"',
    ],
    [
      'with a certificate that is denied',
      async () => ({ ...(await issued()), conditions: [condition('Denied')] }),
      'non-condition status fields must be empty when denying or failing',
    ],
    [
      'of two minds',
      async () => ({ conditions: [condition('Denied'), condition('Failed')] }),
      'status.conditions.[1].type: Invalid value: "Failed": There may be at most one condition with type',
    ],
    [
      'that is not true',
      async () => ({ conditions: [condition('Denied', 'False')] }),
      'status.conditions.[0].status: Unsupported value: "False": supported values: "True"',
    ],
    [
      'in other words',
      async () => ({ conditions: [condition('Other')] }),
      'status.conditions.[0].type: Unsupported value: "Other": supported values: "Issued", "Denied", "Failed"',
    ],
  ])('%s is refused', async (what, make, message) => {
    await expect(answer(await make(), what.replaceAll(' ', '-'))).rejects.toThrow(message);
  });

  test('is given by who may sign', async () => {
    const rules = [
      { apiGroups: ['certificates.k8s.io'], resources: ['podcertificaterequests/status'], verbs: ['*'] },
      { apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['other.com/*'], verbs: ['sign'] },
    ];
    await cluster.client.of(ClusterRoles).create({ metadata: { name: 'signer' }, rules });
    await cluster.client.of(ClusterRoleBindings).create({
      metadata: { name: 'signer' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'signer' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'signer' }],
    });
    const signer = cluster.clientFor({ name: 'signer', groups: ['system:authenticated'] });
    const options = { namespace, subresource: 'status' };
    const denial = mergePatch({ status: { conditions: [condition('Denied')] } });
    await requests().create(request({ signerName: 'other.com/x' }, 'theirs'));
    await waitFor(() => requests(signer).patch('theirs', denial, options));
    await requests().create(request({}, 'not-theirs'));
    await expect(requests(signer).patch('not-theirs', denial, options)).rejects.toThrow(
      'PodCertificateRequest.certificates.k8s.io "not-theirs" is invalid: spec.signerName: Forbidden: User "signer" is not permitted to "sign" for signer "example.com/signer"',
    );
  });
});

describe('a node', () => {
  const node = (name: string) =>
    requests(cluster.clientFor({ name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] }));
  const refused = async (spec: Partial<Spec>) =>
    node('n1')
      .create(request(spec, 'refused'))
      .then(
        () => 'created',
        (error: { readonly code: number; readonly message: string }) => `${error.code} ${error.message}`,
      );

  test('asks for its own pods, and sees what became of it', async () => {
    await node('n1').create(request({}, 'own'));
    expect((await node('n1').get('own', { namespace })).metadata?.name).toBe('own');
    expect((await node('n1').list({ fieldSelector: 'spec.nodeName=n1' })).items.length).toBeGreaterThan(0);
    await expect(node('n2').get('own', { namespace })).rejects.toThrow('no relationship found between node');
    await expect(node('n1').list()).rejects.toThrow(
      'can only list/watch podcertificaterequests with nodeName field selector',
    );
    await expect(node('n1').delete('own', { namespace })).rejects.toThrow(
      'nodes may not delete podcertificaterequests',
    );
  });

  test.each<[string, Partial<Spec>, string]>([
    [
      'other nodes',
      { nodeName: 'n2' },
      '403 podcertificaterequests.certificates.k8s.io "refused" is forbidden: PodCertificateRequest.Spec.NodeName="n2", which is not the requesting node "n1"',
    ],
    [
      'former nodes',
      { nodeUID: 'x' },
      '500 PodCertificateRequest for pod "default/p" names node UID "x", inconsistent',
    ],
    [
      'pods that are not there',
      { podName: 'q' },
      '500 while retrieving pod "default/q" named in the PodCertificateRequest: pod "q" not found',
    ],
    [
      'former pods',
      { podUID: 'x' },
      '500 PodCertificateRequest for pod "default/p" contains pod UID ("x") which differs',
    ],
    [
      'other accounts',
      { serviceAccountName: 'b' },
      'PodCertificateRequest for pod "default/p" contains serviceAccountName ("b") that differs from running pod ("a")',
    ],
    [
      'former accounts',
      { serviceAccountUID: 'x' },
      '500 PodCertificateRequest for pod "default/p" names service account UID "x", which differs',
    ],
  ])('does not ask for %s', async (_, spec, message) => {
    expect(await refused(spec)).toContain(message);
  });
});

test.each<[string, object, string]>([
  ['of no kind', { keyType: 'X' }, '.keyType: Unsupported value: "X": supported values: "RSA3072", "RSA4096", '],
  ['for a moment', { maxExpirationSeconds: 60 }, 'if provided, maxExpirationSeconds must be >= 3600'],
  ['for long', { maxExpirationSeconds: 7862401 }, 'if provided, maxExpirationSeconds must be <= 7862400'],
  ['nowhere', { keyPath: '' }, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'],
  ['outside', { keyPath: '../a' }, '.keyPath: Invalid value: "../a": must not contain \'..\''],
  ['in one place', { certificateChainPath: 'k' }, 'projected: Invalid value: "k": conflicting duplicate paths'],
])('a certificate %s is not projected into a pod', async (_, projection, message) => {
  const podCertificate = { signerName: SIGNER, keyType: 'ED25519', keyPath: 'k', ...projection };
  const create = cluster.client.of(Pods).create(
    {
      metadata: { name: 'projected', namespace },
      spec: {
        serviceAccountName: 'a',
        containers: [{ name: 'c', image: 'x' }],
        volumes: [{ name: 'v', projected: { sources: [{ podCertificate }] } }],
      },
    } as Pod,
    { dryRun: true },
  );
  await expect(create).rejects.toThrow(message);
});
