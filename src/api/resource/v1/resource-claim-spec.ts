import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import {
  bool,
  type Infer,
  inline,
  int64,
  list,
  map,
  message,
  opt,
  ptr,
  quantity,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { DeviceConfiguration, DeviceSelector, DeviceToleration } from './device-selector.ts';

export const CapacityRequirements = message('io.k8s.api.resource.v1.CapacityRequirements', {
  requests: opt(1, map(quantity)),
});
export interface CapacityRequirements extends Infer<typeof CapacityRequirements> {}

export const ExactDeviceRequest = message('io.k8s.api.resource.v1.ExactDeviceRequest', {
  deviceClassName: req(1, string),
  selectors: opt(2, list(DeviceSelector)),
  allocationMode: opt(3, string),
  count: opt(4, int64),
  adminAccess: ptr(5, bool),
  tolerations: opt(6, list(DeviceToleration)),
  capacity: ptr(7, CapacityRequirements),
});
export interface ExactDeviceRequest extends Infer<typeof ExactDeviceRequest> {}

export const DeviceSubRequest = message('io.k8s.api.resource.v1.DeviceSubRequest', {
  name: req(1, string),
  deviceClassName: req(2, string),
  selectors: opt(3, list(DeviceSelector)),
  allocationMode: opt(4, string),
  count: opt(5, int64),
  tolerations: opt(6, list(DeviceToleration)),
  capacity: ptr(7, CapacityRequirements),
});
export interface DeviceSubRequest extends Infer<typeof DeviceSubRequest> {}

export const DeviceRequest = message('io.k8s.api.resource.v1.DeviceRequest', {
  name: req(1, string),
  exactly: ptr(2, ExactDeviceRequest),
  firstAvailable: opt(3, list(DeviceSubRequest)),
});
export interface DeviceRequest extends Infer<typeof DeviceRequest> {}

export const DeviceConstraint = message('io.k8s.api.resource.v1.DeviceConstraint', {
  requests: opt(1, list(string)),
  matchAttribute: ptr(2, string),
  distinctAttribute: ptr(3, string),
});
export interface DeviceConstraint extends Infer<typeof DeviceConstraint> {}

export const DeviceClaimConfiguration = message('io.k8s.api.resource.v1.DeviceClaimConfiguration', {
  requests: opt(1, list(string)),
  deviceConfiguration: inline(2, DeviceConfiguration),
});
export interface DeviceClaimConfiguration extends Infer<typeof DeviceClaimConfiguration> {}

export const DeviceClaim = message('io.k8s.api.resource.v1.DeviceClaim', {
  requests: opt(1, list(DeviceRequest), { nullWhenEmpty: true }),
  constraints: opt(2, list(DeviceConstraint)),
  config: opt(3, list(DeviceClaimConfiguration)),
});
export interface DeviceClaim extends Infer<typeof DeviceClaim> {}

export const ResourceClaimSpec = message('io.k8s.api.resource.v1.ResourceClaimSpec', {
  devices: opt(1, DeviceClaim),
});
export interface ResourceClaimSpec extends Infer<typeof ResourceClaimSpec> {}

export const ResourceClaimTemplateSpec = message('io.k8s.api.resource.v1.ResourceClaimTemplateSpec', {
  metadata: opt(1, ObjectMeta),
  spec: req(2, ResourceClaimSpec),
});
export interface ResourceClaimTemplateSpec extends Infer<typeof ResourceClaimTemplateSpec> {}
