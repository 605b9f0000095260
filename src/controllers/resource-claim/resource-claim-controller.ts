import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { PodResourceClaim } from '#api/core/v1/pod-spec.ts';
import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import type { ResourceClaimConsumerReference } from '#api/resource/v1/resource-claim-status.ts';
import { ResourceClaimTemplates } from '#api/resource/v1/resource-claim-template.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { consumerOf, groupClaimOf, isGroup, isGroupOf } from '#api/scheduling/v1alpha2/group-claims.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { keyOf } from '#client/object-store.ts';
import { applyPatch } from '#client/options.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { controllerOf } from '#controller/owner-references.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { messageOf } from '../shared/pod-control.ts';
import { removeFinalizer } from '../shared/remove-finalizer.ts';
import { type ClaimOwner, FINALIZER, isPodDone, type OwnerKind, POD, POD_GROUP, planClaim } from './claim-plan.ts';
import { PodGroupLookup } from './pod-group-lookup.ts';
import { TemplateClaims } from './template-claims.ts';

const POD_KEY = 'pod:';
const GROUP_KEY = 'podgroup:';
const CLAIM = 'claim:';
/** As many as the API takes. */
const MAX_RESERVATIONS = 256;

export class ResourceClaimController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #claims: OwnWrites<ResourceClaim>;
  readonly #templates: TemplateClaims;
  /** Undefined where groups have no claims. */
  readonly #groups: PodGroupLookup | undefined;

  constructor(context: ControllerContext, { featureGates }: ControllersOptions) {
    this.#context = context;
    const { informers } = context;
    this.#claims = new OwnWrites(informers.of(ResourceClaims));
    this.#templates = new TemplateClaims(context, this.#claims);
    this.#groups = featureGates?.has('DRAWorkloadResourceClaims') ? new PodGroupLookup(context) : undefined;
    this.controller = new Controller('resource-claim', context)
      .watches(Pods, (pod) =>
        pod.spec?.resourceClaims?.length ? [POD_KEY + keyOf(pod), ...claimKeys(pod)] : claimKeys(pod),
      )
      .watches(ResourceClaims, (claim) => [CLAIM + keyOf(claim), ...this.#ownersOf(claim)])
      .watches(ResourceClaimTemplates, (template) => this.#ownersWith(template.metadata))
      .reconciles((key) => this.#sync(key));
    const groups = this.#groups;
    if (groups === undefined) return;
    this.controller.watches(PodGroups, (group, other) => {
      // Which claims of its pods are the group's was known before.
      const isKnown = group.metadata?.uid === other?.metadata?.uid;
      return [
        ...(group.spec?.resourceClaims?.length ? [GROUP_KEY + keyOf(group)] : []),
        ...this.#claimKeysOf(group),
        ...(isKnown ? [] : groups.podsOf(keyOf(group)).map((pod) => POD_KEY + keyOf(pod))),
      ];
    });
  }

  #sync(key: string): Promise<void> {
    if (key.startsWith(POD_KEY)) return this.#syncPod(key.slice(POD_KEY.length));
    if (key.startsWith(GROUP_KEY)) return this.#syncGroup(key.slice(GROUP_KEY.length));
    return this.#syncClaim(key.slice(CLAIM.length));
  }

  /** Keys of the claims that a group has. */
  #claimKeysOf(group: PodGroup): string[] {
    const named = (group.spec?.resourceClaims ?? []).map((one) => claimNameOf(group, one));
    const made = this.#templates.of(group).map(({ metadata }) => metadata?.name);
    const names = new Set([...named, ...made]);
    return [...names].flatMap((name) => (name ? [`${CLAIM}${group.metadata?.namespace}/${name}`] : []));
  }

  /** Whom a claim was made for; the pods of a group are to be told of its claims, too. */
  #ownersOf(claim: ResourceClaim): string[] {
    const owner = owningPod(claim);
    const namespace = claim.metadata?.namespace;
    if (owner) return [`${POD_KEY}${namespace}/${owner.name}`];
    const { kind, name } = controllerOf(claim) ?? {};
    if (this.#groups === undefined || kind !== 'PodGroup') return [];
    const key = `${namespace}/${name}`;
    return [GROUP_KEY + key, ...this.#groups.podsOf(key).map((pod) => POD_KEY + keyOf(pod))];
  }

  /** Pods and groups that wait for a template. */
  #ownersWith(template: ResourceClaim['metadata']): string[] {
    const waits = ({ metadata, spec }: ClaimOwner): boolean =>
      metadata?.namespace === template?.namespace &&
      (spec?.resourceClaims ?? []).some((one) => one.resourceClaimTemplateName === template?.name);
    const pods = this.#context.informers.of(Pods).store.list().filter(waits);
    const groups = this.#groups?.list().filter(waits) ?? [];
    return [...pods.map((pod) => POD_KEY + keyOf(pod)), ...groups.map((group) => GROUP_KEY + keyOf(group))];
  }

  async #syncPod(key: string): Promise<void> {
    const { informers, events } = this.#context;
    const pod = informers.of(Pods).store.getByKey(key);
    if (pod === undefined || pod.metadata?.deletionTimestamp !== undefined || isPodDone(pod)) return;
    const names = new Map<string, string>();
    for (const podClaim of pod.spec?.resourceClaims ?? []) {
      try {
        const name = await this.#claimFor(pod, podClaim);
        if (name !== undefined) names.set(podClaim.name, name);
      } catch (error) {
        const message = `PodResourceClaim ${podClaim.name}: ${messageOf(error)}`;
        events.record(pod, 'Warning', 'FailedResourceClaimCreation', message);
        throw error;
      }
    }
    if (names.size > 0) await this.#nameClaims(Pods, pod, { ...POD, names });
    if (pod.spec?.nodeName) await this.#reserve(pod);
  }

  /** The name to be written down for a claim of a pod: of its own, or of its group as soon as that has it. */
  async #claimFor(pod: Pod, podClaim: PodResourceClaim): Promise<string | undefined> {
    const groups = this.#groups;
    if (podClaim.resourceClaimTemplateName === undefined || groups?.isMissing(pod)) return undefined;
    const group = groups?.of(pod);
    if (!group || !groupClaimOf(group, podClaim)) return this.#templates.ensure(pod, POD, podClaim);
    const { name } = this.#templates.find(group, podClaim.name)?.metadata ?? {};
    const named = pod.status?.resourceClaimStatuses?.find((one) => one.name === podClaim.name);
    return name === named?.resourceClaimName ? undefined : name;
  }

  async #syncGroup(key: string): Promise<void> {
    const group = this.#groups?.at(key);
    if (group === undefined || group.metadata?.deletionTimestamp !== undefined) return;
    const names = new Map<string, string>();
    for (const claim of group.spec?.resourceClaims ?? []) {
      try {
        const name = await this.#templates.ensure(group, POD_GROUP, claim);
        if (name !== undefined) names.set(claim.name, name);
      } catch (error) {
        const message = `PodGroupResourceClaim ${claim.name}: ${messageOf(error)}`;
        this.#context.events.record(group, 'Warning', 'FailedResourceClaimCreation', message);
        throw error;
      }
    }
    if (names.size > 0) await this.#nameClaims(PodGroups, group, { ...POD_GROUP, names });
  }

  /** Only while the owner is as it was seen: once a claim is written down, it may be allocated. */
  async #nameClaims<T extends ClaimOwner>(
    definition: ResourceDefinition<T>,
    owner: T,
    { apiVersion, kind, names }: OwnerKind & { readonly names: ReadonlyMap<string, string> },
  ): Promise<void> {
    const { name = '', namespace = '', uid, resourceVersion } = owner.metadata ?? {};
    // What is left out of what was applied before would go: those that are written down already stand here, too.
    const before = (owner.status?.resourceClaimStatuses ?? []).filter((one) => !names.has(one.name));
    const added = [...names].map(([claim, resourceClaimName]) => ({ name: claim, resourceClaimName }));
    const patch = applyPatch(
      {
        apiVersion,
        kind,
        metadata: { name, namespace, uid, resourceVersion },
        status: { resourceClaimStatuses: [...before, ...added] },
      },
      { force: true },
    );
    await this.#context.client
      .of(definition)
      .patch(name, patch, { namespace, subresource: 'status', fieldManager: 'ResourceClaimController' });
  }

  /** A pod that somebody put on a node without the scheduler needs its claims reserved, for it or for its group. */
  async #reserve(pod: Pod): Promise<void> {
    const group = this.#groups?.of(pod);
    for (const key of claimKeys(pod)) {
      const claim = this.#claims.get(key.slice(CLAIM.length));
      const reservedFor = claim?.status?.reservedFor ?? [];
      if (!claim?.status?.allocation || reservedFor.length >= MAX_RESERVATIONS) continue;
      const holds = (one: ResourceClaimConsumerReference) =>
        one.uid === pod.metadata?.uid || (group !== undefined && isGroupOf(one, pod));
      if (reservedFor.some(holds)) continue;
      const podClaim = pod.spec?.resourceClaims?.find((one) => claimNameOf(pod, one) === claim.metadata?.name);
      const status = { ...claim.status, reservedFor: [...reservedFor, consumerOf(pod, group, podClaim)] };
      this.#claims.wrote(await this.#context.client.of(ResourceClaims).updateStatus({ ...claim, status }));
    }
  }

  async #syncClaim(key: string): Promise<void> {
    const { client, informers } = this.#context;
    const claim = this.#claims.get(key);
    if (claim === undefined) return;
    const namespace = claim.metadata?.namespace ?? '';
    const gone = new Set<string>();
    for (const consumer of claim.status?.reservedFor ?? []) {
      if (!(await this.#holds(consumer, namespace))) gone.add(consumer.uid);
    }
    const owner = informers.of(Pods).store.get(owningPod(claim)?.name ?? '', namespace);
    const plan = planClaim(claim, ({ uid }) => !gone.has(uid), owner);
    let written = claim;
    if (plan.status) {
      const { status } = plan;
      written = this.#claims.wrote(await client.of(ResourceClaims).updateStatus({ ...claim, status }));
    }
    const definition = ResourceClaims;
    if (plan.removeFinalizer) await removeFinalizer(client, { definition, object: written, finalizer: FINALIZER });
    if (!plan.remove) return;
    await ignoring(isNotFound, client.of(ResourceClaims).delete(claim.metadata?.name ?? '', { namespace }));
  }

  /** Whether a consumer still needs what it reserved; those that are not known are asked for. */
  async #holds(consumer: ResourceClaimConsumerReference, namespace: string): Promise<boolean> {
    const { apiGroup = '', resource, name, uid } = consumer;
    if (this.#groups && isGroup(consumer)) {
      const group =
        this.#groups.at(`${namespace}/${name}`) ??
        (await ignoring(isNotFound, this.#context.client.of(PodGroups).get(name, { namespace })));
      return group?.metadata?.uid === uid;
    }
    // Of others nothing is known here: whoever made the reservation ends it.
    if (apiGroup !== '' || resource !== 'pods') return true;
    const { informers, client } = this.#context;
    const known = informers.of(Pods).store.get(name, namespace);
    if (known !== undefined) return known.metadata?.uid === uid && !isPodDone(known);
    try {
      return (await client.of(Pods).get(name, { namespace })).metadata?.uid === uid;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}

/** The pod that a claim was made for. Others may own claims, too, and be called like pods. */
function owningPod(claim: ResourceClaim) {
  const owner = controllerOf(claim);
  return owner?.apiVersion === 'v1' && owner.kind === 'Pod' ? owner : undefined;
}

/** Keys of the claims that a pod has: by name, by what was generated for it, and for its extended resources. */
function claimKeys({ metadata, spec, status }: Pod): string[] {
  // As nearly all pods.
  if (!spec?.resourceClaims && !status?.extendedResourceClaimStatus) return [];
  const names = (spec?.resourceClaims ?? []).map((one) => claimNameOf({ status }, one));
  return [...names, status?.extendedResourceClaimStatus?.resourceClaimName].flatMap((name) =>
    name ? [`${CLAIM}${metadata?.namespace}/${name}`] : [],
  );
}

/** What the claim is called that a pod or a group has under a name of its own. */
function claimNameOf(
  { status }: Pick<ClaimOwner, 'status'>,
  { name, resourceClaimName }: { readonly name: string; readonly resourceClaimName?: string },
): string | undefined {
  return resourceClaimName ?? status?.resourceClaimStatuses?.find((one) => one.name === name)?.resourceClaimName;
}
