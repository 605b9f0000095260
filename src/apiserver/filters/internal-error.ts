import { sanitized } from '../sanitized.ts';
import type { RequestContext } from './request-context.ts';

const TITLES = { 400: 'Bad Request', 500: 'Internal Server Error' } as const;

/** Answers that the server cannot go on with a request, before anybody knows how the client wants to be answered. */
export const respondInternalError = (context: RequestContext, error: string): void => respond(context, 500, error);

/** As `respondInternalError`, where it is the client who asks for what cannot be. */
export const respondBadRequest = (context: RequestContext, error: string): void => respond(context, 400, error);

function respond(context: RequestContext, code: keyof typeof TITLES, error: string): void {
  const text = sanitized(`${TITLES[code]}: ${JSON.stringify(context.uri)}: ${error}`);
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  context.respond(code, headers, new TextEncoder().encode(`${text}\n`));
}
