/** `knarr/testing`: a whole cluster inside a test. */

export { createLogger, type Logger } from '#base/logger.ts';
export { readSimulationConfiguration } from '#simulation/configuration.ts';
export type { NodeState } from '#simulation/node-fleet.ts';
export type { SimulatedNodeGroup } from '#simulation/node-group.ts';
export type { Simulation, SimulationConfiguration } from '#simulation/simulation.ts';
export type { PodCondition, PodOutcome, PodPhase, PodSelector, PodStage } from '#simulation/stage.ts';
export type { PodUsage } from '#simulation/usage.ts';
export { SimulationError } from '#simulation/validation.ts';
export { Cluster, type ClusterOptions } from './cluster.ts';
export type { Endpoint } from './endpoint.ts';
export { VirtualClock } from './virtual-clock.ts';
export { type WaitOptions, waitFor } from './wait-for.ts';
