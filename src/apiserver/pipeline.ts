import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { type MaybePromise, whenThere } from '#base/maybe-promise.ts';
import { own } from '#base/table.ts';
import {
  newBadRequest,
  newForbidden,
  newGenericNotFound,
  newMethodNotAllowed,
  newMethodNotSupported,
  StatusError,
} from '#machinery/errors/status-error.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import type { Attributes, Decide } from './authorization/authorizer.ts';
import { refusal } from './authorization/forbidden.ts';
import { requestAttributes } from './authorization/request-attributes.ts';
import type { ResourceView } from './registry/resource-view.ts';
import type { ChangeListener, WatchHandle } from './registry/watch.ts';
import { authorizationVerb, type ResourceRequest, type ResourceTarget } from './request.ts';
import { hasPlace } from './request-path.ts';
import type { ResourceTable } from './resource-table.ts';
import type { ResourceResult } from './result.ts';

/** From an authenticated request to its answer: authorization, then the resource's handler. Both transports end here. */
export class Pipeline {
  readonly table: ResourceTable;
  readonly decide: Decide;

  constructor(table: ResourceTable, decide: Decide) {
    this.table = table;
    this.decide = decide;
  }

  handle(request: ResourceRequest): MaybePromise<ResourceResult> {
    return whenThere(this.#authorizeRequest(request), () => this.serve(request));
  }

  /** As `handle`, for a request that was authorized before. */
  serve(request: ResourceRequest): MaybePromise<ResourceResult> {
    const { definition, handler } = this.#served(request.target);
    if (!hasMethod(request.target, definition)) throw newMethodNotAllowed();
    checkName(request.target, definition);
    return handler.handle(request);
  }

  async watch(request: ResourceRequest, listener: ChangeListener): Promise<WatchHandle> {
    await this.#authorizeRequest(request);
    return this.serveWatch(request, listener);
  }

  /** As `watch`, for a request that was authorized before. */
  async serveWatch(request: ResourceRequest, listener: ChangeListener): Promise<WatchHandle> {
    const { handler } = this.#served(request.target);
    if (handler.watch === undefined) throw newGenericNotFound();
    return handler.watch(request, listener);
  }

  /** Asks admission about a connection that is to be passed on and was authorized before. */
  async admitConnect(request: ResourceRequest): Promise<void> {
    await this.#named(request.target).handler.admitConnect?.(request);
  }

  /**
   * Asks of who may open a stream to a pod, with the verb that his method stands for, whether he may create one, too:
   * WebSockets are opened with a GET, and who may only read is not to run commands.
   */
  async authorizeStream({ target, user, query }: ResourceRequest, verb: string): Promise<void> {
    const { resource, subresource, name } = target;
    if (resource !== 'pods' || !STREAMS.has(subresource) || verb === 'create') return;
    if (verb !== 'get') throw newMethodNotAllowed();
    const decision = await this.decide(requestAttributes(target, { user, verb: 'create', query }));
    if (decision.allowed) return;
    const { evaluationError, reason } = decision;
    if (evaluationError) throw new StatusError({ code: 500, message: evaluationError });
    throw newForbidden({ group: '', resource }, name, reason);
  }

  /** Throws or rejects with a 403 unless the user may. */
  authorize(attributes: Attributes): MaybePromise<void> {
    return whenThere(this.decide(attributes), (decision) => {
      if (!decision.allowed) throw refusal(attributes, decision);
    });
  }

  #authorizeRequest({ user, target, query }: ResourceRequest): MaybePromise<void> {
    return this.authorize(requestAttributes(target, { user, verb: authorizationVerb(target, target.verb), query }));
  }

  /** How entries of the resource look to this target's version. Throws a 404 for resources that are not stored. */
  viewOf(target: ResourceTarget): ResourceView {
    const { handler } = this.#served(target);
    if (handler.view === undefined)
      throw newMethodNotSupported({ group: target.group, resource: target.resource }, 'watch');
    return handler.view;
  }

  /** Whether answers can be told in rows: reviews, tokens and other answers to one question cannot. */
  hasTable({ group, version, resource, subresource }: ResourceTarget): boolean {
    const served = this.table.get(group, version, resource);
    if (served === undefined) return true;
    const { definition, handler } = served;
    if (subresource !== '') return own(definition.subresources, subresource)?.type !== 'action';
    return handler.view !== undefined || definition.columns !== undefined;
  }

  /** Whether an object is there now. */
  exists(group: string, version: string, resource: string, at: { namespace: string; name: string }): boolean {
    return this.table.get(group, version, resource)?.handler.has?.(at.namespace, at.name) ?? false;
  }

  #served(target: ResourceTarget) {
    const served = this.table.get(target.group, target.version, target.resource);
    if (served === undefined || !hasPlace(target, served.definition)) throw newGenericNotFound();
    return served;
  }

  /** As `#served`, for what goes on past its resource's handler. */
  #named(target: ResourceTarget) {
    const served = this.#served(target);
    checkName(target, served.definition);
    return served;
  }
}

/** Whether the path says enough to find an object by, where it is about one. */
function checkName(
  { name, subresource, namespace }: ResourceTarget,
  { namespaced }: Pick<AnyResourceDefinition, 'namespaced'>,
): void {
  if (subresource !== '' && name === '') throw newBadRequest('name must be provided');
  if (name === '') return;
  if (namespaced && namespace === '') throw newBadRequest('Namespace parameter required.');
  const faults = isPathSegmentName(name);
  if (faults.length > 0) throw newBadRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${faults.join(';')}`);
}

/** What runs or reaches something in a pod. */
const STREAMS = new Set(['attach', 'exec', 'portforward']);

/**
 * Whether a path of this shape knows the verb at all: objects are not created at their own path, nor collections replaced,
 * and over all namespaces one can only look.
 */
function hasMethod(
  { verb, namespace, name, subresource, pathForm }: ResourceTarget,
  { namespaced }: Pick<AnyResourceDefinition, 'namespaced'>,
): boolean {
  if (verb === '') return false;
  if (namespaced && namespace === '' && !pathForm?.leavesOutNamespace) return verb === 'list' || verb === 'get';
  if (verb === 'update' || verb === 'patch') return name !== '';
  return verb !== 'create' || name === '' || subresource !== '';
}
