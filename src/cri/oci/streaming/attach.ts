import { CriError, type StreamOptions } from '../../runtime.ts';
import { type EngineContext, requireContainer } from '../engine-context.ts';
import { connectStreams, drained } from './connect-streams.ts';
import { followResize } from './exec.ts';
import { startRelay } from './relay.ts';

/** Attaches to a running container's first process; resolves when it ends or the signal aborts. */
export async function attach(
  context: EngineContext,
  { containerId, streams }: { containerId: string; streams: StreamOptions },
): Promise<void> {
  const record = requireContainer(context, containerId);
  const notRunning = () => new CriError('FailedPrecondition', `container is in CONTAINER_${record.state} state`);
  if (record.state !== 'RUNNING') throw notRunning();
  const bundle = context.containers.directory(record.id);
  const hasInput = streams.stdin !== undefined && record.config.stdin;
  const relay = await startRelay({ args: ['attach', bundle, hasInput ? 'input' : 'noinput'] });
  const terminal = { ...streams, tty: record.config.tty };
  const release = connectStreams({ ...relay, stdin: hasInput ? relay.stdin : null }, terminal);
  const stopResizing = followResize(bundle, terminal);
  const kill = () => relay.kill();
  streams.signal?.addEventListener('abort', kill, { once: true });
  if (streams.signal?.aborted) kill();
  try {
    await relay.closed;
    await Promise.all([drained(streams.stdout), drained(streams.stderr)]);
  } finally {
    stopResizing();
    release();
    streams.signal?.removeEventListener('abort', kill);
  }
}
