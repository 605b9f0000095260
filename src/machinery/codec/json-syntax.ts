import { DecodeError } from './decode-error.ts';
import { setMember } from './value-decoder.ts';

/** What the exact parser finds: the value, and the members that a text names twice, by path. */
export interface ParsedJson {
  readonly value: unknown;
  readonly duplicates: ReadonlySet<string>;
}

/**
 * The limit on nesting. Upstream allows 10,000, which walks, clones and native serialisation would need more than the
 * default stack for; no schema nests deeper than some dozens.
 */
export const MAX_DEPTH = 1_000;

/**
 * Parses JSON as `JSON.parse` does, noting what that one hides: duplicate members (the last one wins) and integers
 * past 2^53, which become bigints as far as int64 goes. Much slower, so only for texts that need it. Errors are Go's.
 */
export const parseJsonExactly = (text: string): ParsedJson => new JsonParser(text).parse();

/** The value of a JSON text with exact integers, by the native parser wherever that is enough. */
export function parseJsonValue(text: string): unknown {
  if (/[0-9]{16}/.test(text)) return parseJsonExactly(text).value;
  try {
    return JSON.parse(text);
  } catch {
    return parseJsonExactly(text).value;
  }
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

class JsonParser {
  readonly #text: string;
  readonly #duplicates = new Set<string>();
  #position = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): ParsedJson {
    this.#skipSpace();
    const value = this.#value('', 'looking for beginning of value');
    this.#skipSpace();
    if (this.#position < this.#text.length) this.#fail('after top-level value');
    return { value, duplicates: this.#duplicates };
  }

  #value(path: string, context: string): unknown {
    switch (this.#text[this.#position]) {
      case '{':
        return this.#nested(() => this.#object(path));
      case '[':
        return this.#nested(() => this.#array(path));
      case '"':
        return this.#string();
      case 't':
        return this.#literal('true', true);
      case 'f':
        return this.#literal('false', false);
      case 'n':
        return this.#literal('null', null);
      default:
        return this.#number(context);
    }
  }

  #nested(read: () => unknown): unknown {
    if (++this.#depth > MAX_DEPTH) throw new DecodeError('exceeded max depth');
    const value = read();
    this.#depth--;
    return value;
  }

  #object(path: string): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    this.#step();
    if (this.#take('}')) return out;
    for (;;) {
      if (this.#text[this.#position] !== '"') this.#fail('looking for beginning of object key string');
      const key = this.#string();
      const memberPath = path === '' ? key : `${path}.${key}`;
      if (Object.hasOwn(out, key)) this.#duplicates.add(memberPath);
      this.#skipSpace();
      if (!this.#take(':')) this.#fail('after object key');
      setMember(out, key, this.#value(memberPath, 'looking for beginning of value'));
      this.#skipSpace();
      if (this.#take('}')) return out;
      if (!this.#take(',')) this.#fail('after object key:value pair');
    }
  }

  #array(path: string): unknown[] {
    const out: unknown[] = [];
    this.#step();
    if (this.#take(']')) return out;
    for (;;) {
      out.push(this.#value(`${path}[${out.length}]`, 'looking for beginning of value'));
      this.#skipSpace();
      if (this.#take(']')) return out;
      if (!this.#take(',')) this.#fail('after array element');
    }
  }

  #string(): string {
    const start = this.#position++;
    for (;;) {
      const code = this.#text.charCodeAt(this.#position);
      if (code === 34) break;
      if (code < 32) this.#fail('in string literal');
      if (code === 92) {
        this.#position++;
        if (!/^(["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(this.#text.slice(this.#position, this.#position + 5)))
          this.#fail('in string escape code');
      } else if (Number.isNaN(code)) this.#fail('in string literal');
      this.#position++;
    }
    this.#position++;
    return JSON.parse(this.#text.slice(start, this.#position)) as string;
  }

  #number(context: string): number | bigint {
    NUMBER.lastIndex = this.#position;
    const match = NUMBER.exec(this.#text);
    if (match === null) {
      if (this.#text[this.#position] === '-') {
        this.#position++;
        this.#fail('in numeric literal');
      }
      return this.#fail(context);
    }
    this.#position += match[0].length;
    const number = Number(match[0]);
    if (match[1] !== undefined || match[2] !== undefined || Number.isSafeInteger(number)) return number;
    const exact = BigInt(match[0]);
    return BigInt.asIntN(64, exact) === exact ? exact : number;
  }

  #literal<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++, this.#position++)
      if (this.#text[this.#position] !== word[i]) this.#fail(`in literal ${word} (expecting ${quote(word[i]!)})`);
    return value;
  }

  #take(char: string): boolean {
    if (this.#text[this.#position] !== char) return false;
    this.#step();
    return true;
  }

  #step(): void {
    this.#position++;
    this.#skipSpace();
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#position;
    SPACE.exec(this.#text);
    this.#position = SPACE.lastIndex;
  }

  #fail(context: string): never {
    const char = this.#text.codePointAt(this.#position);
    if (char === undefined) throw new DecodeError('unexpected end of JSON input');
    throw new DecodeError(`invalid character ${quote(String.fromCodePoint(char))} ${context}`);
  }
}

/** A character as Go quotes it. */
function quote(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}
