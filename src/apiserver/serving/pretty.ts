import type { Exchange } from '../http/exchange.ts';

/** People with a browser or curl get indented JSON, as upstream has it. */
export function wantsPretty(exchange: Pick<Exchange, 'query' | 'header'>): boolean {
  const asked = exchange.query.get('pretty');
  if (asked !== null) return asked !== 'false' && asked !== '0';
  return /^(curl|wget|mozilla)/i.test(exchange.header('user-agent'));
}
