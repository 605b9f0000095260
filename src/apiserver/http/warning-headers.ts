import type { HeaderMap } from './exchange.ts';

/** Characters of all warnings of an answer, past which each is cut short and at last no more are told. */
const MAX_CHARACTERS = 4096;
const MAX_CHARACTERS_OF_ONE = 256;
/** What a header cannot say. */
const CONTROL = /[\x00-\x1f\x7f]/;

/** What a client is warned of, each text once; a header where there is something. */
export function warningHeaders(warnings: readonly string[]): HeaderMap {
  if (warnings.length === 0) return {};
  const texts = fitting([...new Set(warnings)].filter((text) => text !== '' && !CONTROL.test(text)));
  return texts.length > 0 ? { warning: texts.map(warningHeader) } : {};
}

function fitting(texts: readonly string[]): string[] {
  const whole = texts.map((text) => [...text]);
  if (whole.reduce((sum, { length }) => sum + length, 0) <= MAX_CHARACTERS) return [...texts];
  const told: string[] = [];
  let characters = 0;
  for (const text of whole) {
    if (characters >= MAX_CHARACTERS) break;
    const short = text.slice(0, MAX_CHARACTERS_OF_ONE);
    characters += short.length;
    told.push(short.join(''));
  }
  return told;
}

/** RFC 7234: code 299, no agent, the text quoted; its bytes are UTF-8. */
const warningHeader = (text: string) => `299 - "${Buffer.from(text.replace(/[\\"]/g, '\\$&')).toString('latin1')}"`;
