import { pathOf } from '#client/request-url.ts';
import type { ClientRequest } from '#client/transport.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ResourceRequest } from '../request.ts';
import { RequestContext } from './request-context.ts';

const METHODS = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
} as const;

/** A call made inside the process as the audit log sees it: as the same request over HTTP would read. */
export function inProcessContext(call: ClientRequest, request: ResourceRequest, now: number): RequestContext {
  const context = new RequestContext(exchangeOf(call, request), now);
  context.target = request.target;
  context.verb = request.target.verb;
  context.isLongRunning = request.target.verb === 'watch';
  context.user = request.user;
  context.body = request.body;
  return context;
}

/** What can be read of such a call; it is never answered as an exchange. */
function exchangeOf(call: ClientRequest, { userAgent, client }: ResourceRequest): Exchange {
  const [path = '', query = ''] = pathOf(call).split('?', 2);
  const readable: Partial<Exchange> = {
    method: METHODS[call.verb as keyof typeof METHODS] ?? 'GET',
    path,
    query: new URLSearchParams(query),
    search: query === '' ? '' : `?${query}`,
    header: (name) => (name === 'user-agent' ? userAgent : ''),
    rawHeaders: [],
    signal: client.signal,
    remoteAddress: '',
    answered: false,
  };
  return readable as Exchange;
}
