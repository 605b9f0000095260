import { bool, type Infer, inline, message, opt, ptr, quantity, req, string } from '#machinery/schema/schema.ts';

export const LocalObjectReference = message(
  'io.k8s.api.core.v1.LocalObjectReference',
  {
    name: opt(1, string, { default: '' }),
  },
  { atomic: true },
);
export interface LocalObjectReference extends Infer<typeof LocalObjectReference> {}

export const ConfigMapKeySelector = message(
  'io.k8s.api.core.v1.ConfigMapKeySelector',
  {
    localObjectReference: inline(1, LocalObjectReference),
    key: req(2, string),
    optional: ptr(3, bool),
  },
  { atomic: true },
);
export interface ConfigMapKeySelector extends Infer<typeof ConfigMapKeySelector> {}

export const FileKeySelector = message(
  'io.k8s.api.core.v1.FileKeySelector',
  {
    volumeName: req(1, string),
    path: req(2, string),
    key: req(3, string),
    optional: ptr(4, bool, { default: false }),
  },
  { atomic: true },
);
export interface FileKeySelector extends Infer<typeof FileKeySelector> {}

export const ObjectFieldSelector = message(
  'io.k8s.api.core.v1.ObjectFieldSelector',
  {
    apiVersion: opt(1, string),
    fieldPath: req(2, string),
  },
  { atomic: true },
);
export interface ObjectFieldSelector extends Infer<typeof ObjectFieldSelector> {}

export const ObjectReference = message(
  'io.k8s.api.core.v1.ObjectReference',
  {
    kind: opt(1, string),
    namespace: opt(2, string),
    name: opt(3, string),
    uid: opt(4, string),
    apiVersion: opt(5, string),
    resourceVersion: opt(6, string),
    fieldPath: opt(7, string),
  },
  { atomic: true },
);
export interface ObjectReference extends Infer<typeof ObjectReference> {}

export const ResourceFieldSelector = message(
  'io.k8s.api.core.v1.ResourceFieldSelector',
  {
    containerName: opt(1, string),
    resource: req(2, string),
    divisor: opt(3, quantity),
  },
  { atomic: true },
);
export interface ResourceFieldSelector extends Infer<typeof ResourceFieldSelector> {}

export const SecretKeySelector = message(
  'io.k8s.api.core.v1.SecretKeySelector',
  {
    localObjectReference: inline(1, LocalObjectReference),
    key: req(2, string),
    optional: ptr(3, bool),
  },
  { atomic: true },
);
export interface SecretKeySelector extends Infer<typeof SecretKeySelector> {}

export const SecretReference = message(
  'io.k8s.api.core.v1.SecretReference',
  {
    name: opt(1, string),
    namespace: opt(2, string),
  },
  { atomic: true },
);
export interface SecretReference extends Infer<typeof SecretReference> {}

export const TypedLocalObjectReference = message(
  'io.k8s.api.core.v1.TypedLocalObjectReference',
  {
    apiGroup: ptr(1, string),
    kind: req(2, string),
    name: req(3, string),
  },
  { atomic: true },
);
export interface TypedLocalObjectReference extends Infer<typeof TypedLocalObjectReference> {}

export const TypedObjectReference = message('io.k8s.api.core.v1.TypedObjectReference', {
  apiGroup: ptr(1, string),
  kind: req(2, string),
  name: req(3, string),
  namespace: ptr(4, string),
});
export interface TypedObjectReference extends Infer<typeof TypedObjectReference> {}
