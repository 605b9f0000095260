import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { podTable } from '#network/pod-network/pod-ruleset.ts';

const KNARR = fileURLToPath(new URL('../../dist/knarr.js', import.meta.url));
const NETWORK_NAMESPACES = '/run/netns';
const CONTROL_GROUPS = '/sys/fs/cgroup';

/**
 * Removes a run's temporary directory and all that is the run's: its processes, clusters, containers and mounts, and the
 * network namespaces and control groups that have its name in front of theirs. Other runs are not touched. Synchronous,
 * because it is the last thing that a process does.
 */
export function removeRun(directory: string): void {
  const prefix = `${basename(directory)}-`;
  killAll(() => processesOf(directory));
  for (const name of namesIn(directory)) {
    const path = join(directory, name);
    if (existsSync(join(path, 'data'))) deleteCluster(path, prefix + name);
    if (existsSync(join(path, 'network'))) run('nft', 'delete', 'table', 'ip', podTable(join(path, 'network')));
  }
  killAll(() => containersOf(directory));
  for (const path of mountsBelow(directory)) run('umount', '--lazy', path);
  for (const name of namesIn(NETWORK_NAMESPACES, prefix)) run('ip', 'netns', 'delete', name);
  for (const hierarchy of ['', ...namesIn(CONTROL_GROUPS)]) {
    for (const name of namesIn(join(CONTROL_GROUPS, hierarchy), prefix)) {
      removeControlGroup(join(CONTROL_GROUPS, hierarchy, name));
    }
  }
  const still = mountsBelow(directory);
  // What is mounted may be anybody's.
  if (still.length > 0) throw new Error(`cannot remove ${directory}: still mounted: ${still.join(', ')}`);
  rmSync(directory, { recursive: true, force: true });
}

/** A cluster takes away by itself what it made outside its data directory, in the network where it ran. */
function deleteCluster(directory: string, namespace: string): void {
  const file = join(NETWORK_NAMESPACES, namespace);
  const kubeconfig = join(directory, 'user-kubeconfig');
  const command = [KNARR, 'delete', '--data-dir', join(directory, 'data'), '--kubeconfig', kubeconfig];
  if (existsSync(file)) run('nsenter', `--net=${file}`, process.execPath, ...command);
  else run(process.execPath, ...command);
}

/** Programs of the run: they have its directory for their temporary files. */
function processesOf(directory: string): number[] {
  const setting = `TMPDIR=${directory}`;
  return otherProcesses().filter((pid) => readProcess(pid, 'environ').split('\0').includes(setting));
}

/** Processes whose root directory is one of the run's; they know nothing of its environment. */
function containersOf(directory: string): number[] {
  const isRoot = (line: string) => line.split(' ')[4] === '/' && line.includes(`/${basename(directory)}/`);
  return otherProcesses().filter((pid) => readProcess(pid, 'mountinfo').split('\n').some(isRoot));
}

const otherProcesses = () =>
  namesIn('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid);

/** Mount points, the newest first. */
function mountsBelow(directory: string): string[] {
  const points = readProcess(process.pid, 'mountinfo').split('\n');
  const paths = points.map((line) => line.split(' ')[4] ?? '');
  return paths.filter((path) => path.startsWith(`${directory}/`)).reverse();
}

function removeControlGroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeControlGroup(join(path, entry.name));
  }
  rmdirSync(path);
}

/** Kills until nothing is found any more: processes may have begun others meanwhile. */
function killAll(find: () => readonly number[]): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; round < 100; round++) {
    const found = find();
    if (found.length === 0) return;
    for (const pid of found) unlessGone(() => process.kill(pid, 'SIGKILL'), undefined);
    Atomics.wait(never, 0, 0, 20);
  }
}

const readProcess = (pid: number, file: string) => unlessGone(() => readFileSync(`/proc/${pid}/${file}`, 'utf8'), '');

const namesIn = (directory: string, prefix = '') =>
  unlessGone(() => readdirSync(directory), []).filter((name) => name.startsWith(prefix));

/** What is looked at may go, have ended (the mounts of such a process are invalid), or be somebody else's. */
function unlessGone<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (error) {
    if (
      !['ENOENT', 'ENOTDIR', 'ESRCH', 'EINVAL', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
    )
      throw error;
    return otherwise;
  }
}

/** What cannot be removed because it is not there is none of the run's. */
function run(program: string, ...args: string[]): void {
  spawnSync(program, args, { stdio: 'ignore', timeout: 30_000 });
}
