import { apiVersionOf, type KubernetesObject, type ResourceDefinition } from '#api/resource-definition.ts';
import type { Client } from '#client/client.ts';
import { strategicPatch } from '#client/options.ts';
import type { OwnWrites } from '#controller/own-writes.ts';
import { newControllerReference } from '#controller/owner-references.ts';
import { isNotFound, isStatus } from '#machinery/errors/status-error.ts';
import type { Selector } from '#machinery/selectors/label-selector.ts';
import { planClaims } from './claim.ts';

/** Adopts and releases objects of one kind for owners of another. */
export class Claimer<O extends KubernetesObject, T extends KubernetesObject> {
  readonly #client: Client;
  readonly #owners: ResourceDefinition<O>;
  readonly #members: ResourceDefinition<T>;
  readonly #writes: OwnWrites<T>;
  readonly #finalizers: readonly string[];

  constructor(
    client: Client,
    kinds: {
      readonly owners: ResourceDefinition<O>;
      readonly members: ResourceDefinition<T>;
      readonly writes: OwnWrites<T>;
      /** What an adopted object is kept by as well, until its owner lets go of it. */
      readonly finalizers?: readonly string[];
    },
  ) {
    this.#client = client;
    this.#owners = kinds.owners;
    this.#members = kinds.members;
    this.#writes = kinds.writes;
    this.#finalizers = kinds.finalizers ?? [];
  }

  /** The objects that `owner` controls after taking matching orphans and letting go of what it no longer selects. */
  async claim(owner: O, selector: Selector, objects: readonly T[]): Promise<T[]> {
    const { owned, adopt, release } = planClaims(owner, selector, objects);
    if (adopt.length > 0) await this.#checkOwner(owner);
    const [adopted] = await Promise.all([
      Promise.all(adopt.map((object) => this.#adopt(owner, object))),
      Promise.all(release.map((object) => this.#release(owner, object))),
    ]);
    return [...owned, ...adopted.filter((object) => object !== undefined)];
  }

  /** An owner that has been deleted meanwhile must not take anything: asks the server, not the copy. */
  async #checkOwner(owner: O): Promise<void> {
    const { name = '', namespace, uid } = owner.metadata ?? {};
    const fresh = await this.#client.of(this.#owners).get(name, { namespace: namespace ?? '' });
    if (fresh.metadata?.uid !== uid) {
      throw new Error(
        `original ${this.#owners.kind} ${namespace}/${name} is gone: got uid ${fresh.metadata?.uid}, wanted ${uid}`,
      );
    }
    if (fresh.metadata?.deletionTimestamp !== undefined) {
      throw new Error(`${namespace}/${name} has just been deleted at ${fresh.metadata.deletionTimestamp}`);
    }
  }

  async #adopt(owner: O, object: T): Promise<T | undefined> {
    const { group, version, kind } = this.#owners;
    const reference = newControllerReference(owner, { apiVersion: apiVersionOf({ group, version }), kind });
    const finalizers = this.#finalizers.length > 0 ? { finalizers: this.#finalizers } : {};
    return this.#patch(object, { ownerReferences: [reference], ...finalizers });
  }

  async #release(owner: O, object: T): Promise<void> {
    try {
      const finalizers = this.#finalizers.length > 0 ? { '$deleteFromPrimitiveList/finalizers': this.#finalizers } : {};
      await this.#patch(object, {
        ownerReferences: [{ $patch: 'delete', uid: owner.metadata?.uid }],
        ...finalizers,
      });
    } catch (error) {
      // Invalid: the object has no such owner any more, or is another one of the same name.
      if (!isStatus(error, 'Invalid')) throw error;
    }
  }

  async #patch(object: T, metadata: object): Promise<T | undefined> {
    const { name = '', namespace = '', uid } = object.metadata ?? {};
    try {
      const patch = strategicPatch({ metadata: { ...metadata, uid } });
      return this.#writes.wrote(await this.#client.of(this.#members).patch(name, patch, { namespace }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
