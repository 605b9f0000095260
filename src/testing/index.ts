/** `knarr/testing`: a whole cluster inside a test. */

export type { NodeState } from '#simulation/node-fleet.ts';
export type { SimulatedNodeGroup } from '#simulation/node-group.ts';
export type { Simulation, SimulationConfiguration } from '#simulation/simulation.ts';
export type { PodCondition, PodStage } from '#simulation/stage.ts';
export { Cluster, type ClusterOptions } from './cluster.ts';
export type { Endpoint } from './endpoint.ts';
export { VirtualClock } from './virtual-clock.ts';
