/** What one look at a JSON text tells before it is parsed. */
export interface JsonScan {
  /** How many members all objects together have, duplicates included. */
  readonly members: number;
  /** Deepest nesting of objects and arrays. */
  readonly depth: number;
  /** Whether there is a number so long that a double may not hold it. */
  readonly longNumber: boolean;
}

const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;
const LONG = 16;

/** Scans a text, as UTF-8, that need not be valid. */
export function scanJson(bytes: Uint8Array): JsonScan {
  const { length } = bytes;
  let members = 0;
  let depth = 0;
  let deepest = 0;
  let longNumber = false;
  let i = 0;
  while (i < length) {
    const code = bytes[i++]!;
    if (code === QUOTE) {
      let inner = 0;
      while (i < length && (inner = bytes[i++]!) !== QUOTE) if (inner === BACKSLASH) i++;
    } else if (code === COLON) members++;
    else if (code < COLON) {
      if (code < 48) continue;
      const start = i - 1;
      while (i < length && bytes[i]! >= 48 && bytes[i]! < COLON) i++;
      if (i - start >= LONG) longNumber = true;
    } else if (code === 123 || code === 91) {
      if (++depth > deepest) deepest = depth;
    } else if (code === 125 || code === 93) depth--;
  }
  return { members, depth: deepest, longNumber };
}
