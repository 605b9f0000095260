import { NodeSelector } from '#api/core/v1/affinity.ts';
import {
  bool,
  type Infer,
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
import { DeviceTaint } from './device-selector.ts';

export const CapacityRequestPolicyRange = message('io.k8s.api.resource.v1.CapacityRequestPolicyRange', {
  min: ptr(1, quantity, { shown: 'required' }),
  max: ptr(2, quantity),
  step: ptr(3, quantity),
});
export interface CapacityRequestPolicyRange extends Infer<typeof CapacityRequestPolicyRange> {}

export const CapacityRequestPolicy = message('io.k8s.api.resource.v1.CapacityRequestPolicy', {
  default: ptr(1, quantity),
  validValues: opt(3, list(quantity)),
  validRange: ptr(4, CapacityRequestPolicyRange),
});
export interface CapacityRequestPolicy extends Infer<typeof CapacityRequestPolicy> {}

export const Counter = message('io.k8s.api.resource.v1.Counter', {
  value: req(1, quantity),
});
export interface Counter extends Infer<typeof Counter> {}

export const CounterSet = message('io.k8s.api.resource.v1.CounterSet', {
  name: req(1, string),
  counters: opt(2, map(Counter), { shown: 'required' }),
});
export interface CounterSet extends Infer<typeof CounterSet> {}

export const DeviceAttribute = message('io.k8s.api.resource.v1.DeviceAttribute', {
  int: ptr(2, int64),
  bool: ptr(3, bool),
  string: ptr(4, string),
  version: ptr(5, string),
  ints: opt(6, list(int64), { disabledBy: 'DRAListTypeAttributes' }),
  bools: opt(7, list(bool), { disabledBy: 'DRAListTypeAttributes' }),
  strings: opt(8, list(string), { disabledBy: 'DRAListTypeAttributes' }),
  versions: opt(9, list(string), { disabledBy: 'DRAListTypeAttributes' }),
});
export interface DeviceAttribute extends Infer<typeof DeviceAttribute> {}

export const DeviceCapacity = message('io.k8s.api.resource.v1.DeviceCapacity', {
  value: req(1, quantity),
  requestPolicy: ptr(2, CapacityRequestPolicy),
});
export interface DeviceCapacity extends Infer<typeof DeviceCapacity> {}

export const DeviceCounterConsumption = message('io.k8s.api.resource.v1.DeviceCounterConsumption', {
  counterSet: req(1, string),
  counters: opt(2, map(Counter), { shown: 'required' }),
});
export interface DeviceCounterConsumption extends Infer<typeof DeviceCounterConsumption> {}

export const NodeAllocatableResourceMapping = message('io.k8s.api.resource.v1.NodeAllocatableResourceMapping', {
  capacityKey: ptr(1, string),
  allocationMultiplier: ptr(2, quantity),
});
export interface NodeAllocatableResourceMapping extends Infer<typeof NodeAllocatableResourceMapping> {}

export const Device = message('io.k8s.api.resource.v1.Device', {
  name: req(1, string),
  attributes: opt(2, map(DeviceAttribute)),
  capacity: opt(3, map(DeviceCapacity)),
  consumesCounters: opt(4, list(DeviceCounterConsumption)),
  nodeName: ptr(5, string),
  nodeSelector: ptr(6, NodeSelector),
  allNodes: ptr(7, bool),
  taints: opt(8, list(DeviceTaint)),
  bindsToNode: ptr(9, bool),
  bindingConditions: opt(10, list(string)),
  bindingFailureConditions: opt(11, list(string)),
  allowMultipleAllocations: ptr(12, bool),
  nodeAllocatableResourceMappings: opt(13, map(NodeAllocatableResourceMapping), {
    disabledBy: 'DRANodeAllocatableResources',
  }),
});
export interface Device extends Infer<typeof Device> {}
