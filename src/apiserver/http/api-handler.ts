import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { newGenericNotFound, newInternalError, StatusError } from '#machinery/errors/status-error.ts';
import type { IncomingRequest, RequestAuthenticator } from '../authentication/request-authenticator.ts';
import type { Pipeline } from '../pipeline.ts';
import type { ChangeListener, WatchHandle } from '../registry/watch.ts';
import { NO_BODY, Query, type RequestBody, type ResourceRequest, type ResourceTarget } from '../request.ts';
import { parseRequestPath } from '../request-path.ts';
import { type AcceptedForm, negotiate } from '../serving/negotiate.ts';
import { encodeObject, encodeResult } from '../serving/response-encoder.ts';
import { createWatchEncoder } from '../serving/watch-encoder.ts';
import type { UserInfo } from '../user.ts';
import type { Exchange, HeaderMap, ResponseStream } from './exchange.ts';

/** Answers paths outside the resources: discovery, OpenAPI, health, version. False when the path is not its own. */
export type PathHandler = (exchange: Exchange, form: () => AcceptedForm) => boolean | Promise<boolean>;

/** Passes requests on to a node or pod: logs and proxies. */
export type ConnectHandler = (exchange: Exchange, request: ResourceRequest) => Promise<void>;

export interface ApiHandlerOptions {
  readonly pipeline: Pipeline;
  readonly authenticate: RequestAuthenticator;
  readonly paths: PathHandler;
  readonly connect: ConnectHandler;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Upstream's limit on request bodies. */
const MAX_BODY = 3 * 1024 * 1024;
const JSON_FORM = negotiate('application/json');

/** Answers one HTTP exchange, whatever happens. */
export class ApiHandler {
  readonly #options: ApiHandlerOptions;

  constructor(options: ApiHandlerOptions) {
    this.#options = options;
  }

  readonly handle = (exchange: Exchange): void => {
    this.#serve(exchange).catch((error) => this.#fail(exchange, error));
  };

  async #serve(exchange: Exchange): Promise<void> {
    const user = await this.authenticate(exchange);
    const watching = ['true', '1', ''].includes(exchange.query.get('watch') ?? 'no');
    const target = parseRequestPath(exchange.method, exchange.path, watching);
    if (target === undefined) return this.#servePath(exchange, user);
    const request = this.#requestOf(exchange, target, user);
    if (target.verb === 'watch') return this.#serveWatch(exchange, request);
    if (isPassedOn(target)) {
      await this.#options.pipeline.authorizeTarget(user, target, exchange.method);
      return this.#options.connect(exchange, request);
    }
    return this.#serveResource(exchange, request);
  }

  /** Who makes a request. Rejects with a 401, or a 403 for an impersonation that is not allowed. */
  authenticate(request: IncomingRequest): Promise<UserInfo> {
    return this.#options.authenticate(request);
  }

  async #serveResource(exchange: Exchange, request: ResourceRequest): Promise<void> {
    const form = negotiate(exchange.header('accept'));
    const body = await readRequestBody(exchange, request.target);
    const result = await this.#options.pipeline.handle({ ...request, body });
    const encoded = encodeResult(result, {
      form,
      now: this.#options.clock.now(),
      includeObject: exchange.query.get('includeObject') ?? '',
      pretty: wantsPretty(exchange),
    });
    exchange.respond(encoded.code, headersOf(encoded.contentType, request.warnings), encoded.body);
  }

  async #serveWatch(exchange: Exchange, request: ResourceRequest): Promise<void> {
    const form = negotiate(exchange.header('accept'));
    const { pipeline, clock } = this.#options;
    const view = pipeline.viewOf(request.target);
    const includeObject = exchange.query.get('includeObject') ?? '';
    const encoder = createWatchEncoder(view, { form, includeObject, now: () => clock.now() });
    let stream: ResponseStream | undefined;
    let handle: WatchHandle | undefined;
    // The present state is written before the handle is known.
    let isFull = false;
    const open = () => (stream ??= exchange.startStream(200, headersOf(encoder.contentType, request.warnings)));
    const listener: ChangeListener = {
      onChanges(changes) {
        const frames = changes.map((change) => encoder.encode(change));
        const taken = open().write(frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames));
        isFull = !taken;
        if (isFull) handle?.pause();
      },
      onEnd(error) {
        if (error) open().write(encoder.encodeError(error.status));
        open().end();
      },
    };
    const started = await pipeline.watch(request, listener);
    handle = started;
    if (exchange.signal.aborted) return started.cancel();
    exchange.signal.addEventListener('abort', () => started.cancel(), { once: true });
    open().onDrain(() => {
      isFull = false;
      started.resume();
    });
    if (isFull) started.pause();
  }

  async #servePath(exchange: Exchange, user: UserInfo): Promise<void> {
    const { pipeline } = this.#options;
    const path = exchange.path;
    await pipeline.authorize({ user, verb: exchange.method.toLowerCase(), path });
    if (!(await this.#options.paths(exchange, () => negotiate(exchange.header('accept'))))) throw newGenericNotFound();
  }

  #requestOf(exchange: Exchange, target: ResourceTarget, user: UserInfo): ResourceRequest {
    return {
      target,
      user,
      query: Query.from(exchange.query),
      body: NO_BODY,
      userAgent: exchange.header('user-agent'),
      signal: exchange.signal,
      warnings: [],
    };
  }

  #fail(exchange: Exchange, error: unknown): void {
    const status = this.statusOf(error, exchange);
    if (exchange.answered) return;
    const form = errorForm(exchange.header('accept'));
    const headers = {
      ...headersOf(form.mediaType, []),
      ...(status.details?.retryAfterSeconds ? { 'retry-after': String(status.details.retryAfterSeconds) } : {}),
    };
    exchange.respond(
      status.code,
      headers,
      encodeObject(status as unknown as KubernetesObject, { form, pretty: false }),
    );
  }

  /** What a client is told of an error; those that are not Status errors are ours and are logged. */
  statusOf(error: unknown, exchange: Pick<Exchange, 'method' | 'path' | 'signal'>) {
    if (error instanceof StatusError) return error.status;
    if (!exchange.signal.aborted) {
      this.#options.logger.error('request failed', { method: exchange.method, path: exchange.path, error });
    }
    return newInternalError(error instanceof Error ? error.message : String(error)).status;
  }
}

function errorForm(accept: string): AcceptedForm {
  try {
    return { ...negotiate(accept), as: 'object' };
  } catch {
    // The client accepts nothing we have, which is the error to tell: in JSON, then.
    return JSON_FORM;
  }
}

const isPassedOn = (target: ResourceTarget): boolean =>
  target.verb === 'connect' || (target.resource === 'pods' && target.subresource === 'log' && target.verb === 'get');

const WITH_BODY = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

async function readRequestBody(exchange: Exchange, target: ResourceTarget): Promise<RequestBody> {
  if (!WITH_BODY.has(target.verb)) return NO_BODY;
  const bytes = await exchange.readBody(MAX_BODY);
  if (bytes.length === 0 && target.verb.startsWith('delete')) return NO_BODY;
  return { type: 'bytes', bytes, contentType: exchange.header('content-type') };
}

/** People with a browser or curl get indented JSON, as upstream has it. */
function wantsPretty(exchange: Exchange): boolean {
  const asked = exchange.query.get('pretty');
  if (asked !== null) return asked !== 'false' && asked !== '0';
  return /^(curl|wget|mozilla)/i.test(exchange.header('user-agent'));
}

export function headersOf(contentType: string, warnings: readonly string[]): HeaderMap {
  return {
    'content-type': contentType,
    'cache-control': 'no-cache, private',
    ...(warnings.length > 0 ? { warning: [...new Set(warnings)].map(warningHeader) } : {}),
  };
}

/** RFC 7234: code 299, no agent, the text quoted. */
const warningHeader = (text: string) => `299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`;
