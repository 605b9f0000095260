import { authorizationVerb, type ResourceTarget } from '../request.ts';
import { parseRequestPath } from '../request-path.ts';
import type { Filter } from './filter.ts';

const LONG_RUNNING = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);
const WATCHING = new Set(['true', '1', '']);

/** Reads what a request is about from its method, path and query. */
export const requestInfo: Filter = (next) => (context) => {
  const { method, path, query } = context;
  const target = parseRequestPath(method, path, WATCHING.has(query.get('watch') ?? 'no'));
  context.target = target;
  context.verb = target ? authorizationVerb(target, method) : method.toLowerCase();
  context.isLongRunning = target !== undefined && isLongRunning(target);
  return next(context);
};

const isLongRunning = ({ verb, subresource }: ResourceTarget): boolean =>
  verb === 'watch' || LONG_RUNNING.has(subresource);
