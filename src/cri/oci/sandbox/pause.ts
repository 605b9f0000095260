import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CriError } from '../../runtime.ts';
import { runtimeMessage } from '../container/conmon.ts';
import type { EngineContext } from '../engine-context.ts';
import type { OciSpec } from '../spec/oci-types.ts';
import { identifyProcess, type ProcessIdentity } from '../system/process-identity.ts';
import { runCommand } from '../system/run-command.ts';
import { pauseProgram } from './pause-program.ts';

/** Starts the process that holds a shared PID namespace, in a container of its own under the sandbox's id. */
export async function startPause(
  context: EngineContext,
  request: { id: string; cgroupsPath: string },
): Promise<ProcessIdentity> {
  const program = pauseProgram(context.host.architecture);
  if (program === undefined) {
    throw new CriError('FailedPrecondition', `shared PID namespace is not supported on ${context.host.architecture}`);
  }
  const bundle = join(context.sandboxes.directory(request.id), 'pause');
  await mkdir(join(bundle, 'rootfs/proc'), { recursive: true, mode: 0o755 });
  await Promise.all([
    mkdir(join(bundle, 'rootfs/dev')),
    writeFile(join(bundle, 'rootfs/pause'), program, { mode: 0o755 }),
    writeFile(join(bundle, 'config.json'), JSON.stringify(pauseSpec(request.cgroupsPath))),
  ]);
  const create = [
    context.runtime.createProgram,
    'create',
    '--bundle',
    bundle,
    '--pid-file',
    join(bundle, 'pid'),
    request.id,
  ];
  // The container keeps its standard streams, so they must not be pipes that someone waits for.
  const script = '"$@" </dev/null >/dev/null 2>"$0"';
  const result = await runCommand('sh', ['-c', script, join(bundle, 'errors'), ...create]);
  if (result.code !== 0) {
    throw new CriError('Unknown', runtimeMessage(await readFile(join(bundle, 'errors'), 'utf8')));
  }
  const process = await identifyProcess(Number(await readFile(join(bundle, 'pid'), 'utf8')));
  if (process === undefined) throw new CriError('Unknown', 'pause process ended at once');
  return process;
}

/** Ends the process; harmless when there is none. */
export async function stopPause(context: EngineContext, id: string): Promise<void> {
  const bundle = join(context.sandboxes.directory(id), 'pause');
  if ((await readFile(join(bundle, 'config.json')).catch(() => undefined)) === undefined) return;
  const { runtime } = context;
  await runCommand(runtime.program, [...runtime.globalArgs, 'delete', '--force', id]);
  await rm(bundle, { recursive: true, force: true });
}

/** No capabilities, nothing to write to. The host's other namespaces do no harm to a program that only sleeps. */
function pauseSpec(cgroupsPath: string): OciSpec {
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 65535, gid: 65535, additionalGids: [] },
      args: ['/pause'],
      env: [],
      cwd: '/',
      capabilities: { bounding: [], effective: [], permitted: [] },
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] }],
    linux: {
      namespaces: [{ type: 'pid' }, { type: 'mount' }],
      cgroupsPath,
      resources: {},
      maskedPaths: [],
      readonlyPaths: [],
    },
  };
}
