import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles a TypeScript file into one that a Node process of its own can run, in a temporary directory from where packages
 * are found; the caller removes it.
 */
export async function bundleForNode(entry: string): Promise<{ directory: string; file: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'knarr-bundle-'));
  symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(directory, 'node_modules'));
  const file = join(directory, basename(entry).replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['knarr-source'],
    external: ['lmdb', 'sorted-btree'],
    logLevel: 'silent',
  });
  return { directory, file };
}
