/** A list of texts as Go's `%q` prints it: `["a" "b"]`. */
export const quoteList = (texts: readonly string[]): string =>
  `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
