import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Knarr } from './support/knarr.ts';

const TIMEOUT = 120_000;

let knarr: Knarr;
const flags: string[] = ['--runtime', 'none'];
const file = (name: string) => join(knarr.directory, name);
beforeAll(async () => {
  knarr = await Knarr.up({ flags });
}, TIMEOUT);
afterAll(() => knarr.delete());

/** Starts the cluster again with other flags. */
async function restart(...more: string[]): Promise<void> {
  await knarr.stop();
  flags.splice(2, flags.length, ...more);
  await knarr.start();
}

async function tryUp(...more: string[]) {
  const { code, stderr } = await knarr.knarr('up', '--runtime', 'none', '--api-port', '0', ...more);
  return [code, stderr] as const;
}

const storedBytes = () => {
  const directory = join(knarr.dataDirectory, 'store');
  return Buffer.concat(readdirSync(directory).map((name) => readFileSync(join(directory, name))));
};

describe('snapshots', () => {
  const revisionOf = async () =>
    Number(JSON.parse(await knarr.kubectl('get', '--raw', '/api/v1/configmaps?limit=1')).metadata.resourceVersion);

  test(
    'of a running cluster bring it back as it was',
    async () => {
      await knarr.kubectl('create', 'configmap', 'kept', '--from-literal=a=1');
      const saved = await knarr.knarr('snapshot', 'save', file('snapshot'));
      expect([saved.code, saved.stdout]).toEqual([
        0,
        expect.stringMatching(/^Saved \d+ objects at revision \d+ to \S+ \(\d+ bytes, SHA-256 [0-9a-f]{64}\)\n$/),
      ]);
      await knarr.kubectl('delete', 'configmap', 'kept');
      await knarr.kubectl('create', 'configmap', 'later', '--from-literal=a=1');
      const before = await revisionOf();

      const refused = await knarr.knarr('snapshot', 'restore', file('snapshot'), '--overwrite');
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringMatching(/^knarr: restore snapshot: cluster default is running \(process \d+\); stop it first\n$/),
      ]);

      await knarr.stop();
      const kept = await knarr.knarr('snapshot', 'restore', file('snapshot'));
      expect([kept.code, kept.stderr]).toEqual([
        1,
        expect.stringMatching(/^knarr: restore snapshot: \S+store holds a store; --overwrite replaces it\n$/),
      ]);
      const restored = await knarr.knarr('snapshot', 'restore', file('snapshot'), '--overwrite');
      expect([restored.code, restored.stdout]).toEqual([
        0,
        expect.stringMatching(/^Restored \d+ objects of revision \d+; the store goes on at \d{10}\n$/),
      ]);

      await knarr.start();
      expect(await knarr.kubectl('get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}')).toBe('1');
      expect((await knarr.tryKubectl(['get', 'configmap', 'later'])).stderr).toContain('not found');
      expect(await revisionOf()).toBeGreaterThan(before);
    },
    TIMEOUT,
  );

  test(
    'of a stopped cluster are made too; a damaged one changes nothing',
    async () => {
      await knarr.stop();
      expect((await knarr.knarr('snapshot', 'save', file('stopped'))).code).toBe(0);
      const bytes = readFileSync(file('stopped'));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
      writeFileSync(file('altered'), bytes);
      writeFileSync(file('truncated'), bytes.subarray(0, -100));
      const store = storedBytes();
      for (const name of ['altered', 'truncated']) {
        const { code, stderr } = await knarr.knarr('snapshot', 'restore', file(name), '--overwrite');
        expect([code, stderr]).toEqual([
          1,
          `knarr: restore snapshot: read snapshot ${file(name)}: is truncated or altered, its checksum does not match\n`,
        ]);
      }
      expect(storedBytes().equals(store)).toBe(true);
      expect(existsSync(join(knarr.dataDirectory, 'store.restoring'))).toBe(false);
      await knarr.start();
    },
    TIMEOUT,
  );
});

describe('encryption at rest', () => {
  const configuration = (name: string, keys: readonly string[]) => {
    const secrets = keys.map((key) => ({ name: key, secret: Buffer.alloc(32, key).toString('base64') }));
    const providers = [...secrets.map((key) => ({ aesgcm: { keys: [key] } })), { identity: {} }];
    const resources = [{ resources: ['secrets'], providers }];
    const text = JSON.stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'EncryptionConfiguration',
      resources,
    });
    writeFileSync(file(name), text);
    return ['--encryption-config', file(name)];
  };
  const read = () => knarr.kubectl('get', 'secret', 'hidden', '-o', 'jsonpath={.data.word}');

  test(
    'leaves no plain text on the disk, and changes keys',
    async () => {
      const word = Buffer.from('a-word-nobody-else-writes').toString('base64');
      await restart(...configuration('one.json', ['one']));
      await knarr.kubectl('create', 'secret', 'generic', 'hidden', '--from-literal=word=a-word-nobody-else-writes');
      expect(await read()).toBe(word);
      expect([storedBytes().includes(word), storedBytes().includes('k8s:enc:aesgcm:v1:one:')]).toEqual([false, true]);

      await restart(...configuration('two.json', ['two', 'one']));
      expect(await read()).toBe(word);
      // An update that changes nothing is written with the new key.
      const secrets = await knarr.kubectl('get', 'secrets', '-A', '-o', 'json');
      expect((await knarr.tryKubectl(['replace', '-f', '-'], secrets)).code).toBe(0);
      await restart(...configuration('only-two.json', ['two']));
      expect(await read()).toBe(word);
    },
    TIMEOUT,
  );

  test(
    'tells at the start when a key is missing or the file is wrong',
    async () => {
      await knarr.stop();
      expect(await tryUp()).toEqual([
        1,
        'knarr: decrypt /secrets/default/hidden: no encryption configuration was given\n',
      ]);
      expect(await tryUp(...configuration('three.json', ['three']))).toEqual([
        1,
        'knarr: decrypt /secrets/default/hidden: no matching key was found\n',
      ]);
      writeFileSync(file('wrong.yaml'), 'apiVersion: v1\nkind: Secret\n');
      expect(await tryUp('--encryption-config', file('wrong.yaml'))).toEqual([
        2,
        `knarr: read --encryption-config ${file('wrong.yaml')}: must be of kind EncryptionConfiguration, apiserver.config.k8s.io/v1\n`,
      ]);
      flags.splice(2, flags.length, '--encryption-config', file('only-two.json'));
      await knarr.start();
    },
    TIMEOUT,
  );
});

test(
  'the audit log tells what kubectl did, and nothing is lost when the cluster stops',
  async () => {
    const policy =
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- {level: RequestResponse, resources: [{resources: [configmaps]}]}\n';
    writeFileSync(file('policy.yaml'), policy);
    const log = file('audit.log');
    await restart(
      '--encryption-config',
      file('only-two.json'),
      '--audit-policy',
      file('policy.yaml'),
      '--audit-log',
      log,
    );
    await knarr.kubectl('create', 'configmap', 'watched', '--from-literal=a=1');
    await knarr.kubectl('delete', 'configmap', 'watched');
    await knarr.stop();
    const events = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const own = events.filter(({ objectRef, verb }) => objectRef.name === 'watched' && verb !== 'get');
    expect(
      own.map(({ verb, stage, user, responseStatus }) => [verb, stage, user.username, responseStatus.code]),
    ).toEqual([
      ['create', 'ResponseComplete', 'kubernetes-admin', 201],
      ['delete', 'ResponseComplete', 'kubernetes-admin', 200],
    ]);
    expect(own[0].requestObject.data).toEqual({ a: '1' });
    expect(await tryUp('--audit-log', log)).toEqual([
      2,
      'knarr: read --audit-log: needs --audit-policy, which says what is written\n',
    ]);
    await knarr.start();
  },
  TIMEOUT,
);
