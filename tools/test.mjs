// `npm test`: installs and builds what is missing, then passes all tests. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  ensureBuilt,
  ensureDebianPackages,
  ensureDependencies,
  NODE_PACKAGES,
  TEST_PACKAGES,
} from './dependencies.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
ensureDependencies(root);
ensureDebianPackages([...NODE_PACKAGES, ...TEST_PACKAGES]);
await ensureBuilt(root);

const { status } = spawnSync('node_modules/.bin/vitest', ['run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
