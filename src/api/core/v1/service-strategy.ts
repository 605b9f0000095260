import { maskTrailingDash } from '#api/meta/v1/object-meta-validation.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { Service, ServiceSpec } from './service.ts';
import { isReachedFromOutside } from './service-access.ts';
import { validateService, validateServiceUpdate } from './service-validation.ts';
import { serviceWarnings } from './service-warnings.ts';

/** Three hours. */
const CLIENT_IP_TIMEOUT_SECONDS = 10800;

export const serviceStrategy: Strategy<Service> = {
  allowCreateOnUpdate: true,
  validateName: (name, prefix) => isDNS1123Label(prefix ? maskTrailingDash(name) : name),
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  warn: (service) => serviceWarnings(service),
  applyDefaults(service) {
    const spec = (service.spec ??= {});
    applySpecDefaults(spec);
    if (spec.type !== 'LoadBalancer') return;
    for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
  },
  prepareForCreate(service) {
    service.status = { loadBalancer: {} };
  },
  prepareForUpdate(service, old) {
    dropWhatTypeForbids(service, old);
    if (service.spec?.type !== 'LoadBalancer') service.status = { ...service.status, loadBalancer: {} };
  },
};

function applySpecDefaults(spec: Mutable<ServiceSpec>): void {
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: CLIENT_IP_TIMEOUT_SECONDS } };
  }
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  if (isReachedFromOutside(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}

/**
 * A service that changes its type loses what only the old type has, unless the client changed that too: then it meant
 * it, and validation has its say.
 */
function dropWhatTypeForbids(service: Mutable<Service>, old: Service): void {
  const { spec } = service;
  const before = old.spec;
  if (spec === undefined || before === undefined) return;
  if (before.type !== 'ExternalName' && spec.type === 'ExternalName') {
    if (spec.clusterIP === before.clusterIP) delete spec.clusterIP;
    for (const name of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const)
      if (deepEqual(spec[name], before[name])) delete spec[name];
  }
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

const needsHealthCheck = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
