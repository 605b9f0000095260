import { type ControllerRevision, ControllerRevisions } from '#api/apps/v1/controller-revision.ts';
import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { apiVersionOf, type KubernetesObject, type ResourceDefinition } from '#api/resource-definition.ts';
import type { Informer } from '#client/informer.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { isControlledBy } from '#controller/owner-references.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isAlreadyExists, isNotFound } from '#machinery/errors/status-error.ts';
import type { Selector } from '#machinery/selectors/label-selector.ts';
import { Claimer } from '../claimer.ts';
import { BY_CONTROLLER, controllerIndex, ORPHANS_IN } from '../pod-index.ts';
import { byRevision, expiredRevisions, isSameData, newRevision, sameRevision } from './revision-plan.ts';

/** What an owner's revisions follow from. */
interface RevisionsOf {
  readonly template: PodTemplateSpec | undefined;
  readonly selector: Selector;
  readonly collisions: number | undefined;
}

/** Keeps the templates that an owner has had as ControllerRevisions. */
export class RevisionHistory<T extends KubernetesObject> {
  readonly #context: ControllerContext;
  readonly #owners: ResourceDefinition<T>;
  readonly #revisions: Informer<ControllerRevision>;
  readonly #writes: OwnWrites<ControllerRevision>;
  readonly #claimer: Claimer<T, ControllerRevision>;

  constructor(context: ControllerContext, owners: ResourceDefinition<T>) {
    this.#context = context;
    this.#owners = owners;
    this.#revisions = controllerIndex(context.informers.of(ControllerRevisions));
    this.#writes = new OwnWrites(this.#revisions);
    const kinds = { owners, members: ControllerRevisions, writes: this.#writes };
    this.#claimer = new Claimer(context.client, kinds);
  }

  /** The owner's revisions, earliest first. */
  of(owner: T): ControllerRevision[] {
    const known = this.#revisions.store.byIndex(BY_CONTROLLER, owner.metadata?.uid ?? '');
    return this.#writes.current(known, (revision) => isControlledBy(revision, owner)).sort(byRevision);
  }

  /**
   * The revision of the owner's template, made or brought to the top; `collisions` counts names found taken. Revisions
   * that a former owner has left, and that `selector` takes, are the owner's from then on.
   */
  async sync(
    owner: T,
    { template, selector, collisions }: RevisionsOf,
  ): Promise<{ readonly revision: ControllerRevision; readonly collisions: number | undefined }> {
    await this.#adopt(owner, selector);
    const revisions = this.of(owner);
    const last = revisions.at(-1);
    const same = sameRevision(revisions, template);
    if (same && same === last) return { revision: same, collisions };
    const number = (last?.revision ?? 0) + 1;
    const client = this.#context.client.of(ControllerRevisions);
    if (same) return { revision: this.#writes.wrote(await client.update({ ...same, revision: number })), collisions };
    return this.#create(owner, { template, revision: number, collisions });
  }

  async #adopt(owner: T, selector: Selector): Promise<void> {
    const orphans = this.#revisions.store.byIndex(ORPHANS_IN, owner.metadata?.namespace ?? '');
    if (orphans.length === 0 || owner.metadata?.deletionTimestamp) return;
    await this.#claimer.claim(
      owner,
      selector,
      this.#writes.current(orphans, () => false),
    );
  }

  /** Other revisions of the same template. */
  duplicates(owner: T, revision: ControllerRevision): ControllerRevision[] {
    const { name } = revision.metadata ?? {};
    return this.of(owner).filter((one) => one.metadata?.name !== name && isSameData(one, revision));
  }

  async #create(
    owner: T,
    options: { template: PodTemplateSpec | undefined; revision: number; collisions: number | undefined },
  ): Promise<{ readonly revision: ControllerRevision; readonly collisions: number | undefined }> {
    const kind = { apiVersion: apiVersionOf(this.#owners), kind: this.#owners.kind };
    const client = this.#context.client.of(ControllerRevisions);
    const wanted = newRevision(owner, { ...options, kind });
    try {
      return { revision: this.#writes.wrote(await client.create(wanted)), collisions: options.collisions };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const { name = '', namespace = '' } = wanted.metadata ?? {};
      const taken = await client.get(name, { namespace });
      if (isControlledBy(taken, owner) && isSameData(taken, wanted)) {
        return { revision: taken, collisions: options.collisions };
      }
      return this.#create(owner, { ...options, collisions: (options.collisions ?? 0) + 1 });
    }
  }

  /** Removes revisions beyond `limit` that are not among the `live` names. */
  async truncate(owner: T, limit: number, live: ReadonlySet<string>): Promise<void> {
    for (const revision of expiredRevisions(this.of(owner), { limit, live })) await this.remove(revision);
  }

  async remove(revision: ControllerRevision): Promise<void> {
    const { name = '', namespace = '' } = revision.metadata ?? {};
    await ignoring(isNotFound, this.#context.client.of(ControllerRevisions).delete(name, { namespace }));
    this.#writes.deleted(revision);
  }
}
