import { sanitized } from '../sanitized.ts';
import type { RequestContext } from './request-context.ts';

/** Answers that the server cannot go on with a request, before anybody knows how the client wants to be answered. */
export function respondInternalError(context: RequestContext, error: string): void {
  const text = sanitized(`Internal Server Error: ${JSON.stringify(context.uri)}: ${error}`);
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  context.respond(500, headers, new TextEncoder().encode(`${text}\n`));
}
