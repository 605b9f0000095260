/** Something wrong with an expression's text. */
export interface Issue {
  /** Offset in the text; `NOWHERE` for what is wrong with all of it. */
  readonly at: number;
  readonly message: string;
}

export const NOWHERE = -1;

/** Lines longer than this are not shown. */
const MAX_SNIPPET = 16_384;

/** Issues as clients see them: each with line and column, and the line with a mark below. */
export const issuesText = (source: string, issues: readonly Issue[]): string =>
  issues.map((issue) => issueText(source, issue)).join('\n');

function issueText(source: string, { at, message }: Issue): string {
  if (at === NOWHERE) return `ERROR: <input>:-1:0: ${message}`;
  const before = source.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  const column = [...source.slice(start, at)].length;
  const end = source.indexOf('\n', start);
  const snippet = source.slice(start, end < 0 ? source.length : end).replaceAll('\t', ' ');
  const error = `ERROR: <input>:${line}:${column + 1}: ${message}`;
  return snippet.length > MAX_SNIPPET ? error : `${error}\n | ${snippet}\n | ${'.'.repeat(column)}^`;
}
