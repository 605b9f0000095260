import { bool, type Infer, inline, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import {
  ConfigMapKeySelector,
  FileKeySelector,
  LocalObjectReference,
  ObjectFieldSelector,
  ResourceFieldSelector,
  SecretKeySelector,
} from './references.ts';

export const ConfigMapEnvSource = message('io.k8s.api.core.v1.ConfigMapEnvSource', {
  localObjectReference: inline(1, LocalObjectReference),
  optional: ptr(2, bool),
});
export interface ConfigMapEnvSource extends Infer<typeof ConfigMapEnvSource> {}

export const SecretEnvSource = message('io.k8s.api.core.v1.SecretEnvSource', {
  localObjectReference: inline(1, LocalObjectReference),
  optional: ptr(2, bool),
});
export interface SecretEnvSource extends Infer<typeof SecretEnvSource> {}

export const EnvFromSource = message('io.k8s.api.core.v1.EnvFromSource', {
  prefix: opt(1, string),
  configMapRef: ptr(2, ConfigMapEnvSource),
  secretRef: ptr(3, SecretEnvSource),
});
export interface EnvFromSource extends Infer<typeof EnvFromSource> {}

export const EnvVarSource = message('io.k8s.api.core.v1.EnvVarSource', {
  fieldRef: ptr(1, ObjectFieldSelector),
  resourceFieldRef: ptr(2, ResourceFieldSelector),
  configMapKeyRef: ptr(3, ConfigMapKeySelector),
  secretKeyRef: ptr(4, SecretKeySelector),
  fileKeyRef: ptr(5, FileKeySelector),
});
export interface EnvVarSource extends Infer<typeof EnvVarSource> {}

export const EnvVar = message(
  'io.k8s.api.core.v1.EnvVar',
  {
    name: req(1, string, { description: 'Name of the variable' }),
    value: opt(2, string, { description: 'Its text; $(NAME) stands for other variables' }),
    valueFrom: ptr(3, EnvVarSource, { description: 'Where its text is taken from' }),
  },
  { description: 'An environment variable' },
);
export interface EnvVar extends Infer<typeof EnvVar> {}
