/** A line of a container's log file: `<time> <stdout|stderr> <P|F> <content>`. */
export interface LogLine {
  readonly timestamp: string;
  readonly stream: 'stdout' | 'stderr';
  /** More of the same line follows. */
  readonly partial: boolean;
  /** With its newline, unless partial. */
  readonly content: Buffer;
}

const SPACE = 0x20;

/** Reads one line (without its newline); undefined when it has not the format. */
export function parseLogLine(line: Buffer): LogLine | undefined {
  const first = line.indexOf(SPACE);
  const second = line.indexOf(SPACE, first + 1);
  if (first < 0 || second < 0) return undefined;
  const third = line.indexOf(SPACE, second + 1);
  const stream = line.toString('latin1', first + 1, second);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  const tag = line.toString('latin1', second + 1, third < 0 ? line.length : third);
  const partial = tag.startsWith('P');
  const text = third < 0 ? Buffer.alloc(0) : line.subarray(third + 1);
  return {
    timestamp: line.toString('latin1', 0, first),
    stream,
    partial,
    content: partial ? text : Buffer.concat([text, Buffer.from('\n')]),
  };
}
