/**
 * Replaces `$(NAME)` by what `lookup` gives; `$$` stands for a dollar sign, and a reference nobody knows stays as it is.
 */
export function expandReferences(text: string, lookup: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  let result = '';
  for (let index = 0; index < text.length; index++) {
    const next = text[index + 1];
    if (text[index] !== '$' || next === undefined) result += text[index];
    else if (next === '$') {
      result += '$';
      index++;
    } else if (next === '(') {
      const end = text.indexOf(')', index + 2);
      if (end < 0) {
        result += '$(';
        index++;
        continue;
      }
      const name = text.slice(index + 2, end);
      result += lookup(name) ?? `$(${name})`;
      index = end;
    } else result += '$';
  }
  return result;
}
