import { maskTrailingDash } from '#api/meta/v1/object-meta-validation.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { Service, ServiceSpec } from './service.ts';
import { isReachedFromOutside } from './service-access.ts';
import { dropWhatTypeForbids, keepAllocated, linkAddresses, relinkAddresses } from './service-linked-fields.ts';
import { validateService, validateServiceUpdate } from './service-validation.ts';
import { serviceWarnings } from './service-warnings.ts';

/** Three hours. */
const CLIENT_IP_TIMEOUT_SECONDS = 10800;

export const serviceStrategy: Strategy<Service> = {
  returnsDeletedObject: true,
  allowCreateOnUpdate: true,
  validateName: (name, prefix) => isDNS1123Label(prefix ? maskTrailingDash(name) : name),
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  updateChecks: 'changes first',
  warn: (service) => serviceWarnings(service),
  applyDefaults(service) {
    const spec = (service.spec ??= {});
    applySpecDefaults(spec);
    if (spec.type !== 'LoadBalancer') return;
    for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
  },
  prepareForCreate(service) {
    service.status = { loadBalancer: {} };
    if (service.spec) linkAddresses(service.spec);
  },
  prepareForUpdate(service, old) {
    const before = old.spec ?? {};
    if (service.spec) {
      keepAllocated(service.spec, before);
      relinkAddresses(service.spec, before);
      dropWhatTypeForbids(service.spec, before);
    }
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
