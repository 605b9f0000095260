import { NodeSelector } from '#api/core/v1/affinity.ts';
import { Condition } from '#api/meta/v1/condition.ts';
import {
  bool,
  enumeration,
  type Infer,
  inline,
  list,
  map,
  message,
  opt,
  ptr,
  quantity,
  rawExtension,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { DeviceConfiguration, DeviceToleration } from './device-selector.ts';

export const NetworkDeviceData = message('io.k8s.api.resource.v1.NetworkDeviceData', {
  interfaceName: opt(1, string),
  ips: opt(2, list(string)),
  hardwareAddress: opt(3, string),
});
export interface NetworkDeviceData extends Infer<typeof NetworkDeviceData> {}

export const AllocatedDeviceStatus = message('io.k8s.api.resource.v1.AllocatedDeviceStatus', {
  driver: req(1, string),
  pool: req(2, string),
  device: req(3, string),
  shareID: ptr(7, string),
  conditions: opt(4, list(Condition), { nullWhenEmpty: true, listType: 'map', mapKeys: ['type'] }),
  data: ptr(5, rawExtension),
  networkData: ptr(6, NetworkDeviceData),
});
export interface AllocatedDeviceStatus extends Infer<typeof AllocatedDeviceStatus> {}

export const DeviceRequestAllocationResult = message('io.k8s.api.resource.v1.DeviceRequestAllocationResult', {
  request: req(1, string),
  driver: req(2, string),
  pool: req(3, string),
  device: req(4, string),
  adminAccess: ptr(5, bool),
  tolerations: opt(6, list(DeviceToleration)),
  bindingConditions: opt(7, list(string)),
  bindingFailureConditions: opt(8, list(string)),
  shareID: ptr(9, string),
  consumedCapacity: opt(10, map(quantity)),
});
export interface DeviceRequestAllocationResult extends Infer<typeof DeviceRequestAllocationResult> {}

export const DeviceAllocationConfiguration = message('io.k8s.api.resource.v1.DeviceAllocationConfiguration', {
  source: req(1, enumeration('FromClass', 'FromClaim')),
  requests: opt(2, list(string)),
  deviceConfiguration: inline(3, DeviceConfiguration),
});
export interface DeviceAllocationConfiguration extends Infer<typeof DeviceAllocationConfiguration> {}

export const DeviceAllocationResult = message('io.k8s.api.resource.v1.DeviceAllocationResult', {
  results: opt(1, list(DeviceRequestAllocationResult)),
  config: opt(2, list(DeviceAllocationConfiguration)),
});
export interface DeviceAllocationResult extends Infer<typeof DeviceAllocationResult> {}

export const AllocationResult = message('io.k8s.api.resource.v1.AllocationResult', {
  devices: opt(1, DeviceAllocationResult),
  nodeSelector: ptr(3, NodeSelector),
  allocationTimestamp: ptr(5, time),
});
export interface AllocationResult extends Infer<typeof AllocationResult> {}

export const ResourceClaimConsumerReference = message('io.k8s.api.resource.v1.ResourceClaimConsumerReference', {
  apiGroup: opt(1, string),
  resource: req(3, string),
  name: req(4, string),
  uid: req(5, string),
});
export interface ResourceClaimConsumerReference extends Infer<typeof ResourceClaimConsumerReference> {}

export const ResourceClaimStatus = message('io.k8s.api.resource.v1.ResourceClaimStatus', {
  allocation: ptr(1, AllocationResult),
  reservedFor: opt(2, list(ResourceClaimConsumerReference), {
    patchStrategy: 'merge',
    mergeKey: 'uid',
    listType: 'map',
    mapKeys: ['uid'],
  }),
  devices: opt(4, list(AllocatedDeviceStatus), { listType: 'map', mapKeys: ['driver', 'device', 'pool', 'shareID'] }),
});
export interface ResourceClaimStatus extends Infer<typeof ResourceClaimStatus> {}
