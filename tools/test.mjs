// `npm test`: installs and builds what is missing, then passes all tests. Arguments go to vitest.
import { spawn } from 'node:child_process';
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

const child = spawn('node_modules/.bin/vitest', ['run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
// The run removes what it made before it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
