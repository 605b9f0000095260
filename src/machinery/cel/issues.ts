/** Something wrong with an expression's text. */
export interface Issue {
  /** Offset in the text. */
  readonly at: number;
  readonly message: string;
}

/** Issues as clients see them: each with line and column, and the line with a mark below. */
export const issuesText = (source: string, issues: readonly Issue[]): string =>
  issues.map((issue) => issueText(source, issue)).join('\n');

function issueText(source: string, { at, message }: Issue): string {
  const before = source.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  const column = [...source.slice(start, at)].length;
  const end = source.indexOf('\n', start);
  const snippet = source.slice(start, end < 0 ? source.length : end).replaceAll('\t', ' ');
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${snippet}\n | ${'.'.repeat(column)}^`;
}
