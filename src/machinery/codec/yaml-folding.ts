import { isBlank, isBreak, type YamlCursor } from './yaml-cursor.ts';

/** White space between words of a scalar that goes over lines: breaks become spaces, further ones stay. */
export class YamlFolding {
  blanks = '';
  /** Whether there was a break, in front of which blanks do not count. */
  isBroken = false;
  #first = '';
  #others = '';

  /** Takes the white space that is here. `check` is called at blanks at the beginning of a line. */
  take(cursor: YamlCursor, check?: () => void): void {
    for (let code = cursor.peek(); isBlank(code) || isBreak(code); code = cursor.peek()) {
      if (isBreak(code)) this.#breakLine(cursor);
      else if (this.isBroken) {
        check?.();
        cursor.skip();
      } else this.blanks += cursor.read();
    }
  }

  #breakLine(cursor: YamlCursor): void {
    if (this.isBroken) this.#others += cursor.readBreak();
    else {
      this.blanks = '';
      this.#first = cursor.readBreak();
      this.isBroken = true;
    }
  }

  /** What it all reads as; the next white space is another. */
  join(): string {
    const [first, others, blanks] = [this.#first, this.#others, this.blanks];
    const folded = first === '\n' ? others || ' ' : first + others;
    const text = this.isBroken ? folded : blanks;
    this.#first = this.#others = this.blanks = '';
    this.isBroken = false;
    return text;
  }
}
