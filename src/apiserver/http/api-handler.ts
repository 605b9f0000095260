import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { type MaybePromise, recovering } from '#base/maybe-promise.ts';
import { newGenericNotFound } from '#machinery/errors/status-error.ts';
import type { RequestAuthenticator } from '../authentication/request-authenticator.ts';
import type { Audit } from '../filters/audit.ts';
import { auditId } from '../filters/audit-id.ts';
import { authentication } from '../filters/authentication.ts';
import { authorization } from '../filters/authorization.ts';
import { errorAnswer } from '../filters/error-answer.ts';
import { chain, type Filter, type Handler } from '../filters/filter.ts';
import { impersonation } from '../filters/impersonation.ts';
import { RequestContext, type UpgradingClient } from '../filters/request-context.ts';
import { requestInfo } from '../filters/request-info.ts';
import { requestTimeout } from '../filters/request-timeout.ts';
import type { ServerCounters } from '../metrics/server-counters.ts';
import type { Pipeline } from '../pipeline.ts';
import type { ResourceRequest, ResourceTarget } from '../request.ts';
import { unescapePath } from '../request-path.ts';
import { type AcceptedForm, negotiate } from '../serving/negotiate.ts';
import type { Exchange } from './exchange.ts';
import { type AnswerParts, answerResource, answerWatch, resourceRequestOf } from './resource-answers.ts';
import { answerWatchSocket } from './watch-socket.ts';
import { WriteDeadline } from './write-deadline.ts';

/** Answers paths outside the resources: discovery, OpenAPI, health, version. False when the path is not its own. */
export type PathHandler = (exchange: RequestContext, form: () => AcceptedForm) => boolean | Promise<boolean>;

/** Passes requests on to a node or pod: logs and proxies. Resolves when the answer is complete. */
export type ConnectHandler = (exchange: Exchange, request: ResourceRequest) => Promise<void>;

/** Passes connections that leave HTTP on to a node or pod. Resolves when the connection is closed. */
export type UpgradeHandler = (client: UpgradingClient, request: ResourceRequest, exchange: Exchange) => Promise<void>;

export interface ApiHandlerOptions {
  readonly pipeline: Pipeline;
  readonly authenticate: RequestAuthenticator;
  readonly paths: PathHandler;
  readonly connect: ConnectHandler;
  readonly upgrade: UpgradeHandler;
  /** Measures requests. */
  readonly instrumentation: Filter;
  /** Holds requests back until it is their turn. */
  readonly flowControl: Filter;
  /** Writes requests down; absent where nobody asked for that. */
  readonly audit: Audit | undefined;
  readonly counters: ServerCounters;
  readonly newUid: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Answers one HTTP request after another, whatever happens: each passes the filters in the order of this class's constructor. */
export class ApiHandler {
  readonly #options: ApiHandlerOptions;
  readonly #chain: Handler;
  readonly #answerParts: AnswerParts;

  constructor(options: ApiHandlerOptions) {
    const { authenticate, instrumentation, flowControl, audit, pipeline, logger, counters, newUid } = options;
    this.#options = options;
    this.#answerParts = { ...options, writeDeadline: new WriteDeadline(options.clock, counters.late) };
    const onLate = (hasFault: boolean) => counters.late('timeout-handler', hasFault ? 'panic' : 'ok');
    const refused =
      audit && ((context: RequestContext, error: unknown, message?: string) => audit.refused(context, error, message));
    this.#chain = chain(
      [
        requestInfo,
        auditId(newUid),
        instrumentation,
        errorAnswer(logger),
        requestTimeout({ clock: options.clock, onRefused: refused, onLate }),
        authentication(authenticate, counters.access, refused),
        // What is written down is the answer, errors included.
        ...(audit ? [audit.filter, errorAnswer(logger)] : []),
        impersonation(pipeline, counters.impersonation),
        flowControl,
        authorization(pipeline, counters.access),
      ],
      (context) => this.#answer(context),
    );
  }

  /** `upgrading` comes with an exchange whose client wants to leave HTTP. */
  readonly handle = (exchange: Exchange, upgrading?: UpgradingClient): void => {
    const { clock, logger } = this.#options;
    const { method, path } = exchange;
    const answered = recovering(
      () => this.#chain(new RequestContext(exchange, clock.now(), upgrading)),
      (error) => logger.error('answering failed', { method, path, error }),
    );
    void answered;
  };

  #answer(context: RequestContext): MaybePromise<void> {
    const { upgrading } = context;
    if (context.target === undefined) return this.#answerPath(context);
    if (!this.#isApi(context.path)) return respondNotFound(context);
    const target = answerable(context.target, context.method);
    const request = resourceRequestOf(context, target);
    if (target.verb === 'watch') {
      return upgrading
        ? answerWatchSocket(context, upgrading, request, this.#options)
        : answerWatch(context, request, this.#options);
    }
    if (target.verb === 'connect' || upgrading || isPassedOn(target)) return this.#connect(context, request);
    return answerResource(context, target, this.#answerParts);
  }

  async #connect(context: RequestContext, request: ResourceRequest): Promise<void> {
    const { pipeline, upgrade, connect } = this.#options;
    const { upgrading } = context;
    if (request.target.verb === 'connect') {
      await pipeline.admitConnect(request);
      await pipeline.authorizeStream(request, context.verb);
    }
    return upgrading ? upgrade(upgrading, request, context) : connect(context, request);
  }

  async #answerPath(context: RequestContext): Promise<void> {
    if (await this.#options.paths(context, () => negotiate(context.header('accept')))) return;
    if (this.#isApi(context.path)) throw newGenericNotFound();
    respondNotFound(context);
  }

  /** Whether a path belongs to the API, which answers in Statuses, even if there is nothing at the path. */
  #isApi(escaped: string): boolean {
    const path = unescapePath(escaped);
    if (!path.startsWith('/apis/')) return IN_API.test(path);
    const end = path.indexOf('/', 6);
    const group = path.slice(6, end < 0 ? undefined : end);
    return group !== '' && this.#options.pipeline.table.hasGroup(group);
  }
}

/** Paths of the API outside its named groups. */
const IN_API = /^\/(api|apis|version)(\/|$)/;

/** Outside the API there is nothing but text. */
function respondNotFound(context: RequestContext): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  context.respond(404, headers, new TextEncoder().encode('404 page not found\n'));
}

/** Nothing is read with a HEAD but what is passed on, and watched with a GET alone, though permission is asked for as if. */
function answerable(target: ResourceTarget, method: string): ResourceTarget {
  const isReadWrongly = READS.has(target.verb) && method !== 'GET';
  return isReadWrongly ? { ...target, verb: '' } : target;
}

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

const isPassedOn = (target: ResourceTarget): boolean =>
  target.verb === 'connect' || (target.resource === 'pods' && target.subresource === 'log' && target.verb === 'get');
