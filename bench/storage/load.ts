/** What a load of concurrent writers achieved. */
export interface LoadResult {
  readonly writesPerSecond: number;
  /** Milliseconds that half of the writes took at most. */
  readonly median: number;
  /** Milliseconds that 99 of 100 writes took at most. */
  readonly p99: number;
}

/** Runs `writers` loops of `write` side by side for some seconds. A write resolves when it is durable. */
export async function runLoad(
  writers: number,
  seconds: number,
  write: (writer: number, sequence: number) => Promise<void>,
): Promise<LoadResult> {
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  const loop = async (writer: number) => {
    for (let sequence = 0; performance.now() < end; sequence++) {
      const start = performance.now();
      await write(writer, sequence);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => loop(writer)));
  const elapsed = (performance.now() - begin) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return { writesPerSecond: latencies.length / elapsed, median: at(0.5), p99: at(0.99) };
}
