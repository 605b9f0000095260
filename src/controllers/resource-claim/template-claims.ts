import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { ResourceClaimTemplates } from '#api/resource/v1/resource-claim-template.ts';
import type { Cell, Labelled } from '#base/metrics/metric-registry.ts';
import type { ControllerContext } from '#controller/manager.ts';
import type { OwnWrites } from '#controller/own-writes.ts';
import { controllerOf, isControlledBy } from '#controller/owner-references.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { messageOf } from '../shared/pod-control.ts';
import { countClaims, isForAdmins } from './claim-metrics.ts';
import { type ClaimOwner, claimFromTemplate, type OwnerKind, POD_CLAIM } from './claim-plan.ts';

const BY_OWNER = 'owner';

/** What a pod or a group says of one of its claims. */
export interface OwnedClaim {
  readonly name: string;
  readonly resourceClaimTemplateName?: string;
}

/** Makes the claims that templates describe, one for each pod or group that wants it. */
export class TemplateClaims {
  readonly #context: ControllerContext;
  readonly #claims: OwnWrites<ResourceClaim>;
  readonly #created: Labelled<Cell> | undefined;

  constructor(context: ControllerContext, claims: OwnWrites<ResourceClaim>) {
    this.#context = context;
    this.#claims = claims;
    const { store } = context.informers
      .of(ResourceClaims)
      .addIndex(BY_OWNER, (claim) => [controllerOf(claim)?.uid ?? '']);
    this.#created = countClaims(context.metrics, () => store.list());
  }

  /** The name to be written down for a claim, or undefined when it is there or not of a template. */
  async ensure(owner: ClaimOwner, kind: OwnerKind, claim: OwnedClaim): Promise<string | undefined> {
    const { resourceClaimTemplateName: templateName, name } = claim;
    if (templateName === undefined) return undefined;
    const named = owner.status?.resourceClaimStatuses?.find((one) => one.name === name);
    if (named && named.resourceClaimName === undefined) return undefined;
    const present = named?.resourceClaimName && (await this.#claimNow(owner, named.resourceClaimName));
    if (present && isControlledBy(present, owner)) return undefined;
    return (this.find(owner, name) ?? (await this.#create(owner, { kind, name }, templateName))).metadata?.name;
  }

  /** The claim that was made for a pod or a group under a name. */
  find(owner: ClaimOwner, name: string): ResourceClaim | undefined {
    return this.of(owner).find(({ metadata }) => metadata?.annotations?.[POD_CLAIM] === name);
  }

  /** The claims that were made for a pod or a group. */
  of(owner: ClaimOwner): ResourceClaim[] {
    const { store } = this.#context.informers.of(ResourceClaims);
    return this.#claims.current(store.byIndex(BY_OWNER, owner.metadata?.uid ?? ''), (claim) =>
      isControlledBy(claim, owner),
    );
  }

  /** The claim that is written down for an owner: who wrote that may have made it just now. */
  async #claimNow({ metadata }: ClaimOwner, name: string): Promise<ResourceClaim | undefined> {
    const namespace = metadata?.namespace ?? '';
    const known = this.#claims.get(`${namespace}/${name}`);
    if (known) return known;
    return ignoring(isNotFound, this.#context.client.of(ResourceClaims).get(name, { namespace }));
  }

  async #create(
    owner: ClaimOwner,
    called: { readonly kind: OwnerKind; readonly name: string },
    templateName: string,
  ): Promise<ResourceClaim> {
    const namespace = owner.metadata?.namespace ?? '';
    const template = this.#context.informers.of(ResourceClaimTemplates).store.get(templateName, namespace);
    if (template === undefined) {
      const missing = `resourceclaimtemplate.resource.k8s.io "${templateName}" not found`;
      throw new Error(`resource claim template ${JSON.stringify(templateName)}: ${missing}`);
    }
    const claim = claimFromTemplate(owner, called, template);
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
}
