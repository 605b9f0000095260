/** A text without the `character`s at its end. A pattern would look at each run of them anew from each of them. */
export function trimEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}

/** A text without the `character`s at its beginning and its end. */
export function trim(text: string, character: string): string {
  const shorter = trimEnd(text, character);
  let start = 0;
  while (start < shorter.length && shorter[start] === character) start++;
  return shorter.slice(start);
}
