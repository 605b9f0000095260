import { append } from '#base/append.ts';
import { cidrWarnings, ipWarnings } from '#machinery/names/ip-checks.ts';
import type { Service, ServiceSpec } from './service.ts';

const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';

/** What is odd about a service, though it is valid. */
export function serviceWarnings({ metadata, spec = {} }: Service): string[] {
  const warnings: string[] = [];
  if (metadata?.annotations?.[HINTS] !== undefined)
    warnings.push(`annotation ${HINTS} is deprecated, please use ${MODE} instead`);
  const headless = spec.type === 'ClusterIP' && spec.clusterIP === 'None';
  if (spec.clusterIP && spec.clusterIP !== 'None') append(warnings, eachAddress(spec.clusterIPs, 'spec.clusterIPs'));
  if (headless) append(warnings, ignoredByHeadless(spec));
  append(warnings, eachAddress(spec.externalIPs, 'spec.externalIPs'));
  if (spec.externalIPs?.length && !headless && spec.type !== 'ExternalName')
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (spec.loadBalancerIP) append(warnings, ipWarnings('spec.loadBalancerIP', spec.loadBalancerIP));
  for (const [position, range] of (spec.loadBalancerSourceRanges ?? []).entries())
    append(warnings, cidrWarnings(`spec.loadBalancerSourceRanges[${position}]`, range));
  if (spec.type === 'ExternalName') {
    if (spec.externalIPs?.length) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  } else if (spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

function ignoredByHeadless(spec: ServiceSpec): string[] {
  const warnings: string[] = [];
  if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
  if (spec.externalIPs?.length) warnings.push('spec.externalIPs is ignored for headless services');
  if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  return warnings;
}

const eachAddress = (addresses: readonly string[] | undefined, field: string): string[] =>
  (addresses ?? []).flatMap((ip, position) => ipWarnings(`${field}[${position}]`, ip));
