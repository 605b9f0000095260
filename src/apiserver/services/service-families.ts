import type { ServiceSpec } from '#api/core/v1/service.ts';
import { familyOf, needsAddress } from '#api/core/v1/service-access.ts';
import { validateServiceAddresses } from '#api/core/v1/service-address-validation.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Mutable } from '#machinery/schema/schema.ts';

/** The families that this cluster has addresses of. */
const CLUSTER_FAMILIES = ['IPv4'] as const;
const DEFAULT_FAMILY = CLUSTER_FAMILIES[0];

const SPEC = new FieldPath('spec');
const POLICY = SPEC.child('ipFamilyPolicy');

type Spec = Mutable<ServiceSpec>;
type Family = 'IPv4' | 'IPv6';

/**
 * Fills in the families of a service's addresses and the policy behind them, from what was sent, what was there before
 * and what the cluster has. Answers why that cannot be, and leaves off then.
 */
export function settleFamilies(spec: Spec, before: ServiceSpec | undefined): FieldError[] {
  if (!needsAddress(spec) || isSettled(spec, before)) return [];
  const isBare = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= before?.ipFamilyPolicy ?? (isBare ? 'RequireDualStack' : 'SingleStack');
  const wrong = validateServiceAddresses(spec);
  if (wrong.length > 0) return wrong;
  const contradictions = [...(before ? releases(spec, before) : []), ...policyErrors(spec), ...inferFamilies(spec)];
  if (contradictions.length > 0) return contradictions;
  if (isBare) {
    settleBare(spec);
    return [];
  }
  const missing = clusterErrors(spec);
  if (missing.length === 0 && !spec.ipFamilies?.length) spec.ipFamilies = [DEFAULT_FAMILY];
  return missing;
}

/** A service that prefers two families and changes nothing of it stays as the cluster was when it was made. */
const isSettled = (spec: ServiceSpec, before: ServiceSpec | undefined): boolean =>
  before !== undefined &&
  spec.ipFamilyPolicy === 'PreferDualStack' &&
  before.ipFamilyPolicy === 'PreferDualStack' &&
  deepEqual(spec.ipFamilies ?? [], before.ipFamilies ?? []) &&
  deepEqual(spec.clusterIPs ?? [], before.clusterIPs ?? []);

/** Who asks for one family and leaves the lists as they were gives the second of each up. */
function releases(spec: Spec, before: ServiceSpec): FieldError[] {
  if (spec.ipFamilyPolicy === 'SingleStack') {
    if (spec.clusterIPs && spec.clusterIPs.length > 1 && deepEqual(spec.clusterIPs, before.clusterIPs))
      spec.clusterIPs = spec.clusterIPs.slice(0, 1);
    if (spec.ipFamilies && spec.ipFamilies.length > 1 && deepEqual(spec.ipFamilies, before.ipFamilies))
      spec.ipFamilies = spec.ipFamilies.slice(0, 1);
    return [];
  }
  return (
    [
      ['clusterIPs', 'cluster IP'],
      ['ipFamilies', 'IP family'],
    ] as const
  )
    .filter(([list]) => isReduced(spec[list] ?? [], before[list] ?? []))
    .map(([, what]) => invalid(POLICY, spec.ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${what}`));
}

const isReduced = (now: readonly string[], had: readonly string[]): boolean =>
  now.length > 0 && now.length < had.length && now.every((each, index) => each === had[index]);

function policyErrors({ ipFamilyPolicy, clusterIPs = [], ipFamilies = [] }: ServiceSpec): FieldError[] {
  if (ipFamilyPolicy !== 'SingleStack') return [];
  const refuse = (what: string) =>
    invalid(
      POLICY,
      ipFamilyPolicy,
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
    );
  return [
    ...(clusterIPs.length === 2 ? [refuse('cluster IPs')] : []),
    ...(ipFamilies.length === 2 ? [refuse('IP families')] : []),
  ];
}

const hasFamily = (family: string): boolean => (CLUSTER_FAMILIES as readonly string[]).includes(family);

/** Addresses have a family, whether it is said or not. */
function inferFamilies(spec: Spec): FieldError[] {
  const errors: FieldError[] = [];
  const { clusterIPs = [] } = spec;
  if (clusterIPs[0] === 'None') return errors;
  for (const [index, address] of clusterIPs.entries()) {
    const families: Family[] = [...((spec.ipFamilies ?? []) as Family[])];
    if (index < families.length) continue;
    const family = familyOf(address);
    if (hasFamily(family)) spec.ipFamilies = [...families, family];
    else
      errors.push(
        invalid(SPEC.child('clusterIPs').index(index), clusterIPs, `${family} is not configured on this cluster`),
      );
  }
  return errors;
}

/** Without an address and without a selector, a service may have any families: nothing follows from them. */
function settleBare(spec: Spec): void {
  const [first = DEFAULT_FAMILY, ...rest] = (spec.ipFamilies ?? []) as Family[];
  const other = first === 'IPv4' ? 'IPv6' : 'IPv4';
  spec.ipFamilies = rest.length === 0 && spec.ipFamilyPolicy !== 'SingleStack' ? [first, other] : [first, ...rest];
}

const clusterErrors = ({ ipFamilyPolicy, ipFamilies = [] }: ServiceSpec): FieldError[] => [
  ...(ipFamilyPolicy === 'RequireDualStack'
    ? [invalid(POLICY, ipFamilyPolicy, 'this cluster is not configured for dual-stack services')]
    : []),
  ...ipFamilies.flatMap((family, index) =>
    hasFamily(family) ? [] : [invalid(SPEC.child('ipFamilies').index(index), family, 'not configured on this cluster')],
  ),
];
