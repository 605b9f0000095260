import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  bool,
  bytes,
  enumeration,
  type Infer,
  int32,
  list,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { apiServiceColumns } from './api-service-columns.ts';
import { apiServiceStrategy } from './api-service-strategy.ts';
import { validateAPIServiceStatus } from './api-service-validation.ts';

export const ServiceReference = message('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference', {
  namespace: opt(1, string),
  name: opt(2, string),
  port: ptr(3, int32),
});
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const APIServiceSpec = message('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec', {
  service: ptr(1, ServiceReference),
  group: opt(2, string),
  version: opt(3, string),
  insecureSkipTLSVerify: opt(4, bool),
  caBundle: opt(5, bytes, { listType: 'atomic' }),
  groupPriorityMinimum: req(7, int32),
  versionPriority: req(8, int32),
});
export interface APIServiceSpec extends Infer<typeof APIServiceSpec> {}

export const APIServiceCondition = message('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition', {
  type: req(1, enumeration('Available')),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastTransitionTime: opt(3, time),
  reason: opt(4, string),
  message: opt(5, string),
});
export interface APIServiceCondition extends Infer<typeof APIServiceCondition> {}

export const APIServiceStatus = message('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus', {
  conditions: opt(1, list(APIServiceCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
});
export interface APIServiceStatus extends Infer<typeof APIServiceStatus> {}

export const APIService = message(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, APIServiceSpec, { description: 'What is wanted' }),
    status: opt(3, APIServiceStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A group and version of the API, and who serves it' },
);
export interface APIService extends Infer<typeof APIService> {}

export const APIServices: ResourceDefinition<APIService> = {
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  singular: 'apiservice',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: APIService,
  categories: ['api-extensions'],
  subresources: {
    status: {
      group: 'apiregistration.k8s.io',
      version: 'v1',
      kind: 'APIService',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateAPIServiceStatus,
    },
  },
  columns: apiServiceColumns,
  strategy: apiServiceStrategy,
};
