import { readTextFile } from './atomic-file.ts';

/** A process that cannot be confused with a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the process's start, from `/proc/<pid>/stat`. */
  readonly startTicks: string;
}

/** Undefined when the process is gone or a zombie. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
  const parsed = stat === undefined ? undefined : parseProcessStat(stat);
  if (parsed === undefined || parsed.state === 'Z' || parsed.state === 'X') return undefined;
  return { pid, startTicks: parsed.startTicks };
}

/** The command name is in parentheses and may itself hold any character, so fields are counted after the last one. */
export function parseProcessStat(stat: string): { state: string; startTicks: string } | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = fields[19];
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
}

/** Whether the very process is still running. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const current = await identifyProcess(identity.pid);
  return current?.startTicks === identity.startTicks;
}

/** Sends a signal to the very process; false when it is gone. */
export async function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals | number): Promise<boolean> {
  if (!(await isAlive(identity))) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}
