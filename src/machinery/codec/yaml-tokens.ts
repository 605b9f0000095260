import { isBlankOrEnd, isBreak, type YamlCursor } from './yaml-cursor.ts';
import { scanBlock, scanPlain, scanQuoted } from './yaml-scalar-scanner.ts';
import { scanAnchor, scanDirective, scanTag, type YamlDirective, type YamlTag } from './yaml-tag-scanner.ts';

/** Indicators are called as they are written; `?` and `:` also stand where a key and a value begin without any. */
type YamlIndicator = '---' | '...' | '[' | ']' | '{' | '}' | ',' | '-' | '?' | ':';

/** `sequence`, `mapping` and `end` are where a block collection begins and ends: the indentation says so. */
export type YamlTokenType =
  | YamlIndicator
  | 'alias'
  | 'anchor'
  | 'directive'
  | 'end'
  | 'end of stream'
  | 'mapping'
  | 'scalar'
  | 'sequence'
  | 'tag';

export interface YamlToken {
  readonly type: YamlTokenType;
  /** Counted from zero. */
  readonly line: number;
  /** What a scalar reads as, or the name of an anchor or alias. */
  readonly value?: string;
  /** Whether a scalar has no quotes. */
  readonly isPlain?: boolean;
  readonly tag?: YamlTag;
  readonly directive?: YamlDirective;
}

/** Something that turns out to be a key when a colon follows. */
interface PossibleKey {
  readonly number: number;
  readonly at: number;
  readonly line: number;
  readonly column: number;
  /** Whether nothing but a key can be there. */
  readonly isRequired: boolean;
}

/** How far from its beginning the colon of a key may be. */
const LONGEST_KEY = 1024;

/**
 * The tokens of a YAML text. It looks ahead as far as upstream's scanner does, no more, no less: of several things that
 * are wrong with a text the same one is told. Throws `DecodeError`.
 */
export class YamlTokens {
  readonly #cursor: YamlCursor;
  /** Tokens that were found and not taken; the number of the first one is how many were taken. */
  readonly #found: YamlToken[] = [];
  #taken = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  #mayStartKey = true;
  /** The possible key of every flow collection that is open, and of the block around them. */
  readonly #keys: (PossibleKey | undefined)[] = [undefined];
  /** The level of the possible key that a token began, by its number. */
  readonly #levels = new Map<number, number>();

  constructor(cursor: YamlCursor) {
    this.#cursor = cursor;
  }

  peek(): YamlToken {
    while (this.#found.length === 0 || this.#firstMayBeKey()) this.#fetch();
    return this.#found[0]!;
  }

  take(): YamlToken {
    const token = this.peek();
    this.#found.shift();
    this.#taken++;
    return token;
  }

  #firstMayBeKey(): boolean {
    const level = this.#levels.get(this.#taken);
    return level !== undefined && this.#isKeyPossible(level);
  }

  /** Whether the key of a level may still be one: it ends on its line, and is not too long. */
  #isKeyPossible(level: number): boolean {
    const key = this.#keys[level];
    if (key === undefined) return false;
    if (key.line === this.#cursor.line && key.at + LONGEST_KEY >= this.#cursor.at) return true;
    if (key.isRequired) throw this.#cursor.fault("could not find expected ':'");
    this.#keys[level] = undefined;
    return false;
  }

  get #isInFlow(): boolean {
    return this.#keys.length > 1;
  }

  #saveKey(): void {
    if (!this.#mayStartKey) return;
    const { at, line, column } = this.#cursor;
    this.#dropKey();
    const number = this.#taken + this.#found.length;
    const isRequired = !this.#isInFlow && this.#indent === column;
    this.#keys[this.#keys.length - 1] = { number, at, line, column, isRequired };
    this.#levels.set(number, this.#keys.length - 1);
  }

  #dropKey(): void {
    const key = this.#keys.at(-1);
    if (key === undefined) return;
    if (key.isRequired) throw this.#cursor.fault("could not find expected ':'");
    this.#keys[this.#keys.length - 1] = undefined;
    this.#levels.delete(key.number);
  }

  /** Begins a block collection where the text is further to the right than the one around. */
  #indentTo(column: number, type: 'mapping' | 'sequence', place: { line: number; number?: number }): void {
    if (this.#isInFlow || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    this.#insert({ type, line: place.line }, place.number);
  }

  #insert(token: YamlToken, number = this.#taken + this.#found.length): void {
    this.#found.splice(number - this.#taken, 0, token);
  }

  #unindentTo(column: number): void {
    if (this.#isInFlow) return;
    while (this.#indent > column) {
      this.#found.push({ type: 'end', line: this.#cursor.line });
      this.#indent = this.#indents.pop()!;
    }
  }

  #fetch(): void {
    const cursor = this.#cursor;
    cursor.checkLegible();
    this.#skipToToken();
    this.#unindentTo(cursor.column);
    if (cursor.peek() === 0) return this.#endStream();
    if (cursor.column === 0 && cursor.is('%')) return this.#fetchDirective();
    if (cursor.isDocumentIndicator()) return this.#fetchDocumentIndicator();
    const character = cursor.text[cursor.at]!;
    const isAlone = isBlankOrEnd(cursor.peek(1));
    switch (character) {
      case '[':
      case '{':
        return this.#openFlow(character);
      case ']':
      case '}':
        return this.#closeFlow(character);
      case ',':
        return this.#fetchEntry(character);
      case '*':
      case '&':
        return this.#fetchAtom(() => ({ type: character === '*' ? 'alias' : 'anchor', value: scanAnchor(cursor) }));
      case '!':
        return this.#fetchAtom(() => ({ type: 'tag', tag: scanTag(cursor) }));
      case "'":
      case '"':
        return this.#fetchAtom(() => ({ type: 'scalar', value: scanQuoted(cursor, character) }));
      case '-':
        if (isAlone) return this.#fetchEntry(character);
        break;
      case '?':
        if (isAlone || this.#isInFlow) return this.#fetchKey();
        break;
      case ':':
        if (isAlone || this.#isInFlow) return this.#fetchValue();
        break;
      case '|':
      case '>':
        if (!this.#isInFlow) return this.#fetchBlockScalar();
    }
    if (!this.#startsPlain(character)) throw cursor.fault('found character that cannot start any token');
    this.#fetchPlain();
  }

  #startsPlain(character: string): boolean {
    if (character === '-') return true;
    if (character === '?' || character === ':') return true;
    return !'\t,[]{}#&*!|>\'"%@`'.includes(character);
  }

  /** Tabs are no indentation: they may not stand where a key of a block could begin. */
  #skipToToken(): void {
    const cursor = this.#cursor;
    for (;;) {
      while (cursor.is(' ') || (cursor.is('\t') && (this.#isInFlow || !this.#mayStartKey))) cursor.skip();
      cursor.skipComment();
      if (!isBreak(cursor.peek())) return;
      cursor.readBreak();
      if (!this.#isInFlow) this.#mayStartKey = true;
    }
  }

  #endStream(): void {
    const cursor = this.#cursor;
    if (cursor.column !== 0) {
      cursor.column = 0;
      cursor.line++;
    }
    this.#leaveBlock();
    this.#found.push({ type: 'end of stream', line: cursor.line });
  }

  #leaveBlock(): void {
    this.#unindentTo(-1);
    this.#dropKey();
    this.#mayStartKey = false;
  }

  #fetchDirective(): void {
    this.#leaveBlock();
    const { line } = this.#cursor;
    this.#found.push({ type: 'directive', line, directive: scanDirective(this.#cursor) });
  }

  #fetchDocumentIndicator(): void {
    this.#leaveBlock();
    const type = this.#cursor.is('-') ? '---' : '...';
    this.#fetchIndicator(type);
  }

  #fetchIndicator(type: YamlIndicator): void {
    this.#found.push({ type, line: this.#cursor.line });
    for (let i = 0; i < type.length; i++) this.#cursor.skip();
  }

  #openFlow(type: '[' | '{'): void {
    this.#saveKey();
    this.#keys.push(undefined);
    this.#mayStartKey = true;
    this.#fetchIndicator(type);
  }

  #closeFlow(type: ']' | '}'): void {
    this.#dropKey();
    if (this.#isInFlow) this.#keys.pop();
    this.#mayStartKey = false;
    this.#fetchIndicator(type);
  }

  /** In flow collections a dash is left to the grammar, which knows what is open. */
  #fetchEntry(type: ',' | '-'): void {
    const { line, column } = this.#cursor;
    if (type === '-' && !this.#isInFlow) {
      if (!this.#mayStartKey) throw this.#cursor.fault('block sequence entries are not allowed in this context');
      this.#indentTo(column, 'sequence', { line });
    }
    this.#dropKey();
    this.#mayStartKey = true;
    this.#fetchIndicator(type);
  }

  #fetchKey(): void {
    const { line, column } = this.#cursor;
    if (!this.#isInFlow) {
      if (!this.#mayStartKey) throw this.#cursor.fault('mapping keys are not allowed in this context');
      this.#indentTo(column, 'mapping', { line });
    }
    this.#dropKey();
    this.#mayStartKey = !this.#isInFlow;
    this.#fetchIndicator('?');
  }

  #fetchValue(): void {
    const level = this.#keys.length - 1;
    if (this.#isKeyPossible(level)) this.#makeKey(level);
    else {
      const { line, column } = this.#cursor;
      if (!this.#isInFlow) {
        if (!this.#mayStartKey) throw this.#cursor.fault('mapping values are not allowed in this context');
        this.#indentTo(column, 'mapping', { line });
      }
      this.#mayStartKey = !this.#isInFlow;
    }
    this.#fetchIndicator(':');
  }

  /** What was found before turns out to be a key. */
  #makeKey(level: number): void {
    const { number, line, column } = this.#keys[level]!;
    this.#insert({ type: '?', line }, number);
    this.#indentTo(column, 'mapping', { line, number });
    this.#keys[level] = undefined;
    this.#levels.delete(number);
    this.#mayStartKey = false;
  }

  /** Something that may be a key, after which nothing else may. */
  #fetchAtom(scan: () => Omit<YamlToken, 'line'>): void {
    this.#saveKey();
    this.#mayStartKey = false;
    const { line } = this.#cursor;
    this.#found.push({ ...scan(), line });
  }

  #fetchBlockScalar(): void {
    this.#dropKey();
    this.#mayStartKey = true;
    const { line } = this.#cursor;
    this.#found.push({ type: 'scalar', value: scanBlock(this.#cursor, this.#indent), line });
  }

  #fetchPlain(): void {
    this.#saveKey();
    this.#mayStartKey = false;
    const { line } = this.#cursor;
    const { value, endsLine } = scanPlain(this.#cursor, { indent: this.#indent, isInFlow: this.#isInFlow });
    this.#found.push({ type: 'scalar', value, line, isPlain: true });
    if (endsLine) this.#mayStartKey = true;
  }
}
