import { mkdirSync, mkdtempSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles a TypeScript file into one that a Node process of its own can run. The result lies inside the repository, where
 * packages are found; the caller removes its directory.
 */
export async function bundleForNode(entry: string): Promise<{ directory: string; file: string }> {
  const cache = join(import.meta.dirname, '../../../node_modules/.cache/knarr');
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, 'test-'));
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
