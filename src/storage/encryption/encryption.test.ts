import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '#base/logger.ts';
import { openLmdbStore } from '../lmdb/lmdb-store.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import type { Store } from '../store.ts';
import { runStoreSuite } from '../testing/store-suite.ts';
import { EncryptedStore } from './encrypted-store.ts';
import { readEncryptionConfiguration } from './encryption-configuration.ts';
import { openEncryption } from './open-encryption.ts';

const KEYS = { one: randomBytes(32).toString('base64'), two: randomBytes(32).toString('base64') };

const configurationOf = (providers: string, resources = 'secrets') =>
  readEncryptionConfiguration(`apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [${resources}]
  providers: [${providers}]
`);
const provider = (cipher: string, ...names: (keyof typeof KEYS)[]) =>
  `{${cipher}: {keys: [${names.map((name) => `{name: ${name}, secret: ${KEYS[name]}}`).join(', ')}]}}`;

const PATH = '/secrets/shop/a';
const value = Buffer.from('{"kind":"Secret","data":"in plain"}');
const textOf = async (store: Store, path = PATH) => (await store.get(path))?.value.toString();

runStoreSuite('encrypted', async () => {
  const store = new EncryptedStore(createMemoryStore(), configurationOf(provider('aesgcm', 'one'), '"*.*"'), {
    logger: silentLogger,
  });
  return { store, ordersConcurrentWrites: true, dispose: () => store.close() };
});

describe.each(['aesgcm', 'aescbc', 'secretbox'])('%s', (cipher) => {
  const inner = createMemoryStore();
  const open = (providers: string) => new EncryptedStore(inner, configurationOf(providers), { logger: silentLogger });

  test('stores what only its key can read', async () => {
    await open(provider(cipher, 'one')).put(PATH, value);
    const stored = (await inner.get(PATH))?.value as Uint8Array;
    expect(Buffer.from(stored).toString('latin1')).toMatch(new RegExp(`^k8s:enc:${cipher}:v1:one:`));
    expect(Buffer.from(stored).includes('plain')).toBe(false);
    expect(await textOf(open(provider(cipher, 'one')))).toBe(value.toString());
    await expect(open(provider(cipher, 'two')).get(PATH)).rejects.toThrow(
      /decrypt \/secrets\/shop\/a: no matching key/,
    );
    const disguised = provider(cipher, 'two').replace('name: two', 'name: one');
    await expect(open(disguised).get(PATH)).rejects.toThrow(/^decrypt \/secrets\/shop\/a: /);
  });

  test('changes keys: the first writes, all read', async () => {
    await open(provider(cipher, 'one')).put(PATH, value);
    const rotated = open(provider(cipher, 'two', 'one'));
    const read = await rotated.get(PATH);
    expect([read?.value.toString(), rotated.isStale(read?.key ?? '', read?.value as Uint8Array)]).toEqual([
      value.toString(),
      true,
    ]);
    await rotated.put(PATH, value);
    const renewed = open(provider(cipher, 'two'));
    const after = await renewed.get(PATH);
    expect([after?.value.toString(), renewed.isStale(after?.key ?? '', after?.value as Uint8Array)]).toEqual([
      value.toString(),
      false,
    ]);
  });

  test('comes after plain values and goes before them', async () => {
    await inner.put(PATH, value);
    const introduced = open(`${provider(cipher, 'one')}, {identity: {}}`);
    const plain = await introduced.get(PATH);
    expect([plain?.value.toString(), introduced.isStale(plain?.key ?? '', plain?.value as Uint8Array)]).toEqual([
      value.toString(),
      true,
    ]);
    await introduced.put(PATH, value);
    await open(`{identity: {}}, ${provider(cipher, 'one')}`).put(PATH, value);
    expect((await inner.get(PATH))?.value.toString()).toBe(value.toString());
  });
});

test.each(['aesgcm', 'secretbox'])('%s notices an altered value', async (cipher) => {
  const inner = createMemoryStore();
  const open = () => new EncryptedStore(inner, configurationOf(provider(cipher, 'one')));
  await open().put(PATH, value);
  const altered = Buffer.from((await inner.get(PATH))?.value as Uint8Array);
  altered[altered.length - 1] = (altered[altered.length - 1] as number) ^ 1;
  await inner.put(PATH, altered);
  await expect(open().get(PATH)).rejects.toThrow('decrypt /secrets/shop/a');
});

test('aesgcm notices a value that was put in another’s place', async () => {
  const inner = createMemoryStore();
  const open = () => new EncryptedStore(inner, configurationOf(provider('aesgcm', 'one')));
  await open().put(PATH, value);
  await inner.put('/secrets/shop/b', (await inner.get(PATH))?.value as Uint8Array);
  await expect(open().get('/secrets/shop/b')).rejects.toThrow('decrypt /secrets/shop/b');
});

test.each([
  ['secrets', ['/secrets/a/b']],
  ['"*.apps"', ['/deployments.apps/a/b']],
  ['"*."', ['/secrets/a/b', '/pods/a/b']],
  ['deployments.apps, pods', ['/pods/a/b', '/deployments.apps/a/b']],
  ['"*.*"', ['/secrets/a/b', '/pods/a/b', '/deployments.apps/a/b', '/a.b.apps/x']],
])('resources [%s] are %j', async (resources, encrypted) => {
  const inner = createMemoryStore();
  const store = new EncryptedStore(inner, configurationOf(provider('aesgcm', 'one'), resources));
  const paths = ['/secrets/a/b', '/pods/a/b', '/deployments.apps/a/b', '/a.b.apps/x'];
  for (const path of paths) await store.put(path, value);
  const stored = await Promise.all(paths.map((path) => textOf(inner, path)));
  expect(paths.filter((_, index) => stored[index]?.startsWith('k8s:enc:'))).toEqual(encrypted);
});

test('no plain text reaches the disk', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'knarr-encryption-'));
  try {
    const store = new EncryptedStore(await openLmdbStore({ directory }), configurationOf(provider('aesgcm', 'one')));
    await store.put(PATH, Buffer.from('the-secret-marker'));
    await store.put('/configmaps/shop/a', Buffer.from('the-public-marker'));
    await store.close();
    const bytes = Buffer.concat(readdirSync(directory).map((name) => readFileSync(join(directory, name))));
    expect([bytes.includes('the-secret-marker'), bytes.includes('the-public-marker')]).toEqual([false, true]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

describe('opening', () => {
  test('fails where a value cannot be read', async () => {
    const inner = createMemoryStore();
    await inner.put('/pods/shop/a', value);
    expect(await openEncryption(inner, undefined)).toBe(inner);
    await new EncryptedStore(inner, configurationOf(provider('aesgcm', 'one'))).put(PATH, value);
    await expect(openEncryption(inner, undefined)).rejects.toThrow(
      'decrypt /secrets/shop/a: no encryption configuration was given',
    );
    await expect(openEncryption(inner, configurationOf(provider('aesgcm', 'two')))).rejects.toThrow(
      'decrypt /secrets/shop/a: no matching key was found',
    );
    expect(await textOf(await openEncryption(inner, configurationOf(provider('aesgcm', 'two', 'one'))))).toBe(
      value.toString(),
    );
  });

  test('a value that another server wrote with an unknown key does not stop a watch', async () => {
    const inner = createMemoryStore();
    const seen: (string | undefined)[] = [];
    const store = new EncryptedStore(inner, configurationOf(provider('aesgcm', 'one')), { logger: silentLogger });
    await store.watch(
      store.revision,
      (events) => void seen.push(...events.map(({ value: stored }) => stored?.value.toString())),
    );
    await new EncryptedStore(inner, configurationOf(provider('aesgcm', 'two'))).put(PATH, value);
    await store.put('/secrets/shop/b', value);
    expect(seen).toEqual([expect.stringMatching(/^k8s:enc:/), value.toString()]);
  });
});

test.each([
  ['no providers', configurationText(''), 'resources[0].providers: '],
  [
    'a key of a wrong length',
    configurationText('{aesgcm: {keys: [{name: a, secret: c2hvcnQ=}]}}'),
    'got 5, expected one of [16 24 32]',
  ],
  ['a key twice', configurationText(provider('secretbox', 'one', 'one')), 'must be unique'],
  ['two providers in one', configurationText('{identity: {}, aesgcm: {keys: []}}'), 'more than one provider specified'],
  ['an unknown provider', configurationText('{rot13: {}}'), 'unknown field "resources[0].providers[0].rot13"'],
  ['a bare star', configurationText('{identity: {}}').replace('[secrets]', '["*"]'), "use '*.'"],
])('a configuration with %s is refused', (_, text, message) => {
  expect(() => readEncryptionConfiguration(text)).toThrow(message);
});

test('no complaint shows a key', () => {
  const text = configurationText('{aescbc: {keys: [{name: a, secret: c2hvcnQ=}]}}');
  expect(() => readEncryptionConfiguration(text)).not.toThrow(/c2hvcnQ/);
});

function configurationText(providers: string): string {
  return `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers: [${providers}]\n`;
}
