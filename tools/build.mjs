// Bundles the command and the public entry points into dist/. `npm run build` also emits the type declarations.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { objectSpreads } from './object-spreads.mjs';

/** Packages with native code or data files of their own stay outside the bundle. */
const EXTERNAL = ['lmdb'];

const ENTRIES = {
  knarr: 'src/cluster/main.ts',
  index: 'src/index.ts',
  client: 'src/client/index.ts',
  controller: 'src/controller/index.ts',
  testing: 'src/testing/index.ts',
};

/** CommonJS packages inside the bundle may call `require` for node's own modules. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

export async function build(root) {
  const { build: bundle } = await import('esbuild');
  const started = performance.now();
  rmSync(`${root}dist`, { recursive: true, force: true });
  mkdirSync(`${root}dist`, { recursive: true });
  await bundle({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(Object.entries(ENTRIES)),
    outdir: 'dist',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['knarr-source'],
    external: EXTERNAL,
    plugins: [objectSpreads(`${root}src/`)],
    banner: { js: BANNER },
    chunkNames: 'chunks/[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  console.log(`Built dist/ in ${Math.round(performance.now() - started)} ms`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  await build(root);
  const { status } = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  process.exit(status ?? 1);
}
