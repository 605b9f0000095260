import { open } from 'node:fs/promises';
import type { Clock } from '#base/clock.ts';
import type { ContainerStatus } from '#cri/runtime.ts';
import { TERMINATION_MESSAGE_PATH, TERMINATION_MESSAGE_POLICY } from '../names.ts';
import { readLog } from './read-log.ts';

const MAX_BYTES = 4096;
const MAX_LOG_BYTES = 2048;
const MAX_LOG_LINES = 80;

/**
 * What an exited container left as its last words: its termination message file or, by policy, the end of its log.
 * Empty when there is nothing.
 */
export async function terminationMessage(status: ContainerStatus, clock: Clock): Promise<string> {
  const path = status.annotations[TERMINATION_MESSAGE_PATH];
  const mount = status.mounts.find(({ containerPath }) => containerPath === path);
  const own = mount ? await readStart(mount.hostPath) : '';
  if (own !== '' || status.exitCode === 0) return own;
  if (status.annotations[TERMINATION_MESSAGE_POLICY] !== 'FallbackToLogsOnError') return own;
  return readEnd(status.logPath, clock);
}

async function readStart(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    return `Error on reading termination log ${path}: ${(error as Error).message}`;
  }
}

async function readEnd(path: string, clock: Clock): Promise<string> {
  const pieces: Buffer[] = [];
  const options = {
    tailLines: MAX_LOG_LINES,
    clock,
    signal: new AbortController().signal,
    isRunning: async () => false,
  };
  try {
    await readLog(path, options, (piece) => pieces.push(piece));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return Buffer.concat(pieces).subarray(-MAX_LOG_BYTES).toString('utf8');
}
