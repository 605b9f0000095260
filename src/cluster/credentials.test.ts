import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority } from './certificates/authority.ts';
import { ensureCredentials } from './credentials.ts';
import { DataDirectory } from './data-directory.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'knarr-credentials-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('the API server comes to nodes as one who may do nothing else, also where it once came as one who may do all', async () => {
  const data = await DataDirectory.open(root);
  const options = { clock: systemClock, nodeName: 'n', hosts: [] };
  const first = await ensureCredentials(data, options);
  const admin = await first.admin;
  const ca = { certificate: first.ca, key: (await data.read('pki/ca.key')) ?? '' };
  const authority = await CertificateAuthority.load(ca, systemClock);
  const commonName = 'kube-apiserver-kubelet-client';
  const powerful = await authority.issue({ commonName, organizations: ['system:masters'] });
  await data.write('pki/apiserver-kubelet-client.crt', powerful.certificate);
  await data.write('pki/apiserver-kubelet-client.key', powerful.key);
  const second = await ensureCredentials(data, options);
  const third = await ensureCredentials(data, options);
  const subjects = [first, second].map(({ kubeletClient }) => new X509Certificate(kubeletClient.certificate).subject);
  expect(subjects).toEqual([`CN=${commonName}`, `CN=${commonName}`]);
  expect([second.server, third.kubeletClient]).toEqual([first.server, second.kubeletClient]);
  expect(await second.admin).toEqual(admin);
});
