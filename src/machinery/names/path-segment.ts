/** Reasons why a name cannot be one segment of a URL. */
export function isPathSegmentName(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return isPathSegmentPrefix(name);
}

/** The same for a prefix (generateName), which a suffix will follow. */
export const isPathSegmentPrefix = (name: string): string[] =>
  ['/', '%'].filter((text) => name.includes(text)).map((text) => `may not contain '${text}'`);
