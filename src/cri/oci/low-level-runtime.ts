import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CriError } from '../runtime.ts';
import type { CgroupMode } from './cgroup/cgroup-tree.ts';
import type { EnginePaths } from './engine-paths.ts';
import { writeFileAtomic } from './system/atomic-file.ts';
import { runCommand } from './system/run-command.ts';

/** The program that makes containers, and the scripts through which it is called. */
export interface LowLevelRuntime {
  readonly name: 'crun' | 'runc';
  readonly version: string;
  /** For conmon: answers `create` by creating and starting at once, which saves a process a container. */
  readonly createProgram: string;
  /** For everything else: `exec`, `delete`, `update`. */
  readonly program: string;
  /** Put before every call's arguments. */
  readonly globalArgs: readonly string[];
}

export interface RuntimeChoice {
  /** Default: crun, else runc. */
  readonly preferred?: 'crun' | 'runc' | undefined;
  readonly cgroupMode: CgroupMode;
  readonly paths: EnginePaths;
}

/** Finds a runtime that works here and writes its scripts. Rejects with `FailedPrecondition` when there is none. */
export async function chooseLowLevelRuntime(choice: RuntimeChoice): Promise<LowLevelRuntime> {
  const candidates = choice.preferred ? [choice.preferred] : (['crun', 'runc'] as const);
  for (const name of candidates) {
    const result = await runCommand(name, ['--version']);
    if (result.code !== 0) continue;
    const version = /version (\S+)/.exec(result.stdout.toString())?.[1] ?? 'unknown';
    return writeScripts({ name, version }, choice);
  }
  throw new CriError('FailedPrecondition', `no container runtime found: install ${candidates.join(' or ')}`);
}

async function writeScripts(
  found: { name: 'crun' | 'runc'; version: string },
  { cgroupMode, paths }: RuntimeChoice,
): Promise<LowLevelRuntime> {
  const root = join(paths.runtimeState, found.name);
  await mkdir(paths.programs, { recursive: true, mode: 0o700 });
  await mkdir(root, { recursive: true, mode: 0o700 });
  const createProgram = join(paths.programs, `${found.name}-create`);
  await writeFileAtomic(createProgram, createScript({ name: found.name, root, cgroupMode }), 0o700);
  await chmod(createProgram, 0o700);
  return { ...found, createProgram, program: found.name, globalArgs: ['--root', root] };
}

/**
 * The script that conmon calls with `create …` or `exec …`. crun refuses hybrid control groups, so there it is given a
 * mount namespace in which `unified` is unmounted (everything else propagates as before).
 */
export function createScript(options: { name: 'crun' | 'runc'; root: string; cgroupMode: CgroupMode }): string {
  const command = `${options.name} --root '${options.root.replaceAll("'", `'\\''`)}'`;
  const run = `${command} run --detach "$@"`;
  const hidden = `mount --make-rslave /sys/fs/cgroup && umount /sys/fs/cgroup/unified && exec ${run}`;
  const hybrid = options.name === 'crun' && options.cgroupMode === 'hybrid';
  return [
    '#!/bin/sh',
    `if [ "$1" != create ]; then exec ${command} "$@"; fi`,
    'shift',
    hybrid
      ? `exec unshare -m --propagation unchanged sh -c '${hidden.replaceAll("'", `'\\''`)}' sh "$@"`
      : `exec ${run}`,
    '',
  ].join('\n');
}
