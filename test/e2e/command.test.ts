import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Knarr } from './support/knarr.ts';

let knarr: Knarr;
beforeAll(async () => {
  knarr = await Knarr.up({ flags: ['--runtime', 'none'] });
});
afterAll(() => knarr.delete());

describe('knarr up', () => {
  test('says what it does, how long it took and where things are', () => {
    expect(knarr.output).toMatch(/^Starting cluster default in \S+\n {2}API server \(\d+ ms\)/);
    expect(knarr.output).toMatch(/Ready in \d+\.\d\d s · API https:\/\/127\.0\.0\.1:\d+ · kubeconfig \S+kubeconfig\n$/);
  });

  test('keeps keys and kubeconfig to their owner', () => {
    const modes = ['kubeconfig', 'pki/ca.key', 'pki/admin.key', 'pki/sa.key'].map(
      (file) => statSync(join(knarr.dataDirectory, file)).mode & 0o777,
    );
    expect(modes).toEqual([0o600, 0o600, 0o600, 0o600]);
  });

  test('adds a context to the user’s kubeconfig', async () => {
    const { stdout } = await knarr.tryKubectl([
      '--kubeconfig',
      join(knarr.directory, 'user-kubeconfig'),
      'config',
      'current-context',
    ]);
    expect(stdout.trim()).toBe('knarr');
  });

  test('refuses to start the same cluster twice', async () => {
    const result = await knarr.knarr('up', '--api-port', '0');
    expect([result.code, result.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^knarr: start cluster default: already running \(process \d+, https:\/\/127\.0\.0\.1:\d+\)\n$/,
      ),
    ]);
  });

  test('says all of it in the background as well, however much there is to start', async () => {
    const [directory, node] = [join(knarr.directory, 'detached'), [process.execPath, 'dist/knarr.js']];
    const flags = ['--api-port', '0', '--runtime', 'none', '--simulated-nodes', '3000', '--detach'];
    const result = await knarr.exec([...node, 'up', '--data-dir', directory, ...flags]);
    await knarr.exec([...node, 'delete', '--data-dir', directory]);
    expect([result.code, result.stdout]).toEqual([0, expect.stringMatching(/3000 simulated nodes .*\nReady in .*\n$/)]);
  });

  test('names a port that is in use, and leaves nothing running', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const other = join(knarr.directory, 'other');
    const result = await knarr.exec([
      process.execPath,
      'dist/knarr.js',
      'up',
      '--data-dir',
      other,
      '--api-port',
      String(port),
      '--runtime',
      'none',
    ]);
    expect([result.code, result.stderr]).toEqual([
      1,
      `knarr: listen on 127.0.0.1:${port}: port is in use; choose another with --api-port, or 0 for any free one\n`,
    ]);
    expect(existsSync(join(other, 'run.json'))).toBe(false);
    server.close();
  });

  test('names a data directory that cannot be written', async () => {
    const blocked = join(mkdtempSync(join(tmpdir(), 'knarr-blocked-')), 'file');
    writeFileSync(blocked, '');
    chmodSync(blocked, 0o400);
    const result = await knarr.exec([
      process.execPath,
      'dist/knarr.js',
      'up',
      '--data-dir',
      join(blocked, 'data'),
      '--api-port',
      '0',
    ]);
    expect([result.code, result.stderr]).toEqual([
      1,
      expect.stringMatching(/^knarr: open data directory \S+: ENOTDIR: not a directory/),
    ]);
    rmSync(join(blocked, '..'), { recursive: true });
  });

  test.each([
    [['--api-port', 'http'], 'knarr: read --api-port "http": must be a port number\n'],
    [['--runtime', 'docker'], 'knarr: read --runtime "docker": must be one of auto, oci, none\n'],
    [['--name', 'No Good'], 'knarr: read --name "No Good": must be a lower-case DNS label\n'],
  ])('refuses %j', async (flags, message) => {
    const result = await knarr.exec([process.execPath, 'dist/knarr.js', 'up', ...flags]);
    expect([result.code, result.stderr]).toEqual([2, message]);
  });
});

test('status tells whether the cluster runs', async () => {
  const running = await knarr.knarr('status');
  expect([running.code, running.stdout]).toEqual([0, expect.stringMatching(/Cluster: +default\nState: +Ready\n/)]);
  const other = await knarr.exec([
    process.execPath,
    'dist/knarr.js',
    'status',
    '--data-dir',
    join(knarr.directory, 'none'),
  ]);
  expect([other.code, other.stderr]).toEqual([3, 'knarr: cluster default is not running\n']);
});

describe('bad manifests', () => {
  const apply = (manifest: string) => knarr.tryKubectl(['apply', '-f', '-'], manifest);

  test.each([
    [
      'an unknown field',
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, datta: {x: y}}',
      /strict decoding error: unknown field "datta"/,
    ],
    [
      'a wrong type',
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: [1]}',
      /cannot unmarshal array into Go struct field ConfigMap\.data of type map\[string\]string/,
    ],
    ['a missing name', '{apiVersion: v1, kind: ConfigMap, data: {x: y}}', /resource name may not be empty/],
    [
      'an unknown kind',
      '{apiVersion: v1, kind: Nothing, metadata: {name: a}}',
      /no matches for kind "Nothing" in version "v1"/,
    ],
    [
      'a bad name',
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: A_B}}',
      /metadata\.name: Invalid value: "A_B": a lowercase RFC 1123 subdomain must consist of/,
    ],
  ])('%s is refused by name, and nothing is left behind', async (_title, manifest, message) => {
    const result = await apply(manifest);
    expect([result.code, result.stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(await knarr.kubectl('get', 'configmaps', '-n', 'default', '-o', 'name')).not.toMatch(/\/(a|A_B)$/m);
  });
});

test('what was acknowledged survives SIGKILL in the middle of writes, and revisions never go back', async () => {
  const own = await Knarr.up({ flags: ['--runtime', 'none'] });
  try {
    const acknowledged: string[] = [];
    let revision = 0;
    let writing = true;
    const write = async (worker: number) => {
      for (let index = 0; writing; index++) {
        const name = `w${worker}-${index}`;
        const { code, stdout } = await own.tryKubectl([
          'create',
          'configmap',
          name,
          '-n',
          'default',
          '-o',
          'jsonpath={.metadata.resourceVersion}',
        ]);
        if (code !== 0) return;
        acknowledged.push(name);
        revision = Math.max(revision, Number(stdout));
      }
    };
    const workers = [0, 1, 2, 3].map(write);
    while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 10));
    process.kill(own.pid, 'SIGKILL');
    writing = false;
    await Promise.all(workers);
    await own.stop('SIGKILL');
    await own.start();
    const present = (await own.kubectl('get', 'configmaps', '-n', 'default', '-o', 'name')).split('\n');
    expect(acknowledged.filter((name) => !present.includes(`configmap/${name}`))).toEqual([]);
    const next = await own.kubectl(
      'create',
      'configmap',
      'after',
      '-n',
      'default',
      '-o',
      'jsonpath={.metadata.resourceVersion}',
    );
    expect(Number(next)).toBeGreaterThan(revision);
  } finally {
    await own.delete();
  }
});

test('knarr delete says when there is nothing to delete, and is content', async () => {
  const nowhere = join(knarr.directory, 'nowhere');
  const kubeconfig = join(knarr.directory, 'no-kubeconfig');
  const which = ['--name', 'nobody', '--data-dir', nowhere, '--kubeconfig', kubeconfig];
  const { code, stdout, stderr } = await knarr.command('delete', ...which);
  expect([code, stdout, stderr]).toEqual([0, `Cluster nobody has no data in ${nowhere}\n`, '']);
  expect([existsSync(nowhere), existsSync(kubeconfig)]).toEqual([false, false]);
});
