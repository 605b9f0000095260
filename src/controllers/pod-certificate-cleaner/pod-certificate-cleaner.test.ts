import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { PodCertificateRequests } from '#api/certificates/v1beta1/pod-certificate-request.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';

const MINUTE = 60_000;

test('a request for the certificate of a pod is gone a quarter of an hour later', async () => {
  const clock = new VirtualClock(Date.now());
  const cluster = await Cluster.start({
    clock,
    featureGates: ['PodCertificateRequest'],
    controllers: ['podcertificaterequest-cleaner-controller'],
    scheduler: false,
  });
  try {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const requests = cluster.client.of(PodCertificateRequests);
    const create = (name: string) =>
      requests.create({
        metadata: { name, namespace: 'default' },
        spec: {
          signerName: 'example.com/signer',
          podName: 'p',
          podUID: 'u',
          serviceAccountName: 'a',
          serviceAccountUID: 'v',
          nodeName: 'n',
          nodeUID: 'w',
          pkixPublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
          proofOfPossession: sign(null, Buffer.from('u'), privateKey).toString('base64'),
        },
      });
    const names = async () => (await requests.list()).items.map(({ metadata }) => metadata?.name);
    await create('first');
    await cluster.advance(10 * MINUTE);
    await create('second');
    await cluster.advance(4 * MINUTE);
    expect(await names()).toEqual(['first', 'second']);
    await cluster.advance(2 * MINUTE);
    expect(await names()).toEqual(['second']);
    await cluster.advance(10 * MINUTE);
    expect(await names()).toEqual([]);
  } finally {
    await cluster.stop();
  }
});
