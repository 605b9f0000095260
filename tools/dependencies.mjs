// Installs what the project needs from npm and Debian, saying so. Shared by `npm start`, `npm test` and `npm run check`.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Installs what package-lock.json names when node_modules is missing or older than it. Not by `npm ci`: that refuses a lock
 * file which does not list the optional packages of every other platform, and not every registry has them.
 */
export function ensureDependencies(root) {
  const lock = join(root, 'package-lock.json');
  const stamp = join(root, 'node_modules', '.knarr-installed');
  const wanted = readFileSync(lock, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing packages from npm …');
  const { status } = spawnSync('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error('npm install failed: the packages of package-lock.json could not be installed');
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

/** Bundles the sources when a source file is newer than the bundle. */
export async function ensureBuilt(root) {
  const bundle = join(root, 'dist', 'knarr.js');
  if (existsSync(bundle) && !isNewer(root, statSync(bundle).mtimeMs)) return;
  const { build } = await import('./build.mjs');
  await build(root);
}

function isNewer(root, builtAt) {
  const found = spawnSync(
    'find',
    ['src', 'tools/build.mjs', 'package.json', '-newermt', `@${builtAt / 1000}`, '-type', 'f', '-print', '-quit'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  return found.status !== 0 || found.stdout.trim() !== '';
}

/** Debian packages by what needs them; a need is met by any one of its programs. */
export const NODE_PACKAGES = [
  { programs: ['crun', 'runc'], install: 'crun', without: 'containers cannot run' },
  { programs: ['conmon'], install: 'conmon', without: 'containers cannot run' },
  { programs: ['nft'], install: 'nftables', without: 'Services are not reachable' },
  { programs: ['ip'], install: 'iproute2', without: 'pods get no network' },
];
export const TEST_PACKAGES = [
  { programs: ['busybox'], install: 'busybox-static', without: 'tests with containers are skipped' },
  { programs: ['unzip'], install: 'unzip', without: 'tests with the real kubectl are skipped' },
];

/** Installs the Debian packages that are missing when that is possible; otherwise names them in one line and goes on. */
export function ensureDebianPackages(needs) {
  const missing = needs.filter(({ programs }) => !programs.some(isOnPath));
  if (missing.length === 0) return;
  const names = missing.map(({ install }) => install);
  if (process.getuid?.() === 0 && isOnPath('apt-get')) {
    console.log(`Installing from Debian: ${names.join(' ')}`);
    if (aptInstall(names)) return;
  }
  const lost = [...new Set(missing.map(({ without }) => without))].join(', ');
  const still = missing.filter(({ programs }) => !programs.some(isOnPath)).map(({ install }) => install);
  console.warn(`Missing: ${still.join(' ')} (${lost}); install with: apt-get install ${still.join(' ')}`);
}

function aptInstall(names) {
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  const install = () =>
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], options).status === 0;
  // A fresh machine has no package lists yet.
  return install() || (spawnSync('apt-get', ['update', '-qq'], options).status === 0 && install());
}

function isOnPath(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
