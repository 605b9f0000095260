import { SYSTEM_MASTERS } from '#apiserver/user.ts';
import { Simulation } from '#simulation/simulation.ts';
import { type ComponentEnvironment, createComponentContext } from './component-context.ts';
import type { Component } from './component-group.ts';

/** Simulated nodes. They act for many nodes at once, which no node's own user may. */
export const createSimulationComponent = (environment: ComponentEnvironment, nodes: number): Component =>
  new Simulation({
    ...createComponentContext(environment, {
      user: { name: 'system:simulation', groups: [SYSTEM_MASTERS] },
      component: 'simulation',
    }),
    nodes,
  });
