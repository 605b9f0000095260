import type { Exchange } from '../http/exchange.ts';

/** What upstream reads as yes; any other word says no, and none at all leaves it to who asks. */
const YES = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** People with a browser or curl get indented JSON, as upstream has it. */
export function wantsPretty(exchange: Pick<Exchange, 'query' | 'header'>): boolean {
  const asked = exchange.query.get('pretty');
  return asked ? YES.has(asked) : /^(curl|Wget|Mozilla\/5\.0)/.test(exchange.header('user-agent'));
}
