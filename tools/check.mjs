// `npm run check`: types, lint, format and layers. Prints what is wrong and exits with 1.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './dependencies.mjs';
import { checkLayers } from './layers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
ensureDependencies(root);

const run = (title, command, args) => {
  const { status } = spawnSync(`node_modules/.bin/${command}`, args, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${title}`);
  return status === 0;
};

const layers = checkLayers(`${root}src`);
for (const problem of layers) console.error(problem);
console.log(`${layers.length === 0 ? 'ok  ' : 'FAIL'} layers`);

const results = [
  run('types', 'tsc', ['-p', '.']),
  run('lint and format', 'biome', ['check', '--error-on-warnings', '.']),
  layers.length === 0,
];
process.exit(results.every(Boolean) ? 0 : 1);
