import type { Exchange } from '../http/exchange.ts';
import { authorizationVerb, isTrue, type ResourceTarget } from '../request.ts';
import { isBareVerb, parseRequestPath } from '../request-path.ts';
import type { Filter } from './filter.ts';
import { respondBadRequest } from './internal-error.ts';

const LONG_RUNNING = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** Reads what a request is about from its method, path and query. */
export const requestInfo: Filter = (next) => (context) => {
  if (isBareVerb(context.path)) {
    const why = `unable to determine kind and namespace from url, ${context.uri}`;
    respondBadRequest(context, `failed to create RequestInfo: ${why}`);
    return Promise.resolve();
  }
  const target = targetOf(context);
  context.target = target;
  context.verb = target ? authorizationVerb(target, context.method) : context.method.toLowerCase();
  context.isLongRunning = target !== undefined && isLongRunning(target);
  return next(context);
};

/** The resource that a request is about; undefined for paths outside the resources. */
export const targetOf = ({ method, path, query }: Pick<Exchange, 'method' | 'path' | 'query'>) =>
  parseRequestPath(method, path, isTrue(query.get('watch') ?? 'false'));

const isLongRunning = ({ verb, subresource }: ResourceTarget): boolean =>
  verb === 'watch' || LONG_RUNNING.has(subresource);
