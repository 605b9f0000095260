import { SYSTEM_MASTERS } from '#apiserver/user.ts';
import { Simulation, type SimulationConfiguration } from '#simulation/simulation.ts';
import { type ComponentEnvironment, createComponentContext } from './component-context.ts';

/** Simulated nodes. They act for many nodes at once, which no node's own user may. */
export const createSimulationComponent = (
  environment: ComponentEnvironment,
  configuration: SimulationConfiguration,
): Simulation =>
  new Simulation({
    ...createComponentContext(environment, {
      user: { name: 'system:simulation', groups: [SYSTEM_MASTERS] },
      component: 'simulation',
    }),
    ...configuration,
  });
