import type { PluginFactory } from '../framework/plugin-context.ts';
import { defaultPreemption } from './default-preemption/default-preemption.ts';
import { dynamicResources } from './dynamic-resources/dynamic-resources.ts';
import { gangScheduling } from './gang-scheduling/gang-scheduling.ts';
import { imageLocality } from './image-locality/image-locality.ts';
import { interPodAffinity } from './inter-pod-affinity/inter-pod-affinity.ts';
import { nodeAffinity } from './node-affinity/node-affinity.ts';
import { nodeDeclaredFeatures } from './node-declared-features/node-declared-features.ts';
import { nodeName } from './node-name/node-name.ts';
import { nodePorts } from './node-ports/node-ports.ts';
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation/node-resources-balanced-allocation.ts';
import { nodeResourcesFit } from './node-resources-fit/node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable/node-unschedulable.ts';
import { nodeVolumeLimits } from './node-volume-limits/node-volume-limits.ts';
import { podGroupPodsCount } from './pod-group-pods-count/pod-group-pods-count.ts';
import { podTopologySpread } from './pod-topology-spread/pod-topology-spread.ts';
import { prioritySort } from './priority-sort/priority-sort.ts';
import { schedulingGates } from './scheduling-gates/scheduling-gates.ts';
import { taintToleration } from './taint-toleration/taint-toleration.ts';
import { topologyPlacementGenerator } from './topology-placement-generator/topology-placement-generator.ts';
import { volumeBinding } from './volume-binding/volume-binding.ts';
import { volumeRestrictions } from './volume-restrictions/volume-restrictions.ts';
import { volumeZone } from './volume-zone/volume-zone.ts';

/** A plugin as profiles know it. */
export interface PluginEntry {
  readonly create: PluginFactory<never>;
  /** The weight of its scores in the default profile. */
  readonly weight?: number;
}

/** Every plugin, in the order of the default profile: cheap and decisive filters first. */
export const pluginRegistry: ReadonlyMap<string, PluginEntry> = new Map<string, PluginEntry>([
  ['SchedulingGates', { create: schedulingGates }],
  ['PrioritySort', { create: prioritySort }],
  ['NodeUnschedulable', { create: nodeUnschedulable }],
  ['NodeName', { create: nodeName }],
  ['TaintToleration', { create: taintToleration, weight: 3 }],
  ['NodeAffinity', { create: nodeAffinity, weight: 2 }],
  ['NodePorts', { create: nodePorts }],
  ['NodeResourcesFit', { create: nodeResourcesFit, weight: 1 }],
  ['VolumeRestrictions', { create: volumeRestrictions }],
  ['NodeVolumeLimits', { create: nodeVolumeLimits }],
  ['VolumeBinding', { create: volumeBinding }],
  ['VolumeZone', { create: volumeZone }],
  ['PodTopologySpread', { create: podTopologySpread, weight: 2 }],
  ['InterPodAffinity', { create: interPodAffinity, weight: 2 }],
  ['DynamicResources', { create: dynamicResources }],
  ['DefaultPreemption', { create: defaultPreemption }],
  ['NodeResourcesBalancedAllocation', { create: nodeResourcesBalancedAllocation, weight: 1 }],
  ['ImageLocality', { create: imageLocality, weight: 1 }],
  ['NodeDeclaredFeatures', { create: nodeDeclaredFeatures }],
  ['GangScheduling', { create: gangScheduling }],
  ['TopologyPlacementGenerator', { create: topologyPlacementGenerator }],
  ['PodGroupPodsCount', { create: podGroupPodsCount, weight: 1 }],
]);
