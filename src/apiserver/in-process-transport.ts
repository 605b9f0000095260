import type { KubernetesObject } from '#api/resource-definition.ts';
import type { ClientRequest, Transport, WatchEvent } from '#client/transport.ts';
import type { Audit } from './filters/audit.ts';
import type { RequestContext } from './filters/request-context.ts';
import type { Pipeline } from './pipeline.ts';
import type { ResourceView } from './registry/resource-view.ts';
import type { Change, WatchHandle } from './registry/watch.ts';
import { NO_BODY, Query, type ResourceRequest, type ResourceTarget } from './request.ts';
import { resultObject } from './result.ts';
import { bookmarkObject } from './serving/watch-encoder.ts';
import type { UserInfo } from './user.ts';

/** Writes calls down that are made inside the process. */
export interface InProcessAudit {
  readonly log: Pick<Audit, 'call'>;
  readonly contextOf: (call: ClientRequest, request: ResourceRequest) => RequestContext;
}

/**
 * Hands calls to the API server's pipeline as one user: the same authorization, admission and registry as over HTTP,
 * without sockets and without encoding. What it answers is shared with the watch cache.
 */
export class InProcessTransport implements Transport {
  readonly #pipeline: Pipeline;
  readonly #user: UserInfo;
  readonly #userAgent: string;
  readonly #audit: InProcessAudit | undefined;
  readonly #never = new AbortController();

  constructor(pipeline: Pipeline, user: UserInfo, audit?: InProcessAudit) {
    this.#pipeline = pipeline;
    this.#user = user;
    this.#userAgent = programOf(user);
    this.#audit = audit;
  }

  async request(request: ClientRequest): Promise<unknown> {
    request.signal?.throwIfAborted();
    const served = this.#toRequest(request);
    if (this.#audit === undefined) return resultObject(await this.#pipeline.handle(served));
    const context = this.#audit.contextOf(request, served);
    const result = await this.#audit.log.call(context, async () => {
      const answer = await this.#pipeline.handle({ ...served, annotate: context.annotate });
      context.code = answer.type === 'list' ? 200 : answer.code;
      context.result = answer;
      return answer;
    });
    return resultObject(result);
  }

  async watch(
    request: ClientRequest,
    listener: (events: readonly WatchEvent[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    const served = this.#toRequest({ ...request, signal });
    if (this.#audit === undefined) return this.#watch(served, listener, signal);
    const context = this.#audit.contextOf(request, served);
    await this.#audit.log.call(context, () => this.#watch(served, listener, signal, () => context.started(200)));
  }

  async #watch(
    served: ResourceRequest,
    listener: (events: readonly WatchEvent[]) => void,
    signal: AbortSignal,
    onStarted = () => {},
  ): Promise<void> {
    const view = this.#pipeline.viewOf(served.target);
    let handle: WatchHandle | undefined;
    let onAbort = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        onAbort = () => {
          handle?.cancel();
          resolve();
        };
        signal.addEventListener('abort', onAbort, { once: true });
        this.#pipeline
          .watch(served, {
            onChanges: (changes) => {
              onStarted();
              if (!signal.aborted) listener(changes.map((change) => eventOf(view, change)));
            },
            onEnd: (error) => (error ? reject(error) : resolve()),
          })
          .then((started) => {
            handle = started;
            onStarted();
            if (signal.aborted) started.cancel();
          }, reject);
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async close(): Promise<void> {}

  #toRequest(request: ClientRequest): ResourceRequest {
    const { verb, group, version, resource, namespace = '', name = '', subresource = '' } = request;
    const target: ResourceTarget = {
      verb,
      group,
      version,
      resource,
      // As the path of the same request over HTTP reads.
      namespace: resource === 'namespaces' && group === '' ? name : namespace,
      name,
      subresource,
      subpath: '',
    };
    return {
      target,
      user: this.#user,
      query: isEmpty(request.query) ? Query.NONE : Query.from(request.query ?? {}),
      body:
        request.body === undefined ? NO_BODY : { type: 'object', object: request.body, patchType: request.patchType },
      userAgent: this.#userAgent,
      client: request.signal ? { signal: request.signal } : this.#never,
      warnings: [],
    };
  }
}

function isEmpty(query: ClientRequest['query']): boolean {
  for (const _ in query) return false;
  return true;
}

function eventOf(view: ResourceView, change: Change): WatchEvent<KubernetesObject> {
  return change.type === 'BOOKMARK'
    ? { type: 'BOOKMARK', object: bookmarkObject(view, change) }
    : { type: change.type, object: view.object(change.entry) };
}

const PROGRAMS: readonly (readonly [prefix: string, program: string])[] = [
  ['system:node:', 'kubelet'],
  ['system:kube-scheduler', 'kube-scheduler'],
  ['system:serviceaccount:kube-system:', 'kube-controller-manager'],
];

/** The program that a user of this process would be a process of its own in. */
const programOf = ({ name }: UserInfo): string => PROGRAMS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'knarr';
