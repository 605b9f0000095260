import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRootfs, detectRootfsMode, type RootfsMode, unmountRootfs, writtenBytes } from './rootfs.ts';

describe.skipIf(process.getuid?.() !== 0)('root file system (needs root)', () => {
  let directory: string;
  let bundle: string;
  const layersDirectory = () => join(directory, 'layers');

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'knarr-rootfs-'));
    bundle = join(directory, 'bundle');
    mkdirSync(join(layersDirectory(), 'lower/dir'), { recursive: true });
    mkdirSync(join(layersDirectory(), 'upper/dir'), { recursive: true });
    writeFileSync(join(layersDirectory(), 'lower/dir/gone'), 'x');
    writeFileSync(join(layersDirectory(), 'lower/dir/stays'), 'lower');
    writeFileSync(join(layersDirectory(), 'lower/changed'), 'lower');
    writeFileSync(join(layersDirectory(), 'upper/changed'), 'upper');
    execFileSync('mknod', [join(layersDirectory(), 'upper/dir/gone'), 'c', '0', '0']);
  });
  afterEach(async () => {
    await unmountRootfs([bundle]);
    rmSync(directory, { recursive: true, force: true });
  });

  test.each(['overlay', 'copy'] as const)('stacks layers with %s', async (mode: RootfsMode) => {
    if (mode === 'overlay' && (await detectRootfsMode(join(directory, 'tmp'))) !== 'overlay') return;
    await createRootfs(bundle, { layersDirectory: layersDirectory(), layers: ['lower', 'upper'] }, mode);
    const rootfs = join(bundle, 'rootfs');
    expect(readdirSync(join(rootfs, 'dir'))).toEqual(['stays']);
    expect(readFileSync(join(rootfs, 'changed'), 'utf8')).toBe('upper');
    writeFileSync(join(rootfs, 'changed'), 'y'.repeat(100_000));
    expect(await writtenBytes(bundle, mode)).toBeGreaterThanOrEqual(100_000);
    expect(readFileSync(join(layersDirectory(), 'upper/changed'), 'utf8')).toBe('upper');
    expect(existsSync(join(layersDirectory(), 'lower/dir/gone'))).toBe(true);
  });

  test('copies what replaces something of another type, hides what is opaque, and never follows a link out', async () => {
    const outside = join(directory, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'victim'), 'x');
    const layer = (path: string) => join(layersDirectory(), path);
    symlinkSync(outside, layer('lower/link'));
    mkdirSync(layer('upper/link'));
    execFileSync('mknod', [layer('upper/link/victim'), 'c', '0', '0']);
    mkdirSync(layer('lower/was-directory/deep'), { recursive: true });
    writeFileSync(layer('upper/was-directory'), 'file');
    mkdirSync(layer('lower/opaque/old'), { recursive: true });
    mkdirSync(layer('upper/opaque/new'), { recursive: true });
    writeFileSync(layer('upper.opaque'), '["opaque"]');
    await createRootfs(bundle, { layersDirectory: layersDirectory(), layers: ['lower', 'upper'] }, 'copy');
    const rootfs = join(bundle, 'rootfs');
    expect(readdirSync(outside)).toEqual(['victim']);
    expect(readdirSync(join(rootfs, 'link'))).toEqual([]);
    expect(readFileSync(join(rootfs, 'was-directory'), 'utf8')).toBe('file');
    expect(readdirSync(join(rootfs, 'opaque'))).toEqual(['new']);
  });
});
