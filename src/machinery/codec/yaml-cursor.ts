import { DecodeError } from './decode-error.ts';

/** Characters that no YAML text may have. */
const CONTROL = /[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
/** How much upstream looks at in one go: it finds characters that may not be there before it understands any of that. */
const CHUNK = 512;

/** Where a reader of a YAML text is. The text ends with zeros, which is why there are no bounds to check. */
export class YamlCursor {
  readonly text: string;
  at = 0;
  /** Both count from zero; a column is a character. */
  line = 0;
  column = 0;
  readonly #legible: number;

  constructor(text: string) {
    this.text = `${text.startsWith('\ufeff') ? text.slice(1) : text}\0\0\0\0`;
    const control = this.text.slice(0, -4).search(CONTROL);
    this.#legible = control < 0 ? Number.POSITIVE_INFINITY : control - (control % CHUNK);
  }

  /** The code of the character `ahead` of this one. */
  peek(ahead = 0): number {
    return this.text.charCodeAt(this.at + ahead);
  }

  is(character: string, ahead = 0): boolean {
    return this.text[this.at + ahead] === character;
  }

  /** Whether one of some characters is here; the end of the text is none. */
  isOneOf(characters: string): boolean {
    return this.peek() !== 0 && characters.includes(this.text[this.at]!);
  }

  skip(): void {
    const code = this.peek();
    this.at += code >= 0xd800 && code <= 0xdbff ? 2 : 1;
    this.column++;
  }

  /** Takes a character with it. */
  read(): string {
    const from = this.at;
    this.skip();
    return this.text.slice(from, this.at);
  }

  /** Takes a line break with it, as it reads in a value. */
  readBreak(): string {
    const code = this.peek();
    this.at += code === 0x0d && this.peek(1) === 0x0a ? 2 : 1;
    this.column = 0;
    this.line++;
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n';
  }

  skipBlanks(): void {
    while (isBlank(this.peek())) this.skip();
  }

  /** Blanks, a comment and the break at the end of a line. False when something else is there. */
  skipRestOfLine(): boolean {
    this.skipBlanks();
    this.skipComment();
    if (!isBreakOrEnd(this.peek())) return false;
    if (this.peek() !== 0) this.readBreak();
    return true;
  }

  skipComment(): void {
    if (this.is('#')) while (!isBreakOrEnd(this.peek())) this.skip();
  }

  /** Whether a line begins here that ends a document or begins one. */
  isDocumentIndicator(): boolean {
    if (this.column !== 0 || !isBlankOrEnd(this.peek(3))) return false;
    return this.text.startsWith('---', this.at) || this.text.startsWith('...', this.at);
  }

  /** Throws when what comes next cannot be looked at. */
  checkLegible(): void {
    if (this.at + 4 > this.#legible) throw new DecodeError('yaml: control characters are not allowed');
  }

  /** What is wrong with the text right here. Upstream names no line when it is the first. */
  fault(problem: string): DecodeError {
    this.checkLegible();
    return yamlFault(problem, this.line === 0 ? 0 : this.line + 1);
  }
}

/** What upstream's reader says; `line` 0 is not named. */
export const yamlFault = (problem: string, line = 0): DecodeError =>
  new DecodeError(`yaml: ${line === 0 ? '' : `line ${line}: `}${problem}`);

export const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
export const isBreak = (code: number): boolean =>
  code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
export const isBreakOrEnd = (code: number): boolean => code === 0 || isBreak(code);
export const isBlankOrEnd = (code: number): boolean => isBlank(code) || isBreakOrEnd(code);
/** What names of anchors, tags and directives are made of. */
export const isWord = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x5f ||
  code === 0x2d;
export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
