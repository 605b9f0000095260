import { scaleColumns } from '#api/autoscaling/v1/scale-columns.ts';
import type { KubernetesObject, SubresourceDefinition } from '#api/resource-definition.ts';
import { type MaybePromise, whenThere } from '#base/maybe-promise.ts';
import { own } from '#base/table.ts';
import { newGenericNotFound, newMethodNotAllowed, newMethodNotSupported } from '#machinery/errors/status-error.ts';
import { admitConnect } from '../connect/admit-connect.ts';
import type { ResourceRequest } from '../request.ts';
import { objectResult, type ResourceResult } from '../result.ts';
import { createObject } from './create.ts';
import { decodeScale } from './decode-body.ts';
import { deleteWith } from './delete.ts';
import { deleteCollection } from './delete-collection.ts';
import { decodeDeleteOptions, warnOfOrphans } from './delete-options.ts';
import { getObject, listObjects } from './list.ts';
import { trackedScale } from './managed-fields-scale.ts';
import { matchName } from './object-meta.ts';
import { patchObject } from './patch.ts';
import { groupResourceOf, type RegistryParts } from './registry-parts.ts';
import type { Entry, ResourceView } from './resource-view.ts';
import { scaleOf, withScale } from './scale.ts';
import { uidOf } from './uid-precondition.ts';
import { refuseUnloaded } from './unloaded.ts';
import { applyUpdate, type UpdateOutcome, updateObject } from './update.ts';
import { type ChangeListener, type WatchHandle, watchObjects } from './watch.ts';
import { parseWriteOptions } from './write-options.ts';

/** Answers requests on a subresource that is not `status`, `scale` or a part: by its name, before the generic ones. */
export type SubresourceHandler = (parts: RegistryParts, request: ResourceRequest) => Promise<ResourceResult>;

/** Everything that can be asked of one version of one resource. */
export class ResourceHandler {
  readonly parts: RegistryParts;
  readonly #actions: Readonly<Record<string, SubresourceHandler>>;

  constructor(parts: RegistryParts, actions: Readonly<Record<string, SubresourceHandler>> = {}) {
    this.parts = parts;
    this.#actions = actions;
  }

  get view(): ResourceView {
    return this.parts.view;
  }

  count(): number {
    return this.parts.storage.cache.size;
  }

  bytes(): number {
    return this.parts.storage.cache.bytes;
  }

  received(): number {
    return this.parts.storage.cache.received;
  }

  capacity(): number {
    return this.parts.storage.cache.capacity;
  }

  revision(): number {
    return this.parts.storage.cache.revision;
  }

  has(namespace: string, name: string): boolean {
    return this.parts.storage.get(namespace, name) !== undefined;
  }

  handle(request: ResourceRequest): MaybePromise<ResourceResult> {
    if (this.parts.storage.cache.fault) return refuseUnloaded(this.parts, request).then(() => this.#answer(request));
    return this.#answer(request);
  }

  #answer(request: ResourceRequest): MaybePromise<ResourceResult> {
    const { subresource, verb } = request.target;
    this.#warnOfDeprecation(request);
    if (subresource !== '') return this.#handleSubresource(request, subresource);
    const { definition, view } = this.parts;
    if (!definition.verbs.includes(verb as never)) throw newMethodNotAllowed();
    switch (verb) {
      case 'get':
        return whenThere(getObject(this.parts, request), (entry) => this.#entry(entry));
      case 'list':
        return whenThere(listObjects(this.parts, request), (list) => ({ type: 'list', view, list }));
      case 'create':
        return whenThere(createObject(this.parts, request), (entry) => this.#entry(entry, 201));
      case 'update':
        return whenThere(updateObject(this.parts, request), this.#patched);
      case 'patch':
        return whenThere(patchObject(this.parts, request), this.#patched);
      case 'delete':
        return this.#delete(request);
      case 'deletecollection':
        return this.#deleteCollection(request);
      default:
        throw newMethodNotAllowed();
    }
  }

  async watch(request: ResourceRequest, listener: ChangeListener): Promise<WatchHandle> {
    const { definition, storage } = this.parts;
    if (storage.cache.fault) await refuseUnloaded(this.parts, request);
    this.#warnOfDeprecation(request);
    if (!definition.verbs.includes('watch') || request.target.subresource !== '') {
      throw newMethodNotSupported(groupResourceOf(definition), 'watch');
    }
    return watchObjects(this.parts, request, listener);
  }

  admitConnect(request: ResourceRequest): Promise<void> {
    return admitConnect(this.parts, request);
  }

  #warnOfDeprecation({ warnings }: ResourceRequest): void {
    const { deprecation } = this.parts.definition;
    if (deprecation !== undefined) warnings.push(deprecation);
  }

  readonly #patched = ({ entry, created }: UpdateOutcome): ResourceResult => this.#entry(entry, created ? 201 : 200);

  #entry(entry: Entry, code = 200): ResourceResult {
    return { type: 'entry', code, view: this.parts.view, entry };
  }

  async #delete(request: ResourceRequest): Promise<ResourceResult> {
    const options = decodeDeleteOptions(request);
    warnOfOrphans(this.parts, request, options);
    const { entry, gone } = await deleteWith(this.parts, request, options);
    if (gone && !this.parts.definition.strategy.returnsDeletedObject) {
      return objectResult(deletedStatus(this.parts, entry));
    }
    return this.#entry(entry, !gone && options.orphanDependents === false ? 202 : 200);
  }

  async #deleteCollection(request: ResourceRequest): Promise<ResourceResult> {
    return { type: 'list', view: this.parts.view, list: await deleteCollection(this.parts, request) };
  }

  #handleSubresource(request: ResourceRequest, name: string): MaybePromise<ResourceResult> {
    const action = own(this.#actions, name);
    if (action) return action(this.parts, request);
    const subresource = own(this.parts.definition.subresources, name);
    if (subresource === undefined) throw newGenericNotFound();
    const { verb } = request.target;
    if (!subresource.verbs.includes(verb as never)) throw newMethodNotAllowed();
    switch (subresource.type) {
      case 'scale':
        return this.#scale(request, subresource);
      case 'status':
      case 'part':
        return this.#part(request, subresource);
      default:
        throw newGenericNotFound();
    }
  }

  #part(request: ResourceRequest, subresource: SubresourceDefinition<KubernetesObject>): MaybePromise<ResourceResult> {
    switch (request.target.verb) {
      case 'update':
        return whenThere(updateObject(this.parts, request, subresource), ({ entry }) => this.#entry(entry));
      case 'patch':
        return whenThere(patchObject(this.parts, request, subresource), this.#patched);
      default:
        return whenThere(getObject(this.parts, request), (entry) => this.#entry(entry));
    }
  }

  async #scale(
    request: ResourceRequest,
    subresource: SubresourceDefinition<KubernetesObject>,
  ): Promise<ResourceResult> {
    const answer = (entry: Entry) =>
      objectResult(scaleOf(this.parts.view.object(entry), subresource), 200, { columns: scaleColumns });
    switch (request.target.verb) {
      case 'update': {
        const { dryRun } = parseWriteOptions(request.query, 'UpdateOptions');
        const scale = decodeScale(request);
        const transform = (old: KubernetesObject) => withScale(old, scale, subresource);
        const ownership = trackedScale(this.parts, request, subresource);
        matchName(scale, request.target.name);
        const uid = uidOf(scale);
        return answer(await applyUpdate(this.parts, { request, transform, dryRun, subresource, ownership, uid }));
      }
      case 'patch':
        return answer((await patchObject(this.parts, request, subresource)).entry);
      default:
        return answer(await getObject(this.parts, request));
    }
  }
}

/** The Status for an object that is gone. */
function deletedStatus(parts: RegistryParts, entry: Entry): KubernetesObject {
  const { group, plural } = parts.definition;
  const { name, uid } = entry.object.metadata ?? {};
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group ? { group } : {}), kind: plural, uid },
  } as KubernetesObject;
}
