import type { OwnerReference } from '#api/meta/v1/object-meta.ts';
import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { mergePatch } from '#client/options.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { allResources, followResources, storedResources } from '../shared/resources.ts';
import { AbsentOwners } from './absent-owners.ts';
import {
  blocks,
  FOREGROUND,
  ORPHAN,
  type OwnerState,
  orphansDependents,
  planCollection,
  waitsForDependents,
} from './collect-plan.ts';
import { type GraphNode, OwnerGraph } from './graph.ts';

/** An owner of an unknown kind may become known. */
const UNKNOWN_KIND_MS = 30_000;
const WORKERS = 20;

/** Deletes objects whose owners are gone, and lets owners wait for their dependents or leave them behind. */
export class GarbageCollector implements Runnable {
  readonly name = 'garbage-collector';
  readonly #context: ControllerContext;
  readonly #options: ControllersOptions;
  readonly #graph = new OwnerGraph();
  readonly #controller: Controller;
  readonly #watched = new Map<string, AnyResourceDefinition>();
  readonly #absent = new AbsentOwners();

  constructor(context: ControllerContext, options: ControllersOptions) {
    this.#context = context;
    this.#options = options;
    this.#controller = new Controller(this.name, context).reconciles((uid) => this.#reconcile(uid), {
      workers: WORKERS,
    });
    this.#watchAll();
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#controller.run(signal), this.#followResources(signal)]);
  }

  #followResources(signal: AbortSignal): Promise<void> {
    const { clock, informers } = this.#context;
    return followResources(this.#options, { clock, signal }, () => {
      for (const definition of this.#watchAll()) informers.run(definition, signal);
    });
  }

  /** Puts every stored resource under watch and returns those that are new. Those that went are watched no longer. */
  #watchAll(): AnyResourceDefinition[] {
    const { informers } = this.#context;
    const all = storedResources(this.#options).filter((definition) => definition.kind !== 'Event');
    for (const [key, definition] of this.#watched) {
      if (all.includes(definition)) continue;
      informers.forget(definition);
      this.#watched.delete(key);
    }
    const fresh = all.filter((definition) => !this.#watched.has(kindKey(definition)));
    for (const definition of fresh) {
      this.#watched.set(kindKey(definition), definition);
      this.#context.informers.of(definition as AnyResourceDefinition).addHandler({
        added: (object) => this.#changed(definition, object),
        updated: (object) => this.#changed(definition, object),
        deleted: (object) => this.#removed(object),
      });
    }
    return fresh;
  }

  #changed(definition: AnyResourceDefinition, object: KubernetesObject): void {
    const { uid = '', ownerReferences, deletionTimestamp } = object.metadata ?? {};
    const before = this.#graph.get(uid)?.object.metadata?.ownerReferences;
    this.#graph.set(definition, object);
    const { queue } = this.#controller;
    if (before && before !== ownerReferences) this.#wakeWaiting(before);
    if (deletionTimestamp !== undefined) {
      if (!waitsForDependents(object) && !orphansDependents(object)) return;
      queue.add(uid);
      if (waitsForDependents(object)) for (const dependent of this.#graph.dependentsOf(uid)) queue.add(dependent.uid);
    } else if (ownerReferences?.some((reference) => this.#known(object, reference) !== 'solid')) queue.add(uid);
  }

  #removed({ metadata }: KubernetesObject): void {
    const uid = metadata?.uid ?? '';
    const { queue } = this.#controller;
    for (const dependent of this.#graph.dependentsOf(uid)) queue.add(dependent.uid);
    this.#graph.delete(uid);
    this.#wakeWaiting(metadata?.ownerReferences ?? []);
  }

  /** Owners that wait may be able to go. */
  #wakeWaiting(references: readonly OwnerReference[]): void {
    for (const { uid } of references) {
      const node = this.#graph.get(uid);
      if (node && waitsForDependents(node.object)) this.#controller.queue.add(uid);
    }
  }

  /** What the graph knows of an owner; undefined when it knows none at those coordinates. */
  #known(object: KubernetesObject, { uid, name, kind }: OwnerReference): OwnerState | undefined {
    const node = this.#graph.get(uid);
    if (node === undefined || node.definition.kind !== kind || node.object.metadata?.name !== name) return undefined;
    const { namespace } = node.object.metadata ?? {};
    if (node.definition.namespaced && namespace !== object.metadata?.namespace) return undefined;
    return waitsForDependents(node.object) ? 'waiting' : 'solid';
  }

  async #reconcile(uid: string): Promise<Result | undefined> {
    const node = this.#graph.get(uid);
    if (node === undefined) return undefined;
    // Deleting is for good: the copy is not enough to decide by.
    const object = await this.#latest(node);
    if (object === undefined) return undefined;
    if (orphansDependents(object)) return this.#orphan(node, object);
    if (waitsForDependents(object)) return this.#awaitDependents(node, object);
    if (object.metadata?.deletionTimestamp !== undefined) return undefined;
    return this.#collect(node, object);
  }

  async #latest({ definition, object, uid }: GraphNode): Promise<KubernetesObject | undefined> {
    const { name = '', namespace = '' } = object.metadata ?? {};
    try {
      const latest = await this.#context.client.of(definition).get(name, { namespace });
      return latest.metadata?.uid === uid ? latest : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #collect(node: GraphNode, object: KubernetesObject): Promise<Result | undefined> {
    const owners: { reference: OwnerReference; state: OwnerState }[] = [];
    for (const reference of object.metadata?.ownerReferences ?? []) {
      const state = this.#known(object, reference) ?? (await this.#ask(node, reference));
      if (state === 'impossible') return undefined;
      if (state === 'unknown') return { requeueAfterMs: UNKNOWN_KIND_MS };
      owners.push({ reference, state });
    }
    const dependents = this.#graph.dependentsOf(node.uid).map((dependent) => dependent.object);
    const plan = planCollection(object, owners, dependents);
    switch (plan.type) {
      case 'keep':
        return undefined;
      case 'unlink':
        await this.#unlink(node, object, plan.uids);
        return undefined;
      case 'delete':
        await this.#delete(node, plan.unblock ? await this.#unblock(node, object) : object, plan.policy);
        return undefined;
    }
  }

  /** Asks the server for an owner that the graph does not know. */
  async #ask(
    { definition, object }: GraphNode,
    reference: OwnerReference,
  ): Promise<OwnerState | 'unknown' | 'impossible'> {
    const owner = allResources(this.#options).find(
      (one) => apiVersionOf(one) === reference.apiVersion && one.kind === reference.kind,
    );
    if (owner === undefined) return 'unknown';
    if (owner.namespaced && !definition.namespaced) {
      this.#tellForeign(object, reference);
      return 'impossible';
    }
    const namespace = object.metadata?.namespace ?? '';
    if (this.#absent.has(reference.uid, namespace)) return 'absent';
    try {
      const found = await this.#context.client.of(owner).get(reference.name, { namespace });
      if (found.metadata?.uid === reference.uid) return waitsForDependents(found) ? 'waiting' : 'solid';
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.#absent.add(reference.uid, namespace);
    const elsewhere = this.#graph.get(reference.uid)?.object.metadata?.namespace;
    if (elsewhere !== undefined && elsewhere !== namespace) this.#tellForeign(object, reference);
    return 'absent';
  }

  #tellForeign(object: KubernetesObject, reference: OwnerReference): void {
    const { namespace = '' } = object.metadata ?? {};
    const message = `ownerRef ${referenceText(reference, namespace)} does not exist in namespace "${namespace}"`;
    this.#context.events.record(object, 'Warning', 'OwnerRefInvalidNamespace', message);
  }

  async #orphan(node: GraphNode, object: KubernetesObject): Promise<undefined> {
    const dependents = this.#graph.dependentsOf(node.uid);
    await Promise.all(dependents.map((one) => this.#unlink(one, one.object, [node.uid])));
    await this.#removeFinalizer(node, object, ORPHAN);
    return undefined;
  }

  async #awaitDependents(node: GraphNode, object: KubernetesObject): Promise<undefined> {
    const blocking = this.#graph.dependentsOf(node.uid).filter((one) => blocks(one.object, node.uid));
    if (blocking.length === 0) await this.#removeFinalizer(node, object, FOREGROUND);
    for (const one of blocking) if (!waitsForDependents(one.object)) this.#controller.queue.add(one.uid);
    return undefined;
  }

  async #unlink(node: GraphNode, object: KubernetesObject, uids: readonly string[]): Promise<void> {
    // The graph's copy may be old: decide by what the server has, and only if nobody changed it since.
    const latest = node.object === object ? await this.#latest(node) : object;
    if (latest === undefined) return;
    const left = (latest.metadata?.ownerReferences ?? []).filter(({ uid }) => !uids.includes(uid));
    if (left.length === latest.metadata?.ownerReferences?.length) return;
    await this.#patch(node, latest, { ownerReferences: left });
  }

  #unblock(node: GraphNode, object: KubernetesObject): Promise<KubernetesObject> {
    const ownerReferences = (object.metadata?.ownerReferences ?? []).map((one) => ({
      ...one,
      blockOwnerDeletion: false,
    }));
    return this.#patch(node, object, { ownerReferences });
  }

  async #removeFinalizer(node: GraphNode, object: KubernetesObject, finalizer: string): Promise<void> {
    const finalizers = (object.metadata?.finalizers ?? []).filter((one) => one !== finalizer);
    await this.#patch(node, object, { finalizers });
  }

  async #patch({ definition }: GraphNode, object: KubernetesObject, change: object): Promise<KubernetesObject> {
    const { name = '', namespace = '', uid, resourceVersion } = object.metadata ?? {};
    const patch = mergePatch({ metadata: { ...change, uid, resourceVersion } });
    try {
      return await this.#context.client.of(definition).patch(name, patch, { namespace });
    } catch (error) {
      if (isNotFound(error)) return object;
      throw error;
    }
  }

  async #delete(node: GraphNode, object: KubernetesObject, propagationPolicy: Policy): Promise<void> {
    const { name = '', namespace = '', uid, resourceVersion, ownerReferences } = object.metadata ?? {};
    const deleteIf = (preconditions: object) => {
      const resource = this.#context.client.of(node.definition);
      return ignoring(isNotFound, resource.delete(name, { namespace, propagationPolicy, preconditions }));
    };
    try {
      await deleteIf({ uid, resourceVersion });
    } catch (error) {
      if (!isConflict(error)) throw error;
      const latest = await this.#latest(node);
      if (latest === undefined) return;
      if (!deepEqual(latest.metadata?.ownerReferences, ownerReferences)) throw error;
      // Nothing that counts has changed: what is written all the time must not stay for ever.
      await deleteIf({ uid });
    }
  }
}

type Policy = 'Orphan' | 'Background' | 'Foreground';

const kindKey = ({ group, kind }: AnyResourceDefinition) => `${group}/${kind}`;

const referenceText = ({ apiVersion, kind, name, uid }: OwnerReference, namespace: string): string =>
  `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
