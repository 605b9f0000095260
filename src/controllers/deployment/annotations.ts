import type { Deployment } from '#api/apps/v1/deployment.ts';
import type { ReplicaSet } from '#api/apps/v1/replica-set.ts';
import { maxSurge, replicasOf } from './limits.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';
const MAX_HISTORY = 500;

/** Annotations that belong to one object and are not handed on. */
const OWN = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  HISTORY,
  DESIRED,
  MAX,
  'deprecated.deployment.rollback.to',
]);

type Annotations = Readonly<Record<string, string>>;

const integer = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;

/** Revisions are 64 bits long. */
const revision = (text: string | undefined): bigint | undefined =>
  text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : undefined;

export const revisionOf = ({ metadata }: ReplicaSet): bigint => revision(metadata?.annotations?.[REVISION]) ?? 0n;

/** How many replicas the Deployment wanted when it last scaled this set. */
export const desiredReplicas = ({ metadata }: ReplicaSet) => integer(metadata?.annotations?.[DESIRED]);

/** How many replicas the Deployment allowed in all when it last scaled this set. */
export const maxReplicas = ({ metadata }: ReplicaSet) => integer(metadata?.annotations?.[MAX]);

export const scaleAnnotations = (deployment: Deployment): Annotations => ({
  [DESIRED]: String(replicasOf(deployment)),
  [MAX]: String(replicasOf(deployment) + maxSurge(deployment)),
});

const annotationsOf = ({ metadata }: Deployment | ReplicaSet): readonly [string, string][] =>
  Object.entries(metadata?.annotations ?? {});

/** What a Deployment hands on to its ReplicaSets, and gets back from one when it is rolled back. */
export const inheritedAnnotations = (object: Deployment | ReplicaSet): Annotations =>
  Object.fromEntries(annotationsOf(object).filter(([key]) => !OWN.has(key)));

export const ownAnnotations = (object: Deployment | ReplicaSet): Annotations =>
  Object.fromEntries(annotationsOf(object).filter(([key]) => OWN.has(key)));

/** The annotations of the current ReplicaSet: the Deployment's, its revision, and the revisions it had before. */
export function newSetAnnotations(deployment: Deployment, old: Annotations, wanted: bigint): Annotations {
  const annotations = { ...old, ...inheritedAnnotations(deployment) };
  const before = old[REVISION];
  const number = before === undefined ? 0n : revision(before);
  if (number === undefined || number >= wanted) return annotations;
  const history = before === undefined ? undefined : historyWith(old[HISTORY], before);
  return { ...annotations, [REVISION]: String(wanted), ...(history === undefined ? {} : { [HISTORY]: history }) };
}

/** Drops the oldest revisions where the list would grow too long. */
function historyWith(history: string | undefined, revision: string): string {
  const revisions = history ? history.split(',') : [];
  revisions.push(revision);
  while (revisions.length > 1 && revisions.join(',').length > MAX_HISTORY) revisions.shift();
  return revisions.join(',');
}
