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
  readonly listeners: Set<Listener>;
}

/** Lines of a pod that are kept. */
const LINES = 1000;

/** What simulated pods have written: all containers of a pod write the same. */
export class SimulatedLogs {
  readonly #logs = new Map<string, PodLog>();

  write(pod: Pod, line: LogLine): void {
    const log = this.#of(pod);
    log.lines.push(line);
    if (log.lines.length > LINES) log.lines = log.lines.slice(-LINES / 2);
    for (const listener of log.listeners) listener.line(line);
  }

  lines(pod: Pod): readonly LogLine[] {
    return this.#logs.get(uidOf(pod))?.lines ?? [];
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
    if (log === undefined) this.#logs.set(uid, (log = { lines: [], listeners: new Set() }));
    return log;
  }
}

const uidOf = ({ metadata }: Pod): string => metadata?.uid ?? '';
