const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A text that browsers do not take for a page. */
export const sanitized = (text: string): string => text.replace(/[&<>]/g, (mark) => ESCAPES[mark] as string);
