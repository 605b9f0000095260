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

/** Scans a text that need not be valid. */
export function scanJson(text: string): JsonScan {
  let members = 0;
  let depth = 0;
  let deepest = 0;
  let digits = 0;
  let longNumber = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
      digits = 0;
    } else if (code >= 48 && code <= 57) {
      if (++digits >= 16) longNumber = true;
    } else {
      digits = 0;
      if (code === COLON) members++;
      else if (code === 123 || code === 91) {
        if (++depth > deepest) deepest = depth;
      } else if (code === 125 || code === 93) depth--;
    }
  }
  return { members, depth: deepest, longNumber };
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i;
  }
  return text.length;
}
