import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type { Cell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';

const MADE_FROM = 'resource.kubernetes.io/pod-claim-name';
const EXTENDED = 'resource.kubernetes.io/extended-resource-claim';

/** Whether any request of a claim wants devices for those who look after them. */
export const isForAdmins = ({ spec }: ResourceClaim): boolean =>
  spec?.devices?.requests?.some(({ exactly }) => exactly?.adminAccess === true) ?? false;

/** Tells how many claims there are; counts those that are made, by what came of it and whether they are for admins. */
export function countClaims(registry: MetricRegistry | undefined, claims: () => readonly ResourceClaim[]) {
  registry?.collected('gauge', 'resourceclaim_controller_resource_claims', {
    help: 'Claims for devices',
    labels: ['allocated', 'admin_access', 'source'],
    collect: () => groups(claims()),
  });
  const created: Labelled<Cell> | undefined = registry?.counter(
    'resourceclaim_controller_creates_total',
    'Claims that were to be made from templates',
    ['status', 'admin_access'],
  );
  return created;
}

function* groups(claims: readonly ResourceClaim[]): Iterable<readonly [readonly string[], number]> {
  const counts = new Map<string, number>();
  for (const claim of claims) {
    const key = [claim.status?.allocation !== undefined, isForAdmins(claim), sourceOf(claim)].join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) {
    const [allocated = '', admin = '', source = ''] = key.split(' ');
    yield [[allocated, admin, source], count];
  }
}

function sourceOf({ metadata }: ResourceClaim): string {
  if (metadata?.annotations?.[EXTENDED] !== undefined) return 'extended_resource';
  return metadata?.annotations?.[MADE_FROM] === undefined ? '' : 'resource_claim_template';
}
