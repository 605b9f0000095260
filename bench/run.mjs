#!/usr/bin/env node
/** Runs a benchmark as it would run in the built package: `node bench/run.mjs storage/puts [arguments]` bundles `bench/storage/puts.ts` and runs it. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { objectSpreads } from '../tools/object-spreads.mjs';

const [name, ...args] = process.argv.slice(2);
const entry = join(import.meta.dirname, `${name}.ts`);
if (!name || !existsSync(entry)) {
  console.error('usage: node bench/run.mjs NAME, where bench/NAME.ts exists');
  process.exit(2);
}

// Inside the repository, so that packages which are not bundled are found.
const cache = join(import.meta.dirname, '../node_modules/.cache/knarr');
mkdirSync(cache, { recursive: true });
const directory = mkdtempSync(join(cache, 'bench-'));
const outfile = join(directory, 'bench.mjs');
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['knarr-source'],
  packages: 'external',
  plugins: [{ name: 'own-imports', setup: bundleOwnImports }, objectSpreads(join(import.meta.dirname, '../src/'))],
});
// Options for node itself, such as `--cpu-prof`.
const nodeOptions = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [];
const child = spawn(process.execPath, ['--expose-gc', '--enable-source-maps', ...nodeOptions, outfile, ...args], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  rmSync(directory, { recursive: true, force: true });
  process.exitCode = signal ? 1 : (code ?? 1);
});

/** `#layer/file.ts` names a file of this package, not a package. */
function bundleOwnImports(bundler) {
  bundler.onResolve({ filter: /^#/ }, ({ path }) => ({
    path: join(import.meta.dirname, '../src', path.slice(1)),
  }));
}
