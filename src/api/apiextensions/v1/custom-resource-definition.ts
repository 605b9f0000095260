import { NAME_AND_CREATED_AT } from '#api/columns/columns.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  bool,
  bytes,
  enumeration,
  type Infer,
  int32,
  int64,
  list,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { customResourceDefinitionStrategy } from './custom-resource-definition-strategy.ts';
import { JSONSchemaProps } from './json-schema-props.ts';

export const CustomResourceColumnDefinition = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition',
  {
    name: req(1, string),
    type: req(2, string),
    format: opt(3, string),
    description: opt(4, string),
    priority: opt(5, int32),
    jsonPath: req(6, string),
  },
);
export interface CustomResourceColumnDefinition extends Infer<typeof CustomResourceColumnDefinition> {}

export const ServiceReference = message('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference', {
  namespace: req(1, string),
  name: req(2, string),
  path: ptr(3, string),
  port: ptr(4, int32),
});
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const WebhookClientConfig = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig',
  {
    url: ptr(3, string),
    service: ptr(1, ServiceReference),
    caBundle: opt(2, bytes),
  },
);
export interface WebhookClientConfig extends Infer<typeof WebhookClientConfig> {}

export const WebhookConversion = message('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion', {
  clientConfig: ptr(2, WebhookClientConfig),
  conversionReviewVersions: req(3, list(string)),
});
export interface WebhookConversion extends Infer<typeof WebhookConversion> {}

export const CustomResourceConversion = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion',
  {
    strategy: req(1, enumeration('None', 'Webhook')),
    webhook: ptr(2, WebhookConversion),
  },
);
export interface CustomResourceConversion extends Infer<typeof CustomResourceConversion> {}

export const CustomResourceDefinitionNames = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames',
  {
    plural: req(1, string),
    singular: opt(2, string),
    shortNames: opt(3, list(string)),
    kind: req(4, string),
    listKind: opt(5, string),
    categories: opt(6, list(string)),
  },
);
export interface CustomResourceDefinitionNames extends Infer<typeof CustomResourceDefinitionNames> {}

export const CustomResourceValidation = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation',
  {
    openAPIV3Schema: ptr(1, JSONSchemaProps),
  },
);
export interface CustomResourceValidation extends Infer<typeof CustomResourceValidation> {}

export const CustomResourceSubresourceStatus = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus',
  {},
);
export interface CustomResourceSubresourceStatus extends Infer<typeof CustomResourceSubresourceStatus> {}

export const CustomResourceSubresourceScale = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale',
  {
    specReplicasPath: req(1, string),
    statusReplicasPath: req(2, string),
    labelSelectorPath: ptr(3, string),
  },
);
export interface CustomResourceSubresourceScale extends Infer<typeof CustomResourceSubresourceScale> {}

export const CustomResourceSubresources = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources',
  {
    status: ptr(1, CustomResourceSubresourceStatus),
    scale: ptr(2, CustomResourceSubresourceScale),
  },
);
export interface CustomResourceSubresources extends Infer<typeof CustomResourceSubresources> {}

export const SelectableField = message('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField', {
  jsonPath: req(1, string),
});
export interface SelectableField extends Infer<typeof SelectableField> {}

export const CustomResourceDefinitionVersion = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion',
  {
    name: req(1, string),
    served: req(2, bool),
    storage: req(3, bool),
    deprecated: opt(7, bool),
    deprecationWarning: ptr(8, string),
    schema: ptr(4, CustomResourceValidation),
    subresources: ptr(5, CustomResourceSubresources),
    additionalPrinterColumns: opt(6, list(CustomResourceColumnDefinition)),
    selectableFields: opt(9, list(SelectableField)),
  },
);
export interface CustomResourceDefinitionVersion extends Infer<typeof CustomResourceDefinitionVersion> {}

export const CustomResourceDefinitionSpec = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec',
  {
    group: req(1, string),
    names: req(3, CustomResourceDefinitionNames),
    scope: req(4, enumeration('Cluster', 'Namespaced')),
    versions: req(7, list(CustomResourceDefinitionVersion)),
    conversion: ptr(9, CustomResourceConversion),
    preserveUnknownFields: opt(10, bool),
  },
);
export interface CustomResourceDefinitionSpec extends Infer<typeof CustomResourceDefinitionSpec> {}

export const CustomResourceDefinitionCondition = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition',
  {
    type: req(
      1,
      enumeration(
        'Established',
        'NamesAccepted',
        'NonStructuralSchema',
        'Terminating',
        'KubernetesAPIApprovalPolicyConformant',
        'StorageMigrating',
      ),
    ),
    status: req(2, enumeration('True', 'False', 'Unknown')),
    lastTransitionTime: opt(3, time),
    reason: opt(4, string),
    message: opt(5, string),
    observedGeneration: opt(6, int64),
  },
);
export interface CustomResourceDefinitionCondition extends Infer<typeof CustomResourceDefinitionCondition> {}

export const CustomResourceDefinitionStatus = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus',
  {
    conditions: opt(1, list(CustomResourceDefinitionCondition), { listType: 'map', mapKeys: ['type'] }),
    acceptedNames: opt(2, CustomResourceDefinitionNames),
    storedVersions: opt(3, list(string)),
    observedGeneration: opt(4, int64),
  },
);
export interface CustomResourceDefinitionStatus extends Infer<typeof CustomResourceDefinitionStatus> {}

export const CustomResourceDefinition = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, CustomResourceDefinitionSpec, { description: 'What is wanted' }),
    status: opt(3, CustomResourceDefinitionStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A kind that users add' },
);
export interface CustomResourceDefinition extends Infer<typeof CustomResourceDefinition> {}

export const CustomResourceDefinitions: ResourceDefinition<CustomResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: CustomResourceDefinition,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  subresources: {
    status: {
      group: 'apiextensions.k8s.io',
      version: 'v1',
      kind: 'CustomResourceDefinition',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      resetFields: ['metadata', 'spec'],
    },
  },
  columns: NAME_AND_CREATED_AT,
  strategy: customResourceDefinitionStrategy,
};
