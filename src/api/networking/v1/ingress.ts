import { loadBalancerWarnings } from '#api/core/v1/load-balancer-status-validation.ts';
import { TypedLocalObjectReference } from '#api/core/v1/references.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  enumeration,
  type Infer,
  inline,
  int32,
  list,
  message,
  opt,
  ptr,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { ingressColumns } from './ingress-columns.ts';
import { ingressStrategy } from './ingress-strategy.ts';
import { validateIngressStatus } from './ingress-validation.ts';

export const ServiceBackendPort = message(
  'io.k8s.api.networking.v1.ServiceBackendPort',
  {
    name: opt(1, string),
    number: opt(2, int32),
  },
  { atomic: true },
);
export interface ServiceBackendPort extends Infer<typeof ServiceBackendPort> {}

export const IngressServiceBackend = message('io.k8s.api.networking.v1.IngressServiceBackend', {
  name: req(1, string),
  port: opt(2, ServiceBackendPort),
});
export interface IngressServiceBackend extends Infer<typeof IngressServiceBackend> {}

export const IngressBackend = message('io.k8s.api.networking.v1.IngressBackend', {
  service: ptr(4, IngressServiceBackend),
  resource: ptr(3, TypedLocalObjectReference),
});
export interface IngressBackend extends Infer<typeof IngressBackend> {}

export const HTTPIngressPath = message('io.k8s.api.networking.v1.HTTPIngressPath', {
  path: opt(1, string),
  pathType: req(3, string, { pointer: true }),
  backend: req(2, IngressBackend),
});
export interface HTTPIngressPath extends Infer<typeof HTTPIngressPath> {}

export const HTTPIngressRuleValue = message('io.k8s.api.networking.v1.HTTPIngressRuleValue', {
  paths: req(1, list(HTTPIngressPath)),
});
export interface HTTPIngressRuleValue extends Infer<typeof HTTPIngressRuleValue> {}

export const IngressTLS = message('io.k8s.api.networking.v1.IngressTLS', {
  hosts: opt(1, list(string)),
  secretName: opt(2, string),
});
export interface IngressTLS extends Infer<typeof IngressTLS> {}

export const IngressRuleValue = message('io.k8s.api.networking.v1.IngressRuleValue', {
  http: ptr(1, HTTPIngressRuleValue, { shown: 'plain' }),
});
export interface IngressRuleValue extends Infer<typeof IngressRuleValue> {}

export const IngressRule = message('io.k8s.api.networking.v1.IngressRule', {
  host: opt(1, string),
  ingressRuleValue: inline(2, IngressRuleValue),
});
export interface IngressRule extends Infer<typeof IngressRule> {}

export const IngressSpec = message('io.k8s.api.networking.v1.IngressSpec', {
  ingressClassName: ptr(4, string),
  defaultBackend: ptr(1, IngressBackend),
  tls: opt(2, list(IngressTLS)),
  rules: opt(3, list(IngressRule)),
});
export interface IngressSpec extends Infer<typeof IngressSpec> {}

export const IngressPortStatus = message('io.k8s.api.networking.v1.IngressPortStatus', {
  port: req(1, int32),
  protocol: req(2, enumeration('TCP', 'UDP', 'SCTP')),
  error: ptr(3, string),
});
export interface IngressPortStatus extends Infer<typeof IngressPortStatus> {}

export const IngressLoadBalancerIngress = message('io.k8s.api.networking.v1.IngressLoadBalancerIngress', {
  ip: opt(1, string),
  hostname: opt(2, string),
  ports: opt(4, list(IngressPortStatus)),
});
export interface IngressLoadBalancerIngress extends Infer<typeof IngressLoadBalancerIngress> {}

export const IngressLoadBalancerStatus = message('io.k8s.api.networking.v1.IngressLoadBalancerStatus', {
  ingress: opt(1, list(IngressLoadBalancerIngress)),
});
export interface IngressLoadBalancerStatus extends Infer<typeof IngressLoadBalancerStatus> {}

export const IngressStatus = message('io.k8s.api.networking.v1.IngressStatus', {
  loadBalancer: opt(1, IngressLoadBalancerStatus),
});
export interface IngressStatus extends Infer<typeof IngressStatus> {}

export const Ingress = message(
  'io.k8s.api.networking.v1.Ingress',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, IngressSpec, { description: 'What is wanted' }),
    status: opt(3, IngressStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Routes HTTP from outside to services' },
);
export interface Ingress extends Infer<typeof Ingress> {}

export const Ingresses: ResourceDefinition<Ingress> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  singular: 'ingress',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Ingress,
  shortNames: ['ing'],
  subresources: {
    status: {
      group: 'networking.k8s.io',
      version: 'v1',
      kind: 'Ingress',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateIngressStatus,
      warn: loadBalancerWarnings,
    },
  },
  columns: ingressColumns,
  strategy: ingressStrategy,
};
