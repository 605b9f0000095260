import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readOpaqueDirectories } from '../image/opaque-directories.ts';
import { runChecked, runCommand } from '../system/run-command.ts';

/** How containers get a writable root: `overlay`, or a `copy` of the layers where overlayfs cannot be mounted. */
export type RootfsMode = 'overlay' | 'copy';

/** Tries an overlay mount below `directory`. */
export async function detectRootfsMode(directory: string): Promise<RootfsMode> {
  await mkdir(directory, { recursive: true });
  const trial = await mkdtemp(join(directory, 'overlay-trial-'));
  try {
    await mkdir(join(trial, 'lower'));
    await mountOverlay(trial, { layersDirectory: trial, layers: ['lower'] });
    await runCommand('umount', ['-l', join(trial, 'rootfs')]);
    return 'overlay';
  } catch {
    return 'copy';
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

export interface RootfsLayers {
  readonly layersDirectory: string;
  /** Names below the layers directory, bottom first. */
  readonly layers: readonly string[];
}

/** Makes `<directory>/rootfs` from the layers. What a container writes lands in `upper` (overlay) or `rootfs` (copy). */
export async function createRootfs(directory: string, layers: RootfsLayers, mode: RootfsMode): Promise<void> {
  await mkdir(join(directory, 'rootfs'), { recursive: true, mode: 0o755 });
  if (mode === 'overlay') await mountOverlay(directory, layers);
  else await copyLayers(directory, layers);
}

/** Layer names are relative to the working directory: the kernel takes one page of options. */
async function mountOverlay(directory: string, { layersDirectory, layers }: RootfsLayers): Promise<void> {
  const [upper, work, rootfs] = ['upper', 'work', 'rootfs'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([upper, work, rootfs].map((path) => mkdir(path, { recursive: true, mode: 0o755 })));
  const options = `lowerdir=${layers.toReversed().join(':')},upperdir=${upper},workdir=${work}`;
  await runChecked('mount', ['-t', 'overlay', 'overlay', '-o', options, rootfs], { cwd: layersDirectory });
}

async function copyLayers(directory: string, { layersDirectory, layers }: RootfsLayers): Promise<void> {
  const rootfs = join(directory, 'rootfs');
  for (const layer of layers) {
    const source = join(layersDirectory, layer);
    const opaque = new Set(await readOpaqueDirectories(source));
    await makeWay({ source, rootfs, opaque }, '');
    await runChecked('cp', ['-a', '--reflink=auto', '--remove-destination', `${source}/.`, rootfs]);
    await dropWhiteouts(rootfs);
  }
}

/**
 * Removes from the copy of the layers below what the layer hides or replaces by something of another type. Only
 * directories that are directories in both are entered, so that no link leads out of the copy.
 */
async function makeWay(
  layer: { source: string; rootfs: string; opaque: ReadonlySet<string> },
  path: string,
): Promise<void> {
  for (const entry of await readdir(join(layer.source, path), { withFileTypes: true })) {
    const below = join(path, entry.name);
    const target = join(layer.rootfs, below);
    const existing = await lstat(target).catch(() => undefined);
    if (existing === undefined) continue;
    const bothDirectories = entry.isDirectory() && existing.isDirectory();
    if (bothDirectories && !layer.opaque.has(below)) await makeWay(layer, below);
    else if (bothDirectories || entry.isDirectory() || existing.isDirectory() || entry.isCharacterDevice()) {
      await rm(target, { recursive: true, force: true });
    }
  }
}

async function dropWhiteouts(rootfs: string): Promise<void> {
  const script = 'cd "$1" && find . -xdev -type c -exec stat -c "%t:%T %n" {} + | sed -n "s/^0:0 //p"';
  const output = await runChecked('sh', ['-c', script, 'sh', rootfs]);
  const paths = output.toString().split('\n').filter(Boolean);
  await Promise.all(paths.map((path) => rm(join(rootfs, path), { force: true })));
}

/** Unmounts root file systems; harmless when they are not mounted. */
export async function unmountRootfs(directories: readonly string[]): Promise<void> {
  if (directories.length === 0) return;
  await runCommand('umount', ['-l', '-q', ...directories.map((directory) => join(directory, 'rootfs'))]);
}

/** Bytes of the files a container has written. */
export async function writtenBytes(directory: string, mode: RootfsMode): Promise<number> {
  const path = join(directory, mode === 'overlay' ? 'upper' : 'rootfs');
  if ((await readdir(path).catch(() => [])).length === 0) return 0;
  const { stdout } = await runCommand('du', ['-sxB1', path]);
  return Number.parseInt(stdout.toString(), 10) || 0;
}
