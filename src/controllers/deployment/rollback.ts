import type { Deployment } from '#api/apps/v1/deployment.ts';
import type { ReplicaSet } from '#api/apps/v1/replica-set.ts';
import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { POD_TEMPLATE_HASH, sameTemplate } from '../shared/template.ts';
import { inheritedAnnotations, ownAnnotations, revisionOf } from './annotations.ts';
import { allSets, type Sets } from './scale-plan.ts';

/** Which revision a Deployment is to go back to: 0 is the one before the last. Clients of before apps/v1 ask so. */
const ROLLBACK_TO = 'deprecated.deployment.rollback.to';

/** What becomes of a Deployment that is to go back, and what people are told of it. */
export interface Rollback {
  readonly deployment: Deployment;
  readonly told: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string };
}

/** The revision that is asked for; undefined where none is, or something that is no number. */
export function rollbackTo({ metadata }: Deployment): bigint | undefined {
  const text = metadata?.annotations?.[ROLLBACK_TO] ?? '';
  return /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
}

/** The Deployment with the template of an earlier revision, as far as there is one. It is asked for once only. */
export function planRollback(deployment: Deployment, sets: Sets, asked: bigint): Rollback {
  const all = allSets(sets);
  const revision = asked === 0n ? lastButOne(all.map(revisionOf)) : asked;
  if (revision === 0n) return notFound(deployment, 'Unable to find last revision.');
  const set = all.find((one) => revisionOf(one) === revision);
  if (set === undefined) return notFound(deployment, 'Unable to find the revision to rollback to.');
  const name = JSON.stringify(deployment.metadata?.name);
  if (sameTemplate(deployment.spec?.template, set.spec?.template)) {
    const message = `The rollback revision contains the same template as current deployment ${name}`;
    const reason = 'DeploymentRollbackTemplateUnchanged';
    return { deployment: withoutRequest(deployment), told: { type: 'Warning', reason, message } };
  }
  const message = `Rolled back deployment ${name} to revision ${revision}`;
  const told = { type: 'Normal', reason: 'DeploymentRollback', message } as const;
  return { deployment: withoutRequest(rolledBack(deployment, set)), told };
}

const notFound = (deployment: Deployment, message: string): Rollback => ({
  deployment: withoutRequest(deployment),
  told: { type: 'Warning', reason: 'DeploymentRollbackRevisionNotFound', message },
});

function lastButOne(revisions: readonly bigint[]): bigint {
  let [last, before] = [0n, 0n];
  for (const revision of revisions) {
    if (revision >= last) [last, before] = [revision, last];
    else if (revision > before) before = revision;
  }
  return before;
}

/** The annotations go back as well: otherwise the set would get those of the revision that is left. */
function rolledBack(deployment: Deployment, set: ReplicaSet): Deployment {
  const annotations = { ...ownAnnotations(deployment), ...inheritedAnnotations(set) };
  const { metadata, ...template } = set.spec?.template ?? {};
  const { [POD_TEMPLATE_HASH]: _, ...labels } = metadata?.labels ?? {};
  return {
    ...deployment,
    metadata: { ...deployment.metadata, annotations },
    spec: { ...deployment.spec, template: { ...template, metadata: { ...metadata, labels } } as PodTemplateSpec },
  } as Deployment;
}

function withoutRequest({ metadata, ...deployment }: Deployment): Deployment {
  const { [ROLLBACK_TO]: _, ...annotations } = metadata?.annotations ?? {};
  return { ...deployment, metadata: { ...metadata, annotations } };
}
