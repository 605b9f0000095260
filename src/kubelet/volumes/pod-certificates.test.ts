import 'reflect-metadata';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Pkcs10CertificateRequest, X509CertificateGenerator } from '@peculiar/x509';
import { afterEach, describe, expect, test } from 'vitest';
import { ClusterTrustBundles } from '#api/certificates/v1beta1/cluster-trust-bundle.ts';
import {
  type PodCertificateRequest,
  PodCertificateRequests,
} from '#api/certificates/v1beta1/pod-certificate-request.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodCertificateProjection } from '#api/core/v1/volume.ts';
import { silentLogger } from '#base/logger.ts';
import { seededRandom } from '#base/random.ts';
import { mergePatch } from '#client/options.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { KubeletHarness } from '../testing/kubelet-harness.ts';
import { MemoryRuntime, runUntilStopped } from '../testing/memory-runtime.ts';
import { generateCertificateKey } from './certificate-key.ts';
import { PodCertificates } from './pod-certificates.ts';

const SIGNER = 'example.com/signer';
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;
const namespace = 'default';
const featureGates = ['ClusterTrustBundle', 'ClusterTrustBundleProjection', 'PodCertificateRequest'];
let h: KubeletHarness;
const clock = new VirtualClock();

async function start(): Promise<void> {
  const runtime = new MemoryRuntime({ clock, images: { 'app:1': { program: runUntilStopped } } });
  h = await KubeletHarness.start({
    runtime,
    clock,
    cluster: await Cluster.start({ clock, controllers: false, scheduler: false, featureGates }),
  });
}
afterEach(() => h.stop());

const requests = () => h.cluster.client.of(PodCertificateRequests);
const asked = async (): Promise<readonly PodCertificateRequest[]> => (await requests().list({ namespace })).items;

async function issue({ metadata, spec }: PodCertificateRequest): Promise<string> {
  const request = new Pkcs10CertificateRequest(Uint8Array.from(Buffer.from(spec.stubPKCS10Request ?? '', 'base64')));
  const authority = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const [notBefore, notAfter] = [new Date(clock.now()), new Date(clock.now() + HOUR_MS)];
  const certificate = await X509CertificateGenerator.create({
    publicKey: request.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: EC,
    notBefore,
    notAfter,
  });
  const pem = `${certificate.toString('pem')}\n`;
  const status = {
    conditions: [condition('Issued')],
    certificateChain: pem,
    notBefore: formatTime(clock.now()),
    beginRefreshAt: formatTime(clock.now() + HOUR_MS / 2),
    notAfter: formatTime(notAfter.getTime()),
  };
  const options = { namespace, subresource: 'status' };
  await requests().patch(metadata?.name ?? '', mergePatch({ status }), options);
  return pem;
}
const condition = (type: string) => ({
  type,
  status: 'True',
  reason: 'Because',
  message: 'so it is',
  lastTransitionTime: formatTime(clock.now()),
});
const podOf = (sources: readonly object[], more: object = {}) => ({
  containers: [{ name: 'c', image: 'app:1', volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
  volumes: [{ name: 'v', projected: { sources, defaultMode: 0o644 } }],
  ...more,
});
const certificate: PodCertificateProjection = {
  signerName: SIGNER,
  keyType: 'ECDSAP256',
  maxExpirationSeconds: 3600,
  credentialBundlePath: 'all.pem',
  keyPath: 'key.pem',
  certificateChainPath: 'chain.pem',
  userAnnotations: { 'example.com/a': 'b' },
};
const pathOf = (pod: Pod, file: string) =>
  join(h.root, 'pods', pod.metadata?.uid ?? '', 'volumes/kubernetes.io~projected/v', file);
const read = (pod: Pod, file: string) => readFile(pathOf(pod, file), 'utf8');
const runs = (pod: Pod) => pod.status?.phase === 'Running';

describe('a pod with a certificate', () => {
  test('waits for it, has it, and has the next one in time', async () => {
    await start();
    const made = await h.create('p', podOf([{ podCertificate: certificate }]));
    const [first] = await waitFor(async () => {
      const all = await asked();
      return all.length > 0 && all;
    });
    expect(first).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'Pod', name: 'p' }] },
      spec: {
        signerName: SIGNER,
        podName: 'p',
        podUID: made.metadata?.uid,
        serviceAccountName: 'default',
        nodeName: 'node-1',
        maxExpirationSeconds: 3600,
        unverifiedUserAnnotations: { 'example.com/a': 'b' },
      },
    });
    await waitFor(() =>
      h.events.includes(
        'Warning FailedMount MountVolume.SetUp failed for volume "v" : credential bundle is not issued yet',
      ),
    );
    const chain = await issue(first as PodCertificateRequest);
    const pod = await h.until('p', runs);
    const key = await read(pod, 'key.pem');
    expect(new X509Certificate(chain).checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect([await read(pod, 'chain.pem'), await read(pod, 'all.pem')]).toEqual([chain, key + chain]);

    const second = await waitFor(async () => {
      clock.advance(60_000);
      const all = await asked();
      return all.find(({ metadata }) => metadata?.name !== first?.metadata?.name);
    });
    expect(await read(pod, 'chain.pem')).toBe(chain);
    const next = await issue(second);
    await waitFor(async () => (await read(pod, 'chain.pem')) === next);
    expect(await read(pod, 'key.pem')).not.toBe(key);
  });

  test('is told that it never will have one', async () => {
    await start();
    await h.create('p', podOf([{ podCertificate: certificate }]));
    const [first] = await waitFor(async () => {
      const all = await asked();
      return all.length > 0 && all;
    });
    const name = first?.metadata?.name ?? '';
    await requests().patch(name, mergePatch({ status: { conditions: [condition('Denied')] } }), {
      namespace,
      subresource: 'status',
    });
    const why = 'denied: reason="Because" message="so it is"';
    await waitFor(() => h.events.some((event) => event.endsWith(`PodCertificateRequest was permanently ${why}`)));
    expect(h.events).toContain(
      `Warning Denied PodCertificateRequest default/${name} was denied, reason="Because", message="so it is"`,
    );
    expect(await asked()).toHaveLength(1);
  });
});

test('a certificate that nobody renews is told of, once when it should have been and once when it ends', async () => {
  await start();
  const pod = await h.create('p', { nodeName: 'elsewhere', containers: [{ name: 'c', image: 'app:1' }] });
  const events: string[] = [];
  const certificates = new PodCertificates({
    client: h.cluster.client,
    nodeName: 'node-1',
    events: { record: (_, type, reason, message) => events.push(`${type} ${reason} ${message}`) },
    clock,
    logger: silentLogger,
    random: seededRandom(1),
    onChange: () => {},
  });
  const get = () => certificates.get(pod, { volume: 'v', place: 0 }, certificate);
  await expect(get()).rejects.toThrow('credential bundle is not issued yet');
  const [first] = await asked();
  await issue(first as PodCertificateRequest);
  const had = await waitFor(() => get().catch(() => undefined));
  for (let minute = 0; minute < 90; minute++) {
    clock.advance(60_000);
    await get();
  }
  expect((await get()).key).toBe(had.key);
  expect(events).toEqual([
    'Warning CertificateOverdueForRefresh PodCertificate refresh overdue',
    'Warning CertificateExpired PodCertificate expired',
  ]);
  expect((await asked()).length).toBeGreaterThan(1);
  certificates.close();
});

describe('the authorities that pods trust', () => {
  const bundle = async (name: string, more: object = {}, labels = {}) => {
    const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
    const { BasicConstraintsExtension } = await import('@peculiar/x509');
    const made = await X509CertificateGenerator.createSelfSigned({
      keys,
      signingAlgorithm: EC,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    const pem = `${made.toString('pem')}\n`;
    await h.cluster.client
      .of(ClusterTrustBundles)
      .create({ metadata: { name, labels }, spec: { trustBundle: `of no use\n${pem}`, ...more } });
    return pem;
  };
  const signed = (labels: object) => ({ clusterTrustBundle: { signerName: SIGNER, path: 'ca.pem', ...labels } });

  test('are those of a bundle, as it is now', async () => {
    await start();
    const first = await bundle('one');
    const sources = [{ clusterTrustBundle: { name: 'one', path: 'ca.pem' } }];
    await h.create('p', podOf(sources, { securityContext: { fsGroup: process.getgid?.() ?? 0 } }));
    const pod = await h.until('p', runs);
    expect(await read(pod, 'ca.pem')).toBe(first);
    expect((await stat(pathOf(pod, 'ca.pem'))).mode & 0o777).toBe(0o640);
    await h.cluster.client.of(ClusterTrustBundles).delete('one');
    const second = await bundle('one');
    await waitFor(async () => (await read(pod, 'ca.pem')) === second);
  });

  test('or of all that a signer has of some labels', async () => {
    await start();
    const one = await bundle('example.com:signer:a', { signerName: SIGNER }, { use: 'x' });
    const two = await bundle('example.com:signer:b', { signerName: SIGNER }, { use: 'x' });
    await bundle('example.com:signer:c', { signerName: SIGNER }, { use: 'y' });
    await bundle('other', {}, { use: 'x' });
    await h.create('p', podOf([signed({ labelSelector: { matchLabels: { use: 'x' } } })]));
    expect(await read(await h.until('p', runs), 'ca.pem')).toBe(one + two);
    await h.create('q', podOf([signed({ optional: true })]));
    expect(await read(await h.until('q', runs), 'ca.pem')).toBe('');
  });

  test('have to be there unless they are optional', async () => {
    await start();
    await h.create('named', podOf([{ clusterTrustBundle: { name: 'missing', path: 'ca.pem' } }]));
    await h.create('signed', podOf([signed({ labelSelector: {} })]));
    const failed = 'Warning FailedMount MountVolume.SetUp failed for volume "v" : ';
    for (const why of [
      'while getting ClusterTrustBundle: clustertrustbundle.certificates.k8s.io "missing" not found',
      'combination of signerName and labelSelector matched zero ClusterTrustBundles',
    ])
      await waitFor(() => h.events.includes(failed + why));
  });
});

test.each(['RSA3072', 'ECDSAP384', 'ECDSAP521', 'ED25519'])('pods may have keys of %s', async (keyType) => {
  await start();
  const { key, request } = await generateCertificateKey(keyType);
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(await new Pkcs10CertificateRequest(Uint8Array.from(Buffer.from(request, 'base64'))).verify(crypto)).toBe(true);
});
