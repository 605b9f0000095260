import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority } from './authority.ts';

test('certificates name their subject and hosts, and verify against the authority that was loaded again', async () => {
  const created = await CertificateAuthority.create('knarr-ca', systemClock);
  const authority = await CertificateAuthority.load(created.pair, systemClock);
  const server = new X509Certificate(
    (await authority.issue({ commonName: 'kube-apiserver', hosts: ['localhost', '127.0.0.1'] })).certificate,
  );
  const client = new X509Certificate(
    (await authority.issue({ commonName: 'admin', organizations: ['system:masters', 'two'] })).certificate,
  );
  const ca = new X509Certificate(created.pair.certificate);
  expect([server.verify(ca.publicKey), client.verify(ca.publicKey), ca.ca, server.ca]).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(server.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  expect(client.subject).toBe('O=system:masters\nO=two\nCN=admin');
});

test('keys are of the kind that was asked for, in the form that clients know them by', async () => {
  const authority = await CertificateAuthority.create('knarr-ca', systemClock);
  const ca = new X509Certificate(authority.pair.certificate);
  for (const [keyType, header] of [
    ['EC', '-----BEGIN PRIVATE KEY-----'],
    ['RSA', '-----BEGIN RSA PRIVATE KEY-----'],
  ] as const) {
    const { certificate, key } = await authority.issue({ commonName: 'admin', keyType });
    expect(key.split('\n')[0]).toBe(header);
    const issued = new X509Certificate(certificate);
    expect([issued.verify(ca.publicKey), issued.checkPrivateKey(createPrivateKey(key))]).toEqual([true, true]);
  }
});
