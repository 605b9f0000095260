import { newBadRequest, newExpired, StatusError } from '#machinery/errors/status-error.ts';
import type { Query } from '../request.ts';
import { parseNumber } from './write-options.ts';

/** Query parameters of list and watch. */
export interface ListOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  /** 0 means all. */
  readonly limit: number;
  readonly continue: ContinueToken | undefined;
  /** '' when the client did not say. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/** Where a paged list goes on: the state at `revision`, or as it is now where that is `NOW`, after `key`. */
export interface ContinueToken {
  readonly revision: number;
  readonly key: string;
}

/** The revision in tokens of lists that have lost theirs. */
export const NOW = -1;

export function parseListOptions(query: Query): ListOptions {
  const token = query.get('continue');
  return {
    labelSelector: query.get('labelSelector'),
    fieldSelector: query.get('fieldSelector'),
    limit: Math.max(0, parseNumber(query, 'limit') ?? 0),
    continue: token === '' ? undefined : decodeContinue(token),
    resourceVersion: query.get('resourceVersion'),
    resourceVersionMatch: query.get('resourceVersionMatch'),
    timeoutSeconds: parseNumber(query, 'timeoutSeconds'),
    allowWatchBookmarks: query.flag('allowWatchBookmarks'),
    sendInitialEvents: query.has('sendInitialEvents') ? query.flag('sendInitialEvents') : undefined,
  };
}

/** The form upstream gives continue tokens, so that clients that look inside find what they expect. */
export function encodeContinue({ revision, key }: ContinueToken): string {
  return base64Url(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: key }));
}

function decodeContinue(token: string): ContinueToken {
  const { v, rv, start } = readToken(token);
  if (v !== 'meta.k8s.io/v1') throw invalidToken(`server does not recognize this encoded version ${v ?? ''}`);
  const isRevision = Number.isSafeInteger(rv) && ((rv as number) > 0 || rv === NOW);
  if (!isRevision) throw invalidToken('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw invalidToken('encoded start key empty (version meta.k8s.io/v1)');
  return { revision: rv as number, key: start };
}

function readToken(token: string): { v?: unknown; rv?: unknown; start?: unknown } {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidToken('malformed token');
    throw error;
  }
}

const invalidToken = (why: string) => newBadRequest(`invalid continue token: continue key is not valid: ${why}`);

const base64Url = (text: string) => Buffer.from(text, 'utf8').toString('base64url');

/** The 410 for a list that can no longer go on at its revision. It names a token to go on with, as things are now. */
export function continueExpired({ key }: ContinueToken): StatusError {
  const { status } = newExpired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return new StatusError({ ...status, metadata: { continue: encodeContinue({ revision: NOW, key }) } });
}

/** The 410 for a list at a revision that is no longer known. */
export const revisionExpired = () => newExpired('The resourceVersion for the provided list is too old.');
