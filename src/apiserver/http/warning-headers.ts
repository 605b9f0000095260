import type { HeaderMap } from './exchange.ts';

/** What a client is warned of, each text once; a header where there is something. */
export const warningHeaders = (warnings: readonly string[]): HeaderMap =>
  warnings.length > 0 ? { warning: [...new Set(warnings)].map(warningHeader) } : {};

/** RFC 7234: code 299, no agent, the text quoted. */
const warningHeader = (text: string) => `299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`;
