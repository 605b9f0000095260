import { EMPTY_SET, type FieldSet, sharedSet } from './field-set.ts';

/**
 * A short text for a set of fields, from which equal sets are found without making them: `{`, parts and `}`; a part is
 * an element and `!` for a field of the set, or its parts in braces, with `.` first when it is in the set itself.
 * Elements of messages are two characters each, all others are JSON strings.
 */
export const LEAF_TEXT = '!';
export const SELF_TEXT = '.';

// Two characters of Latin-1 that no other part of a text begins with: texts of one byte a character are compared fastest.
const FIRST_CODE = 0x80;
const CODES = 0x80;

const names: string[] = [];
const codes = new Map<string, string>();

/** The code for an element that schemas name; its JSON text when there are no more codes. */
export function namedElementText(element: string): string {
  const known = codes.get(element);
  if (known !== undefined) return known;
  if (names.length >= CODES * CODES) return elementText(element);
  const code = String.fromCharCode(FIRST_CODE + Math.floor(names.length / CODES), FIRST_CODE + (names.length % CODES));
  names.push(element);
  codes.set(element, code);
  return code;
}

const MAX_REMEMBERED = 20_000;
const elements = new Map<string, string>();

/** The text of any element. */
export function elementText(element: string): string {
  let text = elements.get(element);
  if (text !== undefined) return text;
  text = JSON.stringify(element);
  if (elements.size >= MAX_REMEMBERED) elements.clear();
  elements.set(element, text);
  return text;
}

let young = new Map<string, FieldSet>();
let old = new Map<string, FieldSet>();

/** The set that a text of parts stands for; shared. */
export function setOfText(parts: string): FieldSet {
  if (parts === '') return EMPTY_SET;
  const known = young.get(parts);
  if (known !== undefined) return known;
  const set = old.get(parts) ?? sharedSet(jsonOf(parts));
  if (young.size >= MAX_REMEMBERED) {
    old = young;
    young = new Map();
  }
  young.set(parts, set);
  return set;
}

/** The same set as managedFields hold it. */
function jsonOf(parts: string): string {
  let json = '{';
  for (let i = 0; i < parts.length; i++) {
    const character = parts[i]!;
    switch (character) {
      case LEAF_TEXT:
        json += '{}';
        break;
      case SELF_TEXT:
        json += '".":{}';
        break;
      case '{':
      case '}':
        json += character;
        break;
      default: {
        const end = character === '"' ? endOfString(parts, i) : i + 2;
        const element = character === '"' ? parts.slice(i, end) : JSON.stringify(nameAt(parts, i));
        json += `${json.endsWith('{') ? '' : ','}${element}:`;
        i = end - 1;
      }
    }
  }
  return `${json}}`;
}

const nameAt = (text: string, i: number): string | undefined =>
  names[(text.charCodeAt(i) - FIRST_CODE) * CODES + text.charCodeAt(i + 1) - FIRST_CODE];

/** Just past the quote that ends the string beginning at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}
