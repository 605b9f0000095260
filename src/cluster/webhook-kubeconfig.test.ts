import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createEventPost } from '#apiserver/audit/post-events.ts';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority } from './certificates/authority.ts';
import { readWebhookKubeconfig } from './webhook-kubeconfig.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('a kubeconfig names a service and what is shown to it', async () => {
  const text = `apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "https://logs.example/k8s", certificate-authority-data: ${base64('CA')}}}]
users: [{name: b, user: {client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}, token: secret}}]
contexts: [{name: c, context: {cluster: a, user: b}}]
current-context: c
`;
  const target = { url: 'https://logs.example/k8s', ca: 'CA', cert: 'CERT', key: 'KEY', token: 'secret' };
  expect(await readWebhookKubeconfig(text)).toEqual(target);
});

test('a kubeconfig without a server is refused', async () => {
  const text = 'apiVersion: v1\nkind: Config\nclusters: []\n';
  await expect(readWebhookKubeconfig(text)).rejects.toThrow('clusters[0].cluster.server: Required value');
});

test('events are posted, and an error answer is one', async () => {
  const authority = await CertificateAuthority.create('audit-test-ca', systemClock);
  const pair = await authority.issue({ commonName: 'logs', hosts: ['127.0.0.1'] });
  const taken: unknown[] = [];
  const server = createServer({ key: pair.key, cert: pair.certificate }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    taken.push([request.method, request.headers.authorization, Buffer.concat(chunks).toString()]);
    response.writeHead(taken.length === 1 ? 200 : 503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const post = createEventPost(`https://127.0.0.1:${port}/`, { ca: authority.pair.certificate, token: 'secret' });
  await post('{"kind":"EventList"}');
  expect(taken).toEqual([['POST', 'Bearer secret', '{"kind":"EventList"}']]);
  await expect(post('{}')).rejects.toThrow('answered 503');
  await new Promise((resolve) => server.close(resolve));
  await expect(post('{}')).rejects.toThrow(/ECONNREFUSED/);
});
