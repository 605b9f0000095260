import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';

const CHECK_MS = 10_000;

/** A file that is read again when it changes. */
export interface WatchedFile {
  /** What it is about, as metrics name it: `authentication`, `authorization`, `encryption`. */
  readonly kind: string;
  readonly path: string;
  /** Does as a new text says; throws when it is wrong, and what was said before holds. */
  readonly change: (text: string) => Promise<void> | void;
  /** As it was read last. */
  text: string | undefined;
}

export interface ReloadOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: MetricRegistry;
  /** Which of several servers this is, as its Lease calls it. */
  readonly serverId: string;
}

/** Looks at files every ten seconds, until the signal. One that is wrong is told in the log and counted. */
export async function reloadFiles(
  files: readonly WatchedFile[],
  options: ReloadOptions,
  signal: AbortSignal,
): Promise<void> {
  const server = hashOf(options.serverId);
  for (const file of files) if (file.text !== undefined) tellHash(file, file.text, { ...options, server });
  while (files.length > 0) {
    // Rejects for nothing but the signal.
    await options.clock.sleep(CHECK_MS, signal).catch(() => {});
    if (signal.aborted) return;
    for (const file of files) await check(file, { ...options, server });
  }
}

type Counted = ReloadOptions & { readonly server: string };

async function check(file: WatchedFile, options: Counted): Promise<void> {
  const { clock, logger, metrics, server } = options;
  const { kind, path } = file;
  const count = (status: 'success' | 'failure') => {
    const name = `apiserver_${kind}_config_controller_automatic_reload`;
    const labels = ['status', 'apiserver_id_hash'];
    metrics.counter(`${name}s_total`, 'Times that a changed file was read', labels).labels(status, server).inc();
    metrics
      .gauge(`${name}_last_timestamp_seconds`, 'When a changed file was read last', labels)
      .labels(status, server)
      .set(clock.now() / 1000);
  };
  try {
    const text = await readFile(path, 'utf8');
    if (text === file.text) return;
    file.text = text;
    await file.change(text);
    count('success');
    tellHash(file, text, options);
    logger.info('configuration reloaded', { path });
  } catch (error) {
    count('failure');
    logger.error('reload configuration', { path, error: (error as Error).message });
  }
}

/** Tells what holds, so that servers with different files can be found. */
function tellHash({ kind }: WatchedFile, text: string, { metrics, server }: Counted): void {
  const labels = [server, hashOf(text)];
  metrics.collected('gauge', `apiserver_${kind}_config_controller_last_config_info`, {
    help: 'The configuration that holds, by its hash',
    labels: ['apiserver_id_hash', 'hash'],
    collect: () => [[labels, 1]],
  });
}

const hashOf = (text: string): string =>
  text === '' ? '' : `sha256:${createHash('sha256').update(text).digest('hex')}`;
