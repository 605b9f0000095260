import type { ServerResponse } from 'node:http';
import { newBadRequest, newNotFound } from '#machinery/errors/status-error.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { readLog } from '../logs/read-log.ts';
import { requireContainer, requirePod, type ServerContext } from './server-context.ts';

export interface LogTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** Writes a container's log as a plain text answer. Rejects with a Status before anything has been written. */
export async function serveContainerLogs(
  context: ServerContext,
  { namespace, pod: podName, container }: LogTarget,
  {
    query,
    response,
    signal,
  }: { readonly query: URLSearchParams; readonly response: ServerResponse; readonly signal: AbortSignal },
): Promise<void> {
  const pod = requirePod(context, namespace, podName);
  const options = logOptions(query, context.clock.now());
  const status = await requireContainer(context, pod, { name: container, previous: options.previous });
  const start = () => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
  };
  if (options.follow) start();
  const isRunning = async () => {
    const now = await context.runtime.containerStatus(status.id).catch(() => undefined);
    return now?.state === 'RUNNING';
  };
  const reading = { ...options, clock: context.clock, signal, isRunning, exited: exitOf(context, status.id, signal) };
  try {
    await readLog(status.logPath, reading, (piece) => {
      start();
      if (response.write(piece)) return undefined;
      return new Promise<void>((resolve) => {
        response.once('drain', resolve);
        response.once('close', resolve);
      });
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw newNotFound({ group: '', resource: 'logs' }, status.logPath);
  }
  start();
  response.end();
}

/** Resolves when a container stops or the signal aborts. */
async function exitOf({ runtime }: ServerContext, id: string, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  for await (const event of runtime.containerEvents(AbortSignal.any([signal, stop.signal]))) {
    if (event.containerId !== id || event.type === 'CREATED' || event.type === 'STARTED') continue;
    stop.abort();
    return;
  }
}

function logOptions(query: URLSearchParams, now: number) {
  const flag = (name: string) => ['1', 'true'].includes(query.get(name) ?? '');
  const sinceSeconds = integer(query, 'sinceSeconds', 1);
  const sinceTime = query.get('sinceTime');
  const stream = { Stdout: 'stdout', Stderr: 'stderr' }[query.get('stream') ?? ''] as 'stdout' | 'stderr' | undefined;
  return {
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    tailLines: integer(query, 'tailLines', 0),
    limitBytes: integer(query, 'limitBytes', 1),
    since: sinceSeconds === undefined ? (sinceTime ? parseTime(sinceTime) : undefined) : now - sinceSeconds * 1000,
    stream,
  };
}

function integer(query: URLSearchParams, name: string, minimum: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < minimum) {
    throw newBadRequest(`invalid ${name}: ${JSON.stringify(text)} is not an integer of at least ${minimum}`);
  }
  return value;
}
