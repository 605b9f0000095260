// `npm start`: installs and builds what is missing, then runs `knarr up` in the foreground with the given flags.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureDebianPackages, ensureDependencies, NODE_PACKAGES } from './dependencies.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
ensureDependencies(root);
ensureDebianPackages(NODE_PACKAGES);
await ensureBuilt(root);

const child = spawn(process.execPath, [`${root}dist/knarr.js`, 'up', ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
