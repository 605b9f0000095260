import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type BusyboxImageOptions,
  buildBusyboxImage,
  hasBusybox,
  ociLayoutFiles,
  writeDockerArchive,
  writeOciArchive,
} from '../../testing/busybox-image.ts';
import { ImageStore, toImage } from './image-store.ts';
import { importImage } from './import-image.ts';

const possible = hasBusybox() && process.getuid?.() === 0;

describe.skipIf(!possible)('image store (needs root and busybox-static)', () => {
  let directory: string;
  let store: ImageStore;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'knarr-images-'));
    store = new ImageStore(join(directory, 'images'));
    await store.start();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const importFile = (path: string, reference?: string) =>
    importImage(store, path, { architecture, temporaryDirectory: directory, ...(reference && { reference }) });
  const layer = (reference: string, index: number) => store.layerPath(store.find(reference)!.layers[index]!);

  test('imports what docker save writes', async () => {
    const path = join(directory, 'image.tar');
    const built = await writeDockerArchive(path, { references: ['busybox:1.0', 'example.com/team/busybox:2'] });
    expect(await importFile(path)).toEqual(['docker.io/library/busybox:1.0', 'example.com/team/busybox:2']);
    expect(toImage(store.find('busybox:1.0')!)).toEqual({
      id: built.configDigest,
      repoTags: ['docker.io/library/busybox:1.0', 'example.com/team/busybox:2'],
      repoDigests: [],
      sizeBytes: built.config.length + built.layers[0]!.blob.length,
      uid: 0,
    });
    expect(readlinkSync(join(layer('busybox:1.0', 0), 'bin/sh'))).toBe('busybox');
    expect(readFileSync(join(layer('busybox:1.0', 0), 'bin/busybox')).equals(readFileSync('/bin/busybox'))).toBe(true);
  });

  test.each(['image.tar', 'image.tar.gz'])('imports an OCI archive from %s', async (name) => {
    const built = await writeOciArchive(join(directory, name), { gzip: true, user: 'alice' });
    expect(await importFile(join(directory, name))).toEqual(['docker.io/library/busybox:latest']);
    const image = toImage(store.find('busybox')!);
    expect(image).toMatchObject({
      repoDigests: [`docker.io/library/busybox@${built.manifestDigest}`],
      username: 'alice',
    });
    expect(store.find(`busybox@${built.manifestDigest}`)?.id).toBe(built.configDigest);
  });

  test('imports an OCI layout directory and gives it the asked-for name', async () => {
    const layout = join(directory, 'layout');
    for (const [name, content] of ociLayoutFiles(await buildBusyboxImage({ references: [] }))) {
      mkdirSync(dirname(join(layout, name)), { recursive: true });
      writeFileSync(join(layout, name), content);
    }
    expect(await importFile(layout, 'localhost:5000/mine')).toEqual(['localhost:5000/mine:latest']);
    expect(store.find('localhost:5000/mine')).toBeDefined();
  });

  test('refuses a file that is no image', async () => {
    writeFileSync(join(directory, 'text'), 'hello '.repeat(200));
    await expect(importFile(join(directory, 'text'))).rejects.toMatchObject({ code: 'InvalidArgument' });
  });

  async function importLayers(layers: BusyboxImageOptions['layers']): Promise<void> {
    const path = join(directory, 'layers.tar');
    await writeDockerArchive(path, { layers: layers! });
    await importFile(path);
  }

  test('turns whiteouts and opaque markers into what overlayfs understands', async () => {
    await importLayers([
      { 'data/old': 'old', 'data/keep': 'keep' },
      { 'data/old': null, 'etc/.wh..wh..opq': '', 'etc/new': 'new' },
    ]);
    const top = layer('busybox', 2);
    const whiteout = lstatSync(join(top, 'data/old'));
    expect([whiteout.isCharacterDevice(), whiteout.rdev]).toEqual([true, 0]);
    expect(readFileSync(join(top, 'etc/new'), 'utf8')).toBe('new');
    const attribute = execFileSync('perl', ['-e', GETXATTR, join(top, 'etc')]).toString();
    expect(attribute).toBe('y');
    expect(readdirSync(join(top, 'etc'))).toEqual(['new']);
    expect(readFileSync(`${top}.opaque`, 'utf8')).toBe('["etc"]');
    await store.remove('busybox', new Set());
    expect(readdirSync(store.layersDirectory)).toEqual([]);
  });

  test('keeps owners, modes and hard links, and takes missing parents from the layer below', async () => {
    await importLayers([
      { 'srv/': { mode: 0o2750, uid: 7, gid: 8 }, 'srv/a': { content: 'a', mode: 0o4711, uid: 1000, gid: 1001 } },
      { 'srv/b': 'b', 'srv/c': { hardlink: 'srv/b' } },
    ]);
    const attributes = (path: string) => {
      const { mode, uid, gid, nlink } = lstatSync(path);
      return { mode: mode & 0o7777, uid, gid, nlink };
    };
    expect(attributes(join(layer('busybox', 1), 'srv/a'))).toEqual({ mode: 0o4711, uid: 1000, gid: 1001, nlink: 1 });
    expect(attributes(join(layer('busybox', 2), 'srv'))).toMatchObject({ mode: 0o2750, uid: 7, gid: 8 });
    expect(attributes(join(layer('busybox', 2), 'srv/c')).nlink).toBe(2);
  });

  test('never writes outside of the layer', async () => {
    const outside = join(directory, 'outside');
    mkdirSync(outside);
    const up = '../'.repeat(20);
    await importLayers([
      {
        [`${up}${outside.slice(1)}/dots`]: 'x',
        link: { symlink: outside },
        'link/through': 'x',
        hard: { hardlink: 'link/through' },
      },
      { 'link/below': 'x' },
    ]);
    expect(readdirSync(outside)).toEqual([]);
    expect(readFileSync(join(layer('busybox', 1), outside, 'dots'), 'utf8')).toBe('x');
    expect(readFileSync(join(layer('busybox', 1), outside, 'through'), 'utf8')).toBe('x');
    expect(readFileSync(join(layer('busybox', 2), outside, 'below'), 'utf8')).toBe('x');
    expect(lstatSync(join(layer('busybox', 1), 'hard')).nlink).toBe(2);
  });

  test('keeps names of any length', async () => {
    const name = `${'d'.repeat(120)}/${'f'.repeat(200)}`;
    await importLayers([{ [name]: 'long' }]);
    expect(readFileSync(join(layer('busybox', 1), name), 'utf8')).toBe('long');
  });

  test('moves a tag, removes by tag and by id, and keeps layers that are in use', async () => {
    await writeDockerArchive(join(directory, 'one.tar'), { env: ['A=1'], layers: [{ one: '1' }] });
    await writeDockerArchive(join(directory, 'two.tar'), { env: ['A=2'], layers: [{ two: '2' }] });
    await importFile(join(directory, 'one.tar'));
    const one = store.find('busybox')!;
    await importFile(join(directory, 'two.tar'));
    expect(store.find(one.id)?.tags).toEqual([]);
    await store.remove(one.id, new Set(one.layers));
    expect(store.find(one.id)).toBeUndefined();
    expect(readdirSync(store.layersDirectory)).toHaveLength(3);
    await store.remove('busybox', new Set());
    expect(store.list()).toEqual([]);
    expect(readdirSync(store.layersDirectory)).toEqual([]);
  });

  test('sees at once what another process imports or removes', async () => {
    const other = new ImageStore(join(directory, 'images'));
    await other.start();
    expect([store.list(), other.list()]).toEqual([[], []]);
    await importLayers([]);
    expect(other.find('busybox')).toEqual(store.find('busybox'));
    await other.remove('busybox', new Set());
    expect(store.list()).toEqual([]);
  });

  test('another store on the same directory knows the images', async () => {
    await importLayers([]);
    const again = new ImageStore(join(directory, 'images'));
    await again.start();
    expect(again.list()).toEqual(store.list());
  });

  test('refuses a layer whose content is not what the configuration says', async () => {
    const built = await buildBusyboxImage();
    writeFileSync(join(directory, 'blob'), (await buildBusyboxImage({ layers: [{ x: 'y' }] })).layers[1]!.blob);
    const layers = [{ blobPath: join(directory, 'blob'), sizeBytes: 1 }];
    await expect(store.add({ config: built.config, layers, references: [] })).rejects.toThrow('content digest');
    expect(readdirSync(store.layersDirectory)).toEqual([]);
  });
});

/** getxattr(2) without the attr package; x86-64 and arm64 number it differently. */
const GETXATTR = `my $buffer = "\\0" x 8; my $name = "trusted.overlay.opaque";
my $number = \`uname -m\` =~ /x86_64/ ? 191 : 8; my $length = syscall($number, $ARGV[0], $name, $buffer, 8);
print substr($buffer, 0, $length) if $length > 0;`;
