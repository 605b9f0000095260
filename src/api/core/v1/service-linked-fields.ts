import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ServiceSpec } from './service.ts';
import { isReachedFromOutside, needsAddress, needsHealthCheck, needsNodePorts } from './service-access.ts';

type Spec = Mutable<ServiceSpec>;

/** A client that knows one address only means the list of it. */
export function linkAddresses(spec: Spec): void {
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
}

/** Who changes or clears the one address and leaves the list as it was means the list, too. */
export function relinkAddresses(spec: Spec, before: ServiceSpec): void {
  if ((spec.clusterIP ?? '') === (before.clusterIP ?? '')) return;
  if (!deepEqual(spec.clusterIPs ?? [], before.clusterIPs ?? [])) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}

/** Who sends what they created, without what the cluster chose since, keeps the choice. */
export function keepAllocated(spec: Spec, before: ServiceSpec): void {
  if (needsAddress(before) && needsAddress(spec)) {
    if (before.clusterIP) spec.clusterIP ||= before.clusterIP;
    if (!spec.clusterIPs?.length && before.clusterIPs?.length) spec.clusterIPs = [...before.clusterIPs];
  }
  if (needsNodePorts(before) && needsNodePorts(spec)) keepNodePorts(spec, before);
  if (needsHealthCheck(before) && needsHealthCheck(spec) && before.healthCheckNodePort)
    spec.healthCheckNodePort ||= before.healthCheckNodePort;
}

/** Ports are known by name; a number that is in use elsewhere already is not kept. */
function keepNodePorts(spec: Spec, before: ServiceSpec): void {
  const numbers = ({ ports = [] }: ServiceSpec) => ports.map(({ nodePort = 0 }) => nodePort);
  const wanted = new Set(numbers(spec));
  const used = new Set(numbers(before).filter((number) => number !== 0 && wanted.has(number)));
  const earlier = new Map((before.ports ?? []).map(({ name = '', nodePort = 0 }) => [name, nodePort]));
  for (const port of spec.ports ?? []) {
    const number = earlier.get(port.name ?? '');
    if (port.nodePort || !number || used.has(number)) continue;
    port.nodePort = number;
    used.add(number);
  }
}

/**
 * A service that changes its type loses what only the old type has, unless the client changed that too: then it meant
 * it, and validation has its say.
 */
export function dropWhatTypeForbids(spec: Spec, before: ServiceSpec): void {
  if (needsAddress(before) && !needsAddress(spec)) {
    if (deepEqual(spec.clusterIPs ?? [], before.clusterIPs ?? []) && spec.clusterIP === before.clusterIP) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    for (const name of ['ipFamilies', 'ipFamilyPolicy'] as const)
      if (deepEqual(spec[name], before[name])) delete spec[name];
  }
  if (needsNodePorts(before) && !needsNodePorts(spec) && sameNodePorts(spec, before))
    for (const port of spec.ports ?? []) delete port.nodePort;
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === before.allocateLoadBalancerNodePorts)
      delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === before.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (isReachedFromOutside(before) && !isReachedFromOutside(spec)) {
    if (spec.externalTrafficPolicy === before.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  }
  if (needsHealthCheck(before) && !needsHealthCheck(spec) && spec.healthCheckNodePort === before.healthCheckNodePort) {
    delete spec.healthCheckNodePort;
  }
}

function sameNodePorts(spec: ServiceSpec, before: ServiceSpec): boolean {
  const numbers = ({ ports = [] }: ServiceSpec) =>
    [...new Set(ports.flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])))].sort();
  return deepEqual(numbers(spec), numbers(before));
}
