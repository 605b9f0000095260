import { NodeMetricsResource, PodMetricsResource } from '#api/metrics/v1beta1/metrics.ts';
import { SYSTEM_MASTERS } from '#apiserver/user.ts';
import type { ComputedSource } from '#apiserver/virtual/computed-resource.ts';
import { Simulation, type SimulationConfiguration } from '#simulation/simulation.ts';
import { type ComponentEnvironment, createComponentContext } from './component-context.ts';

/** Simulated nodes, and what is measured of them. They act for many nodes at once, which no node's own user may. */
export function createSimulationComponent(
  environment: ComponentEnvironment,
  configuration: SimulationConfiguration,
): Simulation {
  const simulation = new Simulation({
    ...createComponentContext(environment, {
      user: { name: 'system:simulation', groups: [SYSTEM_MASTERS] },
      component: 'simulation',
    }),
    ...configuration,
  });
  const { pods, nodes } = simulation.metrics;
  environment.apiServer.serveComputed(PodMetricsResource, pods as ComputedSource);
  environment.apiServer.serveComputed(NodeMetricsResource, nodes as ComputedSource);
  environment.apiServer.useLocalNodes({
    has: (node) => simulation.fleet.has(node),
    isReachable: (node) => simulation.fleet.state(node) === 'Running',
    logs: (pod, _container, previous) => (previous ? simulation.logs.previous(pod) : simulation.logs.lines(pod)),
    follow: (pod, _container, listener) => simulation.logs.follow(pod, listener),
  });
  return simulation;
}
