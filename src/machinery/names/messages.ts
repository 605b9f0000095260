/** The texts shared by all checks of names, as clients know them from upstream. */
export const maxLengthBytesError = (length: number): string => `must be no more than ${length} bytes`;
export const maxLengthCharactersError = (length: number): string => `must be no more than ${length} characters`;
export const emptyError = 'must be non-empty';
export const inclusiveRangeError = (low: number, high: number): string =>
  `must be between ${low} and ${high}, inclusive`;

export function regexError(message: string, regex: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${regex}')`;
  const list = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${list}regex used for validation is '${regex}')`;
}

/** Length in UTF-8 bytes, which is what every limit counts. */
export function byteLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    length += code < 0x800 ? 1 : 2;
    // A surrogate pair is two units and four bytes: its first half has added the two that are missing.
    if (code >= 0xd800 && code < 0xdc00) i++;
  }
  return length;
}
