import type { Pod } from '#api/core/v1/pod.ts';
import { newBadRequest, newInternalError } from '#machinery/errors/status-error.ts';
import { parseTime } from '#machinery/objects/time.ts';
import type { LogExchange } from './log-socket.ts';

/** One line that a container wrote; `time` in milliseconds since the Unix epoch. */
export interface LogLine {
  readonly time: number;
  readonly text: string;
}

/** Nodes that live in this process and have no API of their own, as simulated ones. */
export interface LocalNodes {
  has(node: string): boolean;
  /** Whether the node answers at present. */
  isReachable(node: string): boolean;
  /** What a pod's container has written since it began; with `previous`, what the one before it wrote, if there was one. */
  logs(pod: Pod, container: string, previous: boolean): readonly LogLine[] | undefined;
  /** Tells of what is written from now on, and of the end; returns what stops that. */
  follow(pod: Pod, container: string, listener: { line(line: LogLine): void; end(): void }): () => void;
}

/** Where a node agent would listen. */
const NODE_PORT = 10250;

/** The answer to who wants to reach a pod on such a node. */
export const newSimulated = (pod: string) => newBadRequest(`pod ${pod} is simulated: its containers run nothing`);

/** Of which container, and what is asked of its log: see `readLogOptions`. `now` in milliseconds since the Unix epoch. */
export interface LocalLog {
  readonly pod: Pod;
  readonly container: string;
  readonly query: URLSearchParams;
  readonly now: number;
}

const encoder = new TextEncoder();

/** Answers a request for the logs of a container on such a node. */
export function answerLocalLog(
  exchange: LogExchange,
  nodes: LocalNodes,
  { pod, container, query, now }: LocalLog,
): Promise<void> {
  const { nodeName = '' } = pod.spec ?? {};
  if (!nodes.isReachable(nodeName)) {
    const address = `${pod.status?.hostIP ?? nodeName}:${NODE_PORT}`;
    throw newInternalError(`error dialing backend: dial tcp ${address}: connect: no route to host`);
  }
  const previous = isTrue(query, 'previous');
  const lines = nodes.logs(pod, container, previous);
  if (lines === undefined) {
    const id = `"${container}" in pod "${pod.metadata?.name}"`;
    throw newBadRequest(`previous terminated container ${id} not found`);
  }
  const write = lineWriter(query);
  const text = selected(lines, query, now).map(write).join('');
  const limit = Number(query.get('limitBytes') ?? Number.POSITIVE_INFINITY);
  const bytes = encoder.encode(text).subarray(0, Number.isFinite(limit) ? limit : undefined);
  const headers = { 'content-type': 'text/plain' };
  // What has ended says nothing more.
  if (!isTrue(query, 'follow') || previous) {
    exchange.respond(200, headers, bytes);
    return Promise.resolve();
  }
  const stream = exchange.startStream(200, headers);
  stream.write(bytes);
  return new Promise((resolve) => {
    const end = () => {
      stop();
      stream.end();
      resolve();
    };
    const stop = nodes.follow(pod, container, { line: (line) => void stream.write(encoder.encode(write(line))), end });
    exchange.signal.addEventListener('abort', end, { once: true });
  });
}

const isTrue = (query: URLSearchParams, name: string): boolean => query.get(name) === 'true';

/** Nodes write times to the nanosecond. */
const lineWriter = (query: URLSearchParams) =>
  isTrue(query, 'timestamps')
    ? ({ time, text }: LogLine) => `${new Date(time).toISOString().replace('Z', '000000Z')} ${text}\n`
    : ({ text }: LogLine) => `${text}\n`;

function selected(lines: readonly LogLine[], query: URLSearchParams, now: number): readonly LogLine[] {
  const seconds = query.get('sinceSeconds');
  const time = query.get('sinceTime');
  const since = seconds ? now - Number(seconds) * 1000 : time ? parseTime(time) : Number.NEGATIVE_INFINITY;
  const recent = lines.filter((line) => line.time >= since);
  const tail = query.get('tailLines');
  return tail === null ? recent : recent.slice(Math.max(0, recent.length - Number(tail)));
}
