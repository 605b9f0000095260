import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
});
