import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VolumeMount } from '#api/core/v1/container.ts';
import { container } from '../testing/fixtures.ts';
import { writeAtomically } from './atomic-writer.ts';
import { containerMounts } from './container-mounts.ts';
import { prepareHostPath } from './host-path.ts';
import { type Payload, projectKeys } from './payload.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'knarr-volumes-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const payload = (files: Readonly<Record<string, string>>, mode = 0o644): Payload =>
  new Map(Object.entries(files).map(([path, text]) => [path, { data: Buffer.from(text), mode }]));

describe('contents of volumes', () => {
  test('appear at once, through links', async () => {
    await writeAtomically(root, payload({ a: 'one', 'deep/b': 'two' }, 0o400));
    expect([
      await readFile(join(root, 'a'), 'utf8'),
      await readFile(join(root, 'deep/b'), 'utf8'),
      await readlink(join(root, 'a')),
      (await stat(join(root, 'a'))).mode & 0o777,
    ]).toEqual(['one', 'two', '..data/a', 0o400]);
  });

  test('change in one step, and nothing old stays', async () => {
    await writeAtomically(root, payload({ a: 'one', b: 'gone' }));
    const before = await readlink(join(root, '..data'));
    await writeAtomically(root, payload({ a: 'changed', c: 'new' }));
    const after = await readlink(join(root, '..data'));
    expect([await readFile(join(root, 'a'), 'utf8'), (await readdir(root)).sort(), before === after]).toEqual([
      'changed',
      ['..data', after, 'a', 'c'].sort(),
      false,
    ]);
  });

  test('of a group can be read by it', async () => {
    await writeAtomically(root, payload({ a: 'one' }, 0o400), { group: process.getgid?.() ?? 0 });
    expect((await stat(join(root, 'a'))).mode & 0o777).toBe(0o440);
  });
});

describe('keys of an object', () => {
  const data = new Map([
    ['x', Buffer.from('1')],
    ['y', Buffer.from('2')],
  ]);
  const brief = (files: Payload) => [...files].map(([path, { mode }]) => `${path} ${mode.toString(8)}`);
  const project = (items: Parameters<typeof projectKeys>[1], optional = false) =>
    brief(projectKeys(data, items, { mode: 0o644, optional, missing: 'no key' }));

  test('are all files', () => expect(project(undefined)).toEqual(['x 644', 'y 644']));
  test('get paths and modes', () => expect(project([{ key: 'y', path: 'p/q', mode: 0o600 }])).toEqual(['p/q 600']));
  test('may be missing when optional', () => expect(project([{ key: 'z', path: 'z' }], true)).toEqual([]));
  test('may not be missing otherwise', () => expect(() => project([{ key: 'z', path: 'z' }])).toThrow('no key: z'));
});

describe('paths of the host', () => {
  test.each([
    ['', 'new', 'made'],
    ['DirectoryOrCreate', 'new', 'made'],
    ['FileOrCreate', 'new', 'made'],
    ['Directory', 'new', 'is not a directory'],
    ['Directory', 'file', 'is not a directory'],
    ['File', 'directory', 'is not a file'],
    ['File', 'file', 'made'],
    ['Socket', 'file', 'is not a socket file'],
    ['CharDevice', 'file', 'is not a character device'],
    ['BlockDevice', 'file', 'is not a block device'],
  ])('of type "%s" at a %s', async (type, what, expected) => {
    const path = join(root, what);
    if (what === 'file') await writeFile(path, '');
    if (what === 'directory') await mkdir(path);
    const outcome = await prepareHostPath(path, type).then(
      () => stat(path).then(() => 'made'),
      (error: Error) => error.message,
    );
    expect(outcome).toBe(expected === 'made' ? 'made' : `hostPath type check failed: ${path} ${expected}`);
  });
});

describe('mounts of a container', () => {
  const mount = async (more: Partial<VolumeMount>, readOnly = false) => {
    const volume = join(root, 'v');
    await mkdir(volume, { recursive: true });
    await chmod(volume, 0o2775);
    const mounts = await containerMounts(
      container('c', {
        terminationMessagePath: '/dev/termination-log',
        volumeMounts: [{ name: 'v', mountPath: '/m', ...more }],
      }),
      {
        volumes: new Map([['v', { hostPath: volume, readOnly }]]),
        env: [{ key: 'NAME', value: 'web' }],
        etcHosts: '/pods/etc-hosts',
        containerDirectory: join(root, 'containers'),
        attempt: 2,
      },
    );
    return mounts.map(
      ({ containerPath, hostPath, readonly }) =>
        `${containerPath} ${hostPath.replace(root, '')}${readonly ? ' ro' : ''}`,
    );
  };
  const rest = ['/etc/hosts /pods/etc-hosts', '/dev/termination-log /containers/termination-log-2'];

  test('are the volume, the hosts file and the termination log', async () => {
    expect(await mount({})).toEqual(['/m /v', ...rest]);
  });
  test('are read-only as asked or as the volume is', async () => {
    expect([(await mount({ readOnly: true }))[0], (await mount({}, true))[0]]).toEqual(['/m /v ro', '/m /v ro']);
  });
  test('leave out the hosts file that a container mounts itself', async () => {
    expect(await mount({ mountPath: '/etc/hosts' })).toEqual(['/etc/hosts /v', rest[1]]);
  });
  test('make a sub path with the mode of the volume', async () => {
    expect((await mount({ subPath: 'a/b' }))[0]).toBe('/m /v/a/b');
    expect((await stat(join(root, 'v/a'))).mode & 0o7777).toBe(0o2775);
  });
  test('expand variables in sub paths', async () => {
    expect((await mount({ subPathExpr: 'pods/$(NAME)' }))[0]).toBe('/m /v/pods/web');
  });
  test.each([
    [{ subPathExpr: '$(NOPE)' }, 'missing value for "NOPE"'],
    [{ subPathExpr: '/$(NAME)' }, 'subPath "/web" must not be absolute nor contain \'..\''],
    [{ name: 'other' }, 'cannot find volume "other" to mount into container'],
  ])('refuse %o', async (more, message) => {
    await expect(mount(more)).rejects.toMatchObject({ reason: 'CreateContainerConfigError', message });
  });
  test('refuse links out of the volume', async () => {
    await mkdir(join(root, 'v'));
    await symlink('/etc', join(root, 'v', 'out'));
    await expect(mount({ subPath: 'out' })).rejects.toThrow('is outside of the volume');
    await expect(mount({ subPath: 'out/knarr-new' })).rejects.toThrow('is outside of the volume');
  });
});
