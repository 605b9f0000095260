import type { HeaderMap } from './exchange.ts';

/** The headers that every answer of the API has. `warnings` are texts, each told once. */
export function answerHeaders(contentType: string, warnings: readonly string[]): HeaderMap {
  return {
    'content-type': contentType,
    'cache-control': 'no-cache, private',
    ...(warnings.length > 0 ? { warning: [...new Set(warnings)].map(warningHeader) } : {}),
  };
}

/** RFC 7234: code 299, no agent, the text quoted. */
const warningHeader = (text: string) => `299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`;
