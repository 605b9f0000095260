import {
  enumeration,
  type Infer,
  int64,
  message,
  opt,
  ptr,
  rawExtension,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';

export const CELDeviceSelector = message('io.k8s.api.resource.v1.CELDeviceSelector', {
  expression: req(1, string),
});
export interface CELDeviceSelector extends Infer<typeof CELDeviceSelector> {}

export const OpaqueDeviceConfiguration = message('io.k8s.api.resource.v1.OpaqueDeviceConfiguration', {
  driver: req(1, string),
  parameters: req(2, rawExtension),
});
export interface OpaqueDeviceConfiguration extends Infer<typeof OpaqueDeviceConfiguration> {}

export const DeviceConfiguration = message('io.k8s.api.resource.v1.DeviceConfiguration', {
  opaque: ptr(1, OpaqueDeviceConfiguration),
});
export interface DeviceConfiguration extends Infer<typeof DeviceConfiguration> {}

export const DeviceSelector = message('io.k8s.api.resource.v1.DeviceSelector', {
  cel: ptr(1, CELDeviceSelector),
});
export interface DeviceSelector extends Infer<typeof DeviceSelector> {}

export const DeviceTaint = message('io.k8s.api.resource.v1.DeviceTaint', {
  key: req(1, string),
  value: opt(2, string),
  effect: req(3, enumeration('None', 'NoSchedule', 'NoExecute')),
  timeAdded: ptr(4, time),
});
export interface DeviceTaint extends Infer<typeof DeviceTaint> {}

export const DeviceToleration = message('io.k8s.api.resource.v1.DeviceToleration', {
  key: opt(1, string),
  operator: opt(2, enumeration('Exists', 'Equal'), { default: 'Equal' }),
  value: opt(3, string),
  effect: opt(4, enumeration('None', 'NoSchedule', 'NoExecute')),
  tolerationSeconds: ptr(5, int64),
});
export interface DeviceToleration extends Infer<typeof DeviceToleration> {}
