import { formatDuration } from '#machinery/objects/duration.ts';
import type { Latencies } from '../filters/latencies.ts';

/** Requests that take longer than these milliseconds are worth a look. */
const LONG_MS = 500;

const NAMES: Readonly<Record<keyof Latencies, string>> = {
  authentication: 'authentication',
  impersonation: 'impersonation',
  queue: 'apf-queue-wait',
  authorization: 'authorization',
};

/** What the audit log says of where the time of a long request went; nothing of others. */
export function* latencyAnnotations(latencies: Latencies, totalMs: number): Iterable<readonly [string, string]> {
  if (totalMs <= LONG_MS) return;
  const known = (Object.keys(NAMES) as (keyof Latencies)[]).filter((each) => latencies[each] !== 0);
  if (known.length === 0) return;
  for (const each of known) yield [`${DOMAIN}/${NAMES[each]}`, formatDuration(latencies[each])];
  yield [`${DOMAIN}/total`, formatDuration(totalMs)];
}

const DOMAIN = 'apiserver.latency.k8s.io';
