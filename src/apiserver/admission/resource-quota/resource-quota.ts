import { type ResourceQuota, ResourceQuotas } from '#api/core/v1/resource-quota.ts';
import { addAmounts, mask, maxAmounts, readAmounts, writeAmounts } from '#api/quota/amounts.ts';
import { countUsage } from '#api/quota/evaluators.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionPlugin, Settle } from '../admission.ts';
import type { AdmissionSource } from '../admission-source.ts';
import { forbidden, isAbout, resourceOf } from '../requests.ts';
import type { LimitedResource } from './limited-resources.ts';
import { chargeFor, type Demand, demandOf, type QuotaRequest } from './quota-demand.ts';
import { QuotaLedger } from './quota-ledger.ts';
import { QuotaRefusal } from './quota-refusal.ts';

/** Who recounts what is used. */
const CONTROLLER = 'system:serviceaccount:kube-system:resourcequota-controller';

/**
 * Keeps namespaces within their quotas. A quota's status is the ledger: it is charged before the object is stored, and
 * gets the charge back when the object is not stored after all. Dry runs are checked, and charge nothing.
 */
export function createResourceQuotaAdmission(
  source: AdmissionSource,
  limited: readonly LimitedResource[] = [],
): AdmissionPlugin {
  const ledger = new QuotaLedger(source);
  return {
    name: 'ResourceQuota',
    mutate(attributes) {
      const { operation, user } = attributes;
      if (operation !== 'UPDATE' || user.name !== CONTROLLER || !isAbout(attributes, 'resourcequotas', 'status'))
        return;
      return raise(attributes.object as Mutable<ResourceQuota>, source, ledger);
    },
    validate(attributes) {
      const request = quotaRequest(attributes);
      const { namespace } = attributes.target;
      if (request === undefined) return undefined;
      const quotas = source.list(ResourceQuotas, namespace);
      if (quotas.length === 0 && limited.length === 0) return undefined;
      return refusing(attributes, async () => {
        const demand = demandOf(request, quotas, { now: source.clock.now(), limited });
        if (demand === undefined) return undefined;
        if (attributes.dryRun) return checkOnly(quotas, demand);
        return ledger.charge(namespace, demand, () => isStored(attributes, source));
      });
    },
  };
}

/** Undefined for what no quota can be concerned with. */
function quotaRequest({ operation, target, definition, object, oldObject }: AdmissionAttributes) {
  if (operation !== 'CREATE' && operation !== 'UPDATE') return undefined;
  if (!definition.namespaced || definition.plural === 'events' || !object) return undefined;
  const resource = resourceOf(definition);
  return { resource, operation, subresource: target.subresource, object, oldObject } satisfies QuotaRequest;
}

async function refusing(attributes: AdmissionAttributes, work: () => Promise<Settle | undefined>) {
  try {
    return await work();
  } catch (error) {
    throw error instanceof QuotaRefusal ? forbidden(attributes, error.message) : error;
  }
}

function checkOnly(quotas: readonly ResourceQuota[], demand: Demand): undefined {
  for (const quota of quotas) chargeFor(quota, readAmounts(quota.status?.used), demand);
}

/** Whether the caches hold what a request writes. */
function isStored({ definition, target, object, oldObject }: AdmissionAttributes, source: AdmissionSource): boolean {
  const stored = source.get(definition as AnyResourceDefinition, target.namespace, object?.metadata?.name ?? '');
  if (stored === undefined) return false;
  return oldObject === undefined
    ? stored.metadata?.uid === object?.metadata?.uid
    : stored.metadata?.resourceVersion !== oldObject.metadata?.resourceVersion;
}

/** The controller counts what it has heard of: it must not free what was charged for meanwhile. */
async function raise(quota: Mutable<ResourceQuota>, source: AdmissionSource, ledger: QuotaLedger): Promise<void> {
  const { name = '', namespace = '' } = quota.metadata ?? {};
  const charged = await ledger.underWay(namespace, name);
  const list = (resource: string) => {
    const definition = source.definition(resource);
    return definition && source.list(definition, namespace);
  };
  const counted = countUsage(source.get(ResourceQuotas, namespace, name)?.spec, list, source.clock.now());
  const sent = readAmounts(quota.status?.used);
  const least = mask(addAmounts(counted, mask(charged, counted.keys())), sent.keys());
  quota.status = { ...quota.status, used: writeAmounts(maxAmounts(sent, least)) };
}
