/** The two keys that a writer of the crash test always writes together. */
export function crashKeys(writer: number): readonly [string, string] {
  return [`/crash/${writer}/first`, `/crash/${writer}/second`];
}

/** A value of a few hundred to a few thousand bytes that shows when a part of it is missing. */
export function crashValue(sequence: number): Buffer {
  const repeats = 20 + ((sequence * 37) % 400);
  return Buffer.from(`${`${sequence};`.repeat(repeats)}${repeats}`);
}

/** The sequence number of a whole value; throws for anything else. */
export function parseCrashValue(value: Uint8Array): number {
  const sequence = Number.parseInt(Buffer.from(value).toString(), 10);
  if (Buffer.compare(crashValue(sequence), value) !== 0) throw new Error(`read crash value: ${sequence} is not whole`);
  return sequence;
}
