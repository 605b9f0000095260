import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { PodResourceClaim } from '#api/core/v1/pod-spec.ts';
import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import type { ResourceClaimConsumerReference } from '#api/resource/v1/resource-claim-status.ts';
import { ResourceClaimTemplates } from '#api/resource/v1/resource-claim-template.ts';
import type { Cell, Labelled } from '#base/metrics/metric-registry.ts';
import { keyOf } from '#client/object-store.ts';
import { applyPatch } from '#client/options.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { controllerOf, isControlledBy } from '#controller/owner-references.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { messageOf } from '../shared/pod-control.ts';
import { removeFinalizer } from '../shared/remove-finalizer.ts';
import { countClaims, isForAdmins } from './claim-metrics.ts';
import { claimFromTemplate, FINALIZER, isPodDone, POD_CLAIM, planClaim } from './claim-plan.ts';

const POD = 'pod:';
const CLAIM = 'claim:';
const BY_POD = 'pod';
/** As many as the API takes. */
const MAX_RESERVATIONS = 256;

export class ResourceClaimController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #claims: OwnWrites<ResourceClaim>;
  readonly #created: Labelled<Cell> | undefined;

  constructor(context: ControllerContext) {
    this.#context = context;
    const { informers } = context;
    const claims = informers.of(ResourceClaims).addIndex(BY_POD, (claim) => [controllerOf(claim)?.uid ?? '']);
    this.#claims = new OwnWrites(claims);
    this.#created = countClaims(context.metrics, () => claims.store.list());
    this.controller = new Controller('resource-claim', context)
      .watches(Pods, (pod) =>
        pod.spec?.resourceClaims?.length ? [POD + keyOf(pod), ...claimKeys(pod)] : claimKeys(pod),
      )
      .watches(ResourceClaims, (claim) => [CLAIM + keyOf(claim), ...this.#podOf(claim)])
      .watches(ResourceClaimTemplates, (template) => this.#podsWith(template.metadata))
      .reconciles((key) =>
        key.startsWith(POD) ? this.#syncPod(key.slice(POD.length)) : this.#syncClaim(key.slice(CLAIM.length)),
      );
  }

  #podOf(claim: ResourceClaim): string[] {
    const owner = owningPod(claim);
    return owner ? [`${POD}${claim.metadata?.namespace}/${owner.name}`] : [];
  }

  /** Pods that wait for a template. */
  #podsWith(template: ResourceClaim['metadata']): string[] {
    return this.#context.informers
      .of(Pods)
      .store.list()
      .filter((pod) => pod.metadata?.namespace === template?.namespace)
      .filter((pod) => pod.spec?.resourceClaims?.some((one) => one.resourceClaimTemplateName === template?.name))
      .map((pod) => POD + keyOf(pod));
  }

  async #syncPod(key: string): Promise<void> {
    const { informers, events } = this.#context;
    const pod = informers.of(Pods).store.getByKey(key);
    if (pod === undefined || pod.metadata?.deletionTimestamp !== undefined || isPodDone(pod)) return;
    const names = new Map<string, string>();
    for (const podClaim of pod.spec?.resourceClaims ?? []) {
      try {
        const name = await this.#ensureClaim(pod, podClaim);
        if (name !== undefined) names.set(podClaim.name, name);
      } catch (error) {
        const message = `PodResourceClaim ${podClaim.name}: ${messageOf(error)}`;
        events.record(pod, 'Warning', 'FailedResourceClaimCreation', message);
        throw error;
      }
    }
    if (names.size > 0) await this.#nameClaims(pod, names);
    if (pod.spec?.nodeName) await this.#reserve(pod);
  }

  /** The name to be written down for a claim, or undefined when it is there or not of a template. */
  async #ensureClaim(pod: Pod, podClaim: PodResourceClaim): Promise<string | undefined> {
    const { resourceClaimTemplateName: templateName, name } = podClaim;
    if (templateName === undefined) return undefined;
    const named = pod.status?.resourceClaimStatuses?.find((one) => one.name === name);
    if (named && named.resourceClaimName === undefined) return undefined;
    const present = named?.resourceClaimName && (await this.#claimNow(pod, named.resourceClaimName));
    if (present && isControlledBy(present, pod)) return undefined;
    const found = this.#claims
      .current(this.#context.informers.of(ResourceClaims).store.byIndex(BY_POD, pod.metadata?.uid ?? ''), (claim) =>
        isControlledBy(claim, pod),
      )
      .find(({ metadata }) => metadata?.annotations?.[POD_CLAIM] === name);
    return (found ?? (await this.#createClaim(pod, podClaim, templateName))).metadata?.name;
  }

  /** The claim that is written down for a pod: who wrote that may have made it just now. */
  async #claimNow({ metadata }: Pod, name: string): Promise<ResourceClaim | undefined> {
    const namespace = metadata?.namespace ?? '';
    const known = this.#claims.get(`${namespace}/${name}`);
    if (known) return known;
    return ignoring(isNotFound, this.#context.client.of(ResourceClaims).get(name, { namespace }));
  }

  async #createClaim(pod: Pod, podClaim: PodResourceClaim, templateName: string): Promise<ResourceClaim> {
    const namespace = pod.metadata?.namespace ?? '';
    const template = this.#context.informers.of(ResourceClaimTemplates).store.get(templateName, namespace);
    if (template === undefined) {
      const missing = `resourceclaimtemplate.resource.k8s.io "${templateName}" not found`;
      throw new Error(`resource claim template ${JSON.stringify(templateName)}: ${missing}`);
    }
    const claim = claimFromTemplate(pod, podClaim, template);
    const count = (status: 'success' | 'failure') => this.#created?.labels(status, String(isForAdmins(claim))).inc();
    try {
      const made = this.#claims.wrote(await this.#context.client.of(ResourceClaims).create(claim));
      count('success');
      return made;
    } catch (error) {
      count('failure');
      throw new Error(`create ResourceClaim : ${messageOf(error)}`, { cause: error });
    }
  }

  /** Only while the pod is as it was seen: once a claim is written down, it may be allocated. */
  async #nameClaims(pod: Pod, names: ReadonlyMap<string, string>): Promise<void> {
    const { name = '', namespace = '', uid, resourceVersion } = pod.metadata ?? {};
    // What is left out of what was applied before would go: those that are written down already stand here, too.
    const before = (pod.status?.resourceClaimStatuses ?? []).filter((one) => !names.has(one.name));
    const added = [...names].map(([podClaim, resourceClaimName]) => ({ name: podClaim, resourceClaimName }));
    const patch = applyPatch(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace, uid, resourceVersion },
        status: { resourceClaimStatuses: [...before, ...added] },
      },
      { force: true },
    );
    await this.#context.client
      .of(Pods)
      .patch(name, patch, { namespace, subresource: 'status', fieldManager: 'ResourceClaimController' });
  }

  /** A pod that somebody put on a node without the scheduler needs its claims reserved. */
  async #reserve(pod: Pod): Promise<void> {
    const { name = '', uid = '' } = pod.metadata ?? {};
    for (const key of claimKeys(pod)) {
      const claim = this.#claims.get(key.slice(CLAIM.length));
      const reservedFor = claim?.status?.reservedFor ?? [];
      if (!claim?.status?.allocation || reservedFor.some((one) => one.uid === uid)) continue;
      if (reservedFor.length >= MAX_RESERVATIONS) continue;
      const status = { ...claim.status, reservedFor: [...reservedFor, { resource: 'pods', name, uid }] };
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

  /** Whether a consumer still needs what it reserved; pods that are not known are asked for. */
  async #holds(
    { apiGroup = '', resource, name, uid }: ResourceClaimConsumerReference,
    namespace: string,
  ): Promise<boolean> {
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
  const names = (spec?.resourceClaims ?? []).map(({ name, resourceClaimName }) => {
    const generated = status?.resourceClaimStatuses?.find((one) => one.name === name)?.resourceClaimName;
    return resourceClaimName ?? generated;
  });
  return [...names, status?.extendedResourceClaimStatus?.resourceClaimName].flatMap((name) =>
    name ? [`${CLAIM}${metadata?.namespace}/${name}`] : [],
  );
}
