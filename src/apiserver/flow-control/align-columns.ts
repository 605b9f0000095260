const MIN_WIDTH = 8;

/** Rows of as many cells each as lines of text: cells end with a comma and are filled up with blanks, except the last. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(MIN_WIDTH, ...rows.map((row) => (row[column] ?? '').length + 2)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : `${cell},`.padEnd(widths[column] as number)))
      .join('');
  return rows.map((row) => `${line(row)}\n`).join('');
}
