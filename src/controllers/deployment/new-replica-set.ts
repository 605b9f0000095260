import type { Deployment } from '#api/apps/v1/deployment.ts';
import type { ReplicaSet } from '#api/apps/v1/replica-set.ts';
import { newControllerReference } from '#controller/owner-references.ts';
import { hashedName, safeHash } from '../shared/safe-hash.ts';
import { POD_TEMPLATE_HASH, sameTemplate } from '../shared/template.ts';
import { newSetAnnotations, revisionOf, scaleAnnotations } from './annotations.ts';
import { byAge, newSetSize, type Sets } from './scale-plan.ts';

/** Tells the ReplicaSet of the Deployment's template, the oldest where there are several, from the others. */
export function sortSets({ spec }: Deployment, sets: readonly ReplicaSet[]): Sets {
  const current = [...sets].sort(byAge).find((set) => sameTemplate(set.spec?.template, spec?.template));
  return { current, old: sets.filter((set) => set !== current) };
}

/** The revision of the current template: one more than any other set has. */
export function nextRevision({ old }: Sets): bigint {
  let highest = 0n;
  for (const revision of old.map(revisionOf)) if (revision > highest) highest = revision;
  return highest + 1n;
}

/** The ReplicaSet of the Deployment's template, to be created. */
export function newReplicaSet(deployment: Deployment, sets: Sets): ReplicaSet {
  const { name = '', namespace } = deployment.metadata ?? {};
  const { template, selector, minReadySeconds } = deployment.spec ?? {};
  const hash = safeHash(template, deployment.status?.collisionCount);
  const labels = { ...template?.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  return {
    metadata: {
      name: hashedName(name, hash),
      namespace,
      labels,
      annotations: {
        ...newSetAnnotations(deployment, {}, nextRevision(sets)),
        ...scaleAnnotations(deployment),
      },
      ownerReferences: [newControllerReference(deployment, { apiVersion: 'apps/v1', kind: 'Deployment' })],
    },
    spec: {
      replicas: newSetSize(deployment, { current: undefined, old: sets.old }),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template?.metadata, labels } },
      ...(minReadySeconds ? { minReadySeconds } : {}),
    },
  };
}

/** Old ReplicaSets beyond the history limit, the earliest revisions, as far as nothing runs of them. */
export function expiredSets({ spec }: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = spec?.revisionHistoryLimit;
  if (limit === undefined || limit === 2 ** 31 - 1) return [];
  const present = old.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  return present
    .sort((a, b) => Number(revisionOf(a) - revisionOf(b)) || byAge(a, b))
    .slice(0, Math.max(0, present.length - limit))
    .filter(({ metadata, spec: wanted, status }) => {
      const empty = (wanted?.replicas ?? 0) === 0 && (status?.replicas ?? 0) === 0;
      return empty && (metadata?.generation ?? 0) <= (status?.observedGeneration ?? 0);
    });
}
