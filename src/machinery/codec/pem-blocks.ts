const BOUNDARY = /-----(BEGIN|END) ([^-\n]*)-----/g;

export interface PemBlock {
  readonly type: string;
  /** What stands between its first line and its last. */
  readonly body: string;
}

/** The blocks of PEM, each from where it begins last to where it ends first; in one pass, however many never end. */
export function pemBlocks(pem: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let begun: { readonly type: string; readonly start: number } | undefined;
  for (const { 0: line, 1: kind, 2: type = '', index } of pem.matchAll(BOUNDARY)) {
    const start = index + line.length;
    if (kind === 'BEGIN') begun = isLineEnd(pem, start) ? { type, start } : undefined;
    else if (begun?.type === type) blocks.push({ type, body: pem.slice(begun.start, index) });
    if (kind === 'END') begun = undefined;
  }
  return blocks;
}

const LINE_END = /[ \t]*\r?\n/y;

function isLineEnd(text: string, at: number): boolean {
  LINE_END.lastIndex = at;
  return LINE_END.test(text);
}

/** The base64 of a block, without its headers and line breaks. */
export function pemContent({ body }: PemBlock): string {
  const lines = body.trimStart().split('\n');
  const first = lines.findIndex((line) => !line.includes(':'));
  return lines
    .slice(first < 0 ? lines.length : first)
    .join('')
    .replace(/\s/g, '');
}
