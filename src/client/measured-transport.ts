import type { Cell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import { StatusError } from '#machinery/errors/status-error.ts';
import type { ClientRequest, Transport, WatchEvent } from './transport.ts';

const METHODS: Readonly<Record<ClientRequest['verb'], string>> = {
  create: 'POST',
  delete: 'DELETE',
  deletecollection: 'DELETE',
  get: 'GET',
  list: 'GET',
  patch: 'PATCH',
  update: 'PUT',
  watch: 'GET',
};

/** The same transport with its calls counted, by what was asked of which host and how it answered. */
export class MeasuredTransport implements Transport {
  readonly #transport: Transport;
  readonly #host: string;
  readonly #requests: Labelled<Cell>;

  constructor(transport: Transport, { metrics, host }: { readonly metrics: MetricRegistry; readonly host: string }) {
    this.#transport = transport;
    this.#host = host;
    this.#requests = metrics.counter('rest_client_requests_total', 'Calls made to API servers', [
      'code',
      'host',
      'method',
    ]);
  }

  async request(request: ClientRequest): Promise<unknown> {
    try {
      const answer = await this.#transport.request(request);
      this.#count(request, request.verb === 'create' && !request.subresource ? '201' : '200');
      return answer;
    } catch (error) {
      this.#count(request, codeOf(error));
      throw error;
    }
  }

  async watch(
    request: ClientRequest,
    listener: (events: readonly WatchEvent[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#transport.watch(request, listener, signal);
      this.#count(request, '200');
    } catch (error) {
      this.#count(request, codeOf(error));
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #count({ verb }: ClientRequest, code: string): void {
    this.#requests.labels(code, this.#host, METHODS[verb]).inc();
  }
}

/** As upstream's clients count calls that nobody answered. */
const codeOf = (error: unknown): string => (error instanceof StatusError ? String(error.code) : '<error>');
