import type { Pod } from '#api/core/v1/pod.ts';

/** One line that a container wrote; `time` in milliseconds since the Unix epoch. */
interface LogLine {
  readonly time: number;
  readonly text: string;
}

interface Listener {
  line(line: LogLine): void;
  end(): void;
}

interface PodLog {
  lines: LogLine[];
  /** What the containers wrote before they were started anew. */
  previous: LogLine[] | undefined;
  readonly listeners: Set<Listener>;
}

/** Lines of a pod that are kept. */
const LINES = 1000;

/** What simulated pods have written: all containers of a pod write the same. */
export class SimulatedLogs {
  readonly #logs = new Map<string, PodLog>();

  /** A text of several lines is so many lines. */
  write(pod: Pod, { time, text }: LogLine): void {
    const log = this.#of(pod);
    const lines = text.replace(/\n$/, '').split('\n');
    for (const each of lines) {
      const line = { time, text: each };
      log.lines.push(line);
      for (const listener of log.listeners) listener.line(line);
    }
    if (log.lines.length > LINES) log.lines = log.lines.slice(-LINES / 2);
  }

  /** What a pod's containers have written since they were last started. */
  lines(pod: Pod): readonly LogLine[] {
    return this.#logs.get(uidOf(pod))?.lines ?? [];
  }

  /** The same of the time before that; undefined when there was none. */
  previous(pod: Pod): readonly LogLine[] | undefined {
    return this.#logs.get(uidOf(pod))?.previous;
  }

  /** The pod's containers have ended, and others began in their place. */
  restarted(pod: Pod): void {
    this.ended(pod);
    const log = this.#of(pod);
    log.previous = log.lines;
    log.lines = [];
  }

  /** Returns what stops the listening. A pod that is over has nothing more to say. */
  follow(pod: Pod, listener: Listener): () => void {
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') {
      queueMicrotask(() => listener.end());
      return () => {};
    }
    const { listeners } = this.#of(pod);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** The pod's containers have ended; whoever follows is told. */
  ended(pod: Pod): void {
    for (const listener of this.#logs.get(uidOf(pod))?.listeners ?? []) listener.end();
  }

  /** The pod is gone, and its log with it. */
  forget(pod: Pod): void {
    this.ended(pod);
    this.#logs.delete(uidOf(pod));
  }

  #of(pod: Pod): PodLog {
    const uid = uidOf(pod);
    let log = this.#logs.get(uid);
    if (log === undefined) this.#logs.set(uid, (log = { lines: [], previous: undefined, listeners: new Set() }));
    return log;
  }
}

const uidOf = ({ metadata }: Pod): string => metadata?.uid ?? '';
