/** Tells the person who waits what is being done. */
export interface Progress {
  /** Begins a step; the step before it is done. */
  step(text: string): void;
  /** A line of its own. */
  line(text: string): void;
  /** What could not be done, and that it goes on without. */
  warn(text: string): void;
}

/** One line a step, with the time it took. `write` receives whole lines without a newline. */
export function createProgress(write: (line: string) => void, now: () => number): Progress {
  let current: { readonly text: string; readonly started: number } | undefined;
  const finish = () => {
    if (current) write(`  ${current.text} (${Math.round(now() - current.started)} ms)`);
    current = undefined;
  };
  return {
    step(text) {
      finish();
      current = { text, started: now() };
    },
    line(text) {
      finish();
      write(text);
    },
    warn(text) {
      finish();
      write(`  ! ${text}`);
    },
  };
}
