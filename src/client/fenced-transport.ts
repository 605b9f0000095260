import type { ClientRequest, Transport, WatchEvent } from './transport.ts';

const READS: readonly ClientRequest['verb'][] = ['get', 'list', 'watch'];

/** The same transport for as long as its user may act: writes asked for later are refused here and never sent. */
export class FencedTransport implements Transport {
  readonly #transport: Transport;
  readonly #mayAct: () => boolean;

  constructor(transport: Transport, mayAct: () => boolean) {
    this.#transport = transport;
    this.#mayAct = mayAct;
  }

  request(request: ClientRequest): Promise<unknown> {
    const { verb, resource, name } = request;
    if (READS.includes(verb) || this.#mayAct()) return this.#transport.request(request);
    return Promise.reject(new Error(`${verb} ${resource} ${name ?? ''}: not the leader any more`));
  }

  watch(request: ClientRequest, listener: (events: readonly WatchEvent[]) => void, signal: AbortSignal): Promise<void> {
    return this.#transport.watch(request, listener, signal);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}
