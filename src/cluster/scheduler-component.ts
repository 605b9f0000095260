import { Scheduler } from '#scheduler/scheduler.ts';
import { type ComponentEnvironment, createComponentContext } from './component-context.ts';
import type { Component } from './component-group.ts';

/** The scheduler as its own user. */
export const createSchedulerComponent = (environment: ComponentEnvironment): Component =>
  new Scheduler(
    createComponentContext(environment, {
      user: { name: 'system:kube-scheduler', groups: [] },
      component: 'default-scheduler',
    }),
  );
