import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Secret, Secrets } from '#api/core/v1/secret.ts';
import { silentLogger } from '#base/logger.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { createMemoryStore } from '../../memory/memory-store.ts';
import type { Store } from '../../store.ts';
import type { EncryptedStore } from '../encrypted-store.ts';
import { type EncryptionConfiguration, readEncryptionConfiguration } from '../encryption-configuration.ts';
import { openEncryption } from '../open-encryption.ts';
import { KmsMetrics } from './kms-metrics.ts';
import { seedCipher } from './seed-cipher.ts';
import { KmsPlugin } from './testing/kms-plugin.ts';

const PATH = '/secrets/shop/a';
const value = Buffer.from('{"kind":"Secret","data":"in plain"}');

let plugin: KmsPlugin;
let clock: VirtualClock;
let inner: Store;
const opened: Store[] = [];
beforeEach(async () => {
  plugin = new KmsPlugin();
  clock = new VirtualClock();
  inner = createMemoryStore();
  await plugin.start();
});
afterEach(async () => {
  for (const store of opened.splice(0)) (store as EncryptedStore).services.close();
  await plugin.delete();
});

/** Calls may take long on a busy machine; where nobody answers, `timeout` is what the test waits. */
const configuration = (more = '', timeout = '20s'): EncryptionConfiguration =>
  readEncryptionConfiguration(`apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - kms: {apiVersion: v2, name: vault, endpoint: '${plugin.endpoint}', timeout: ${timeout}}
${more}`);

async function open(of = configuration(), metrics?: KmsMetrics): Promise<EncryptedStore> {
  const store = await openEncryption(inner, of, { clock, logger: silentLogger, metrics });
  opened.push(store);
  return store as EncryptedStore;
}

const textIn = async (store: Store, path = PATH) => (await store.get(path))?.value.toString();
/** Lets time pass, and what comes of it. */
async function pass(milliseconds: number, until: () => Promise<boolean> | boolean): Promise<void> {
  clock.advance(milliseconds);
  await waitFor(async () => until());
}

describe('values', () => {
  test('are sealed with a seed that the service keeps, and name the service', async () => {
    const store = await open();
    await store.put(PATH, value);
    const stored = Buffer.from((await inner.get(PATH))?.value as Uint8Array);
    expect(stored.subarray(0, 21).toString()).toBe('k8s:enc:kms:v2:vault:');
    expect(stored.includes('plain')).toBe(false);
    expect(await textIn(store)).toBe(value.toString());
    // The next start asks for the seed once, for however many values.
    await store.put('/secrets/shop/b', value);
    const next = await open();
    expect([await textIn(next), await textIn(next, '/secrets/shop/b')]).toEqual([value.toString(), value.toString()]);
    expect(plugin.asked).toEqual(['Status', 'Encrypt', 'Status', 'Encrypt', 'Decrypt']);
  });

  test('cannot be exchanged, altered, or read without the key', async () => {
    await (await open()).put(PATH, value);
    const stored = (await inner.get(PATH))?.value as Uint8Array;
    await inner.put('/secrets/shop/b', Buffer.from(stored));
    await expect(open()).rejects.toThrow('decrypt /secrets/shop/b: ');
    await inner.delete('/secrets/shop/b');
    plugin.refusal = { code: 7, text: 'not for you: 100 %', only: 'Decrypt' };
    await expect((await open()).get(PATH)).rejects.toThrow(
      'unable to transform key "/secrets/shop/a": failed to decrypt DEK, error: rpc error: code = PermissionDenied desc = not for you: 100 %',
    );
    plugin.refusal = undefined;
    expect(await textIn(await open())).toBe(value.toString());
  });

  test('in plain, and of other providers, are read where the configuration says so', async () => {
    await inner.put(PATH, value);
    const store = await open(configuration('  - identity: {}\n'));
    const read = await store.get(PATH);
    expect([read?.value.toString(), store.isStale(PATH, read?.value as Uint8Array)]).toEqual([value.toString(), true]);
  });

  test('of another server are told to those who watch, in order', async () => {
    const store = await open();
    const other = await open();
    const seen: string[] = [];
    await store.watch(store.revision, (events) => {
      for (const event of events) seen.push(`${event.value?.key} ${event.value?.value}`);
    });
    await other.put(PATH, Buffer.from('sealed elsewhere'));
    await other.put('/pods/shop/a', Buffer.from('in plain'));
    await store.put('/secrets/shop/b', Buffer.from('sealed here'));
    await waitFor(async () => seen.length === 3);
    expect(seen).toEqual(['/secrets/shop/a sealed elsewhere', '/pods/shop/a in plain', '/secrets/shop/b sealed here']);
  });

  test('that are larger than one read of the socket', async () => {
    const large = Buffer.alloc(1_000_000, 'x');
    await (await open()).put(PATH, large);
    expect(Buffer.compare((await (await open()).get(PATH))?.value as Uint8Array, large)).toBe(0);
  });
});

describe('a service', () => {
  test('that takes another key makes values stale, and new ones are sealed with it', async () => {
    const store = await open();
    await store.put(PATH, value);
    plugin.keyId = 'two';
    await pass(60_000, () => store.services.get('vault')?.keyId === 'two');
    const read = await store.get(PATH);
    expect(store.isStale(PATH, read?.value as Uint8Array)).toBe(true);
    await store.put(PATH, value);
    expect(store.isStale(PATH, (await store.get(PATH))?.value as Uint8Array)).toBe(false);
    expect((await inner.get(PATH))?.value.toString()).toContain('two');
  });

  test('that is gone lets values be written for three minutes, and be read for good', async () => {
    const store = await open();
    await store.put(PATH, value);
    await plugin.stop();
    clock.advance(170_000);
    await store.put(PATH, value);
    clock.advance(20_000);
    expect(() => store.put(PATH, value)).toThrow(
      /^encryptedDEKSource with keyID hash "sha256:[0-9a-f]{64}" expired at 2026-01-01T00:03:00Z \(current time is 2026-01-01T00:03:10Z\)$/,
    );
    expect(await textIn(store)).toBe(value.toString());
    await plugin.start();
    const isWell = async () => {
      clock.advance(10_000);
      return (await store.services.check()) === undefined;
    };
    await waitFor(isWell);
    await store.put(PATH, value);
  });

  test('that comes later is waited for', async () => {
    await plugin.stop();
    const store = await open(configuration('', '300ms'));
    expect(() => store.put(PATH, value)).toThrow('got unexpected nil transformer');
    expect(await store.services.check()).toBe(
      'failed to perform status section of the healthz check for KMS Provider vault, error: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
    );
    await plugin.start();
    await waitFor(async () => {
      clock.advance(10_000);
      return (await store.services.check()) === undefined;
    });
    await store.put(PATH, value);
  });

  test.each<[string, Partial<KmsPlugin>, string | RegExp]>([
    [
      'unwell',
      { healthz: 'sealed' },
      'kmsv2 Provider vault is not healthy, error: got unexpected healthz status: sealed',
    ],
    ['too new', { version: 'v3' }, /^\S+ \S+ vault is not healthy, error: \[?expected KMSv2 API version v2, got v3/],
    ['without a key', { keyId: '' }, /error: got invalid KMSv2 KeyID hash "": keyID is empty$/],
    ['refusing', { refusal: { code: 14, text: 'not now' } }, /error: rpc error: code = Unavailable desc = not now$/],
  ])('that is %s is told', async (_, says, told) => {
    const store = await open();
    Object.assign(plugin, says);
    expect(await store.services.check()).toBeUndefined();
    clock.advance(20_000);
    expect(await store.services.check()).toEqual(typeof told === 'string' ? told : expect.stringMatching(told));
  });

  test('is left when another configuration takes its place', async () => {
    const store = await open();
    await store.put(PATH, value);
    const before = store.replace(readEncryptionConfiguration(PLAIN));
    expect([before.isEmpty, before.graceMs, store.services.isEmpty]).toEqual([false, 40_000, true]);
    before.close();
    await store.put('/secrets/shop/b', value);
    expect(await textIn(inner, '/secrets/shop/b')).toBe(value.toString());
  });
});

test('an API server keeps its secrets with a service, and cannot when it is gone for long', async () => {
  const cluster = await Cluster.start({
    store: await open(),
    controllers: false,
    scheduler: false,
  });
  try {
    const secrets = cluster.client.of(Secrets);
    const secret = (name: string) =>
      ({ metadata: { name, namespace: 'default' }, stringData: { text: 'the-secret-marker' } }) as Secret;
    await secrets.create(secret('kept'));
    const { values } = await inner.range('/secrets/');
    expect(values.map((each) => Buffer.from(each.value).subarray(0, 21).toString())).toEqual(['k8s:enc:kms:v2:vault:']);
    expect((await secrets.get('kept', { namespace: 'default' })).data).toEqual({
      text: Buffer.from('the-secret-marker').toString('base64'),
    });
    await plugin.stop();
    clock.advance(190_000);
    await expect(secrets.create(secret('lost'))).rejects.toThrow(/encryptedDEKSource with keyID hash/);
  } finally {
    await cluster.stop();
  }
});

test('an API server starts while the service is away, and serves what it keeps when it is there', async () => {
  const away = configuration('', '300ms');
  const secret = (name: string) => ({ metadata: { name, namespace: 'default' }, stringData: { text: 'x' } }) as Secret;
  const start = async (store: Store) =>
    Cluster.start({ store, clock, controllers: false, scheduler: false, operations: { eventTtlMs: 1e9 } });
  const before = await start(await open());
  await before.client.of(Secrets).create(secret('kept'));
  await before.stop();
  await plugin.stop();
  const store = await open(away);
  const cluster = await start(store);
  try {
    const secrets = cluster.client.of(Secrets);
    const within = { namespace: 'default' };
    const absent = 'got unexpected nil transformer';
    const unread = `unable to transform key "/registry/secrets/default/kept": ${absent}`;
    const asked: [string, () => Promise<unknown>][] = [
      [absent, () => secrets.get('kept', within)],
      [unread, () => secrets.list({ ...within, limit: 500 })],
      [absent, () => secrets.delete('kept', within)],
    ];
    for (const [message, ask] of asked)
      await expect(ask()).rejects.toMatchObject({
        status: { code: 500, message: `Internal error occurred: ${message}` },
      });
    await expect(secrets.create(secret('new'))).rejects.toThrow('got unexpected nil transformer');
    const refusal = (retryAfterSeconds: number) => ({
      status: {
        code: 429,
        message: `storage is (re)initializing: failed to list *core.Secret: ${unread}`,
        details: { retryAfterSeconds },
      },
    });
    await expect(secrets.list(within)).rejects.toMatchObject(refusal(1));
    clock.advance(30_000);
    await expect(secrets.list(within)).rejects.toMatchObject(refusal(6));
    clock.advance(30_000);
    await expect(secrets.list(within)).rejects.toMatchObject(refusal(30));
    await expect(secrets.get('none', within)).rejects.toMatchObject({ status: { code: 404 } });
    expect(await store.services.check()).toContain('failed to perform status section');
    await plugin.start();
    await waitFor(async () => {
      clock.advance(10_000);
      return (await store.services.check()) === undefined;
    });
    await waitFor(async () => {
      clock.advance(1000);
      return secrets.list(within).then(
        ({ items }) => items.map(({ metadata }) => metadata?.name).join() === 'kept',
        () => false,
      );
    });
    await secrets.create(secret('new'));
    expect((await secrets.list(within)).items.map(({ metadata }) => metadata?.name)).toEqual(['kept', 'new']);
  } finally {
    await cluster.stop();
  }
});

const MEASURED = /^apiserver_envelope_encryption_(?!kms_operations_latency_seconds_(?:bucket|sum))\S+ \S+$/gm;
const hash = (of: string) => `sha256:${createHash('sha256').update(of).digest('hex')}`;

test('how a service is used is told as upstream tells it', async () => {
  const registry = new MetricRegistry();
  const metrics = new KmsMetrics(registry, { serverId: 'server', clock });
  await (await open(configuration(), metrics)).put(PATH, value);
  const store = await open(configuration(), metrics);
  await store.get(PATH);
  Object.assign(plugin, { keyId: '', healthz: 'sealed' });
  clock.advance(20_000);
  await store.services.check();
  Object.assign(plugin, { refusal: { code: 14, text: 'not now' } });
  clock.advance(20_000);
  await store.services.check();
  const of = `key_id_hash="${hash('one')}",apiserver_id_hash="${hash('server')}"`;
  const used = (direction: string) => `{transformation_type="${direction}_storage",provider_name="vault",${of}}`;
  const called = (method: string, code = 'OK') =>
    `kms_operations_latency_seconds_count{provider_name="vault",method_name="/v2.KeyManagementService/${method}",grpc_status_code="${code}"}`;
  expect(registry.render().match(MEASURED)).toEqual(
    [
      'dek_cache_fill_percent 0',
      'dek_source_cache_size{provider_name="vault"} 2',
      'invalid_key_id_from_status_total{provider_name="vault",error="empty"} 1',
      `key_id_hash_last_timestamp_seconds${used('to')} 1767225600`,
      `key_id_hash_last_timestamp_seconds${used('from')} 1767225600`,
      `key_id_hash_status_last_timestamp_seconds{provider_name="vault",${of}} 1767225600`,
      `key_id_hash_total${used('to')} 1`,
      `key_id_hash_total${used('from')} 1`,
      `${called('Status')} 3`,
      `${called('Encrypt')} 2`,
      `${called('Decrypt')} 1`,
      `${called('Status', 'Unavailable')} 1`,
    ].map((line) => `apiserver_envelope_encryption_${line}`),
  );
  expect(registry.render()).toContain('apiserver_storage_envelope_transformation_cache_misses_total 1\n');
  expect(registry.render()).toMatch(
    /kms_operations_latency_seconds_bucket\{[^}]*Decrypt",grpc_status_code="OK",le="52\.4288"\} 1\n.*le="\+Inf"\} 1\n/,
  );
});

const PLAIN = `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources: [{resources: [secrets], providers: [{identity: {}}]}]
`;

test.each([
  [
    'the first version',
    "{apiVersion: v1, name: a, endpoint: 'unix:///x'}",
    'KMSv1 is deprecated and will only receive',
  ],
  ['no version', "{name: a, endpoint: 'unix:///x'}", '--feature-gates=KMSv1=true'],
  ['another version', "{apiVersion: v3, name: a, endpoint: 'unix:///x'}", 'only v1 and v2 are supported'],
  ['no name', "{apiVersion: v2, endpoint: 'unix:///x'}", 'kms.name: Required value: name is a mandatory field'],
  ['a colon', "{apiVersion: v2, name: 'a:b', endpoint: 'unix:///x'}", "must not contain ':'"],
  ['a host', "{apiVersion: v2, name: a, endpoint: 'tcp://x'}", 'unsupported scheme "tcp" for KMS provider'],
  ['nowhere to ask', '{apiVersion: v2, name: a}', 'endpoint is a mandatory field for a kms'],
  ['no time', "{apiVersion: v2, name: a, endpoint: 'unix:///x', timeout: 0s}", 'timeout should be a positive value'],
  ['a cache', "{apiVersion: v2, name: a, endpoint: 'unix:///x', cachesize: 5}", 'cachesize is not supported in v2'],
])('a service with %s is refused', (_, kms, message) => {
  const text = PLAIN.replace('identity: {}', `kms: ${kms}`);
  expect(() => readEncryptionConfiguration(text)).toThrow(message);
});

test('keys are made of a seed as others make them', () => {
  const cipher = seedCipher(Uint8Array.from({ length: 32 }, (_, index) => index));
  // Made by Go's HKDF-Expand and AES-GCM.
  const sealed = Buffer.from(
    '202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b776c4ac8c1de92d2eb4d9bbbf0871620c71a77c254',
    'hex',
  );
  expect(cipher.decrypt(sealed, PATH).toString()).toBe('plain');
  expect(cipher.decrypt(cipher.encrypt(value, PATH), PATH).toString()).toBe(value.toString());
  expect(() => cipher.decrypt(sealed, '/secrets/shop/b')).toThrow();
  expect(() => seedCipher(Buffer.alloc(31))).toThrow('invalid seed length 31 used for key generation');
});
