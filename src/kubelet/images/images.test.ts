import { expect, test } from 'vitest';
import type { Secret } from '#api/core/v1/secret.ts';
import { imagesToRemove } from '../garbage/images-to-remove.ts';
import { normalizedImage } from './image-name.ts';
import { registryAuths } from './registry-auth.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test.each([
  ['busybox', 'busybox:latest'],
  ['busybox:1.36', 'busybox:1.36'],
  ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
  ['registry.example.org/a/b_c-d.e:x', 'registry.example.org/a/b_c-d.e:x'],
  [`busybox@${digest}`, `busybox@${digest}`],
  [`busybox:1@${digest}`, `busybox:1@${digest}`],
  ['Bad', undefined],
  ['a//b', undefined],
  ['a:::x', undefined],
  ['', undefined],
])('the image %s', (reference, expected) => expect(normalizedImage(reference)).toBe(expected));

const secret = (auths: object): Secret =>
  ({ data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') } }) as unknown as Secret;
const basic = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

test.each([
  ['reg.example.org/a/b:1', ['near:1', 'far:2']],
  ['reg.example.org/x:1', ['far:2']],
  ['busybox:1', ['hub:3']],
  ['other.example.org/x', []],
])('credentials for %s', (image, expected) => {
  const secrets = [
    secret({ 'https://reg.example.org': basic('far:2'), 'reg.example.org/a': basic('near:1') }),
    secret({ 'https://index.docker.io/v1/': { username: 'hub', password: '3' } }),
    { data: { '.dockerconfigjson': Buffer.from('{').toString('base64') } } as unknown as Secret,
  ];
  expect(registryAuths(image, secrets).map(({ username, password }) => `${username}:${password}`)).toEqual(expected);
});

test.each([
  [20, []],
  [14, ['old']],
  [5, ['old', 'new']],
])('with %i %% of the disk free, images go by their last use', (availableBytes, expected) => {
  const image = (id: string) => ({ id, repoTags: [], repoDigests: [], sizeBytes: 8 });
  const remove = imagesToRemove({
    capacityBytes: 100,
    availableBytes,
    images: [image('new'), image('used'), image('old')],
    isInUse: ({ id }) => id === 'used',
    lastUsed: ({ id }) => (id === 'new' ? 2 : 1),
  });
  expect(remove.map(({ id }) => id)).toEqual(expected);
});
