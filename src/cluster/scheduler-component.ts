import { hostname } from 'node:os';
import { SeriesRecorder } from '#client/events/series-recorder.ts';
import type { SchedulerConfiguration } from '#scheduler/configuration/scheduler-configuration.ts';
import { Scheduler } from '#scheduler/scheduler.ts';
import { type ComponentEnvironment, createComponentContext } from './component-context.ts';
import type { Component } from './component-group.ts';
import { createElectedComponent } from './elected-component.ts';

/** The scheduler as its own user. */
export const createSchedulerComponent = (
  environment: ComponentEnvironment,
  configuration: Partial<SchedulerConfiguration> = {},
): Component => {
  const component = 'default-scheduler';
  const context = createComponentContext(environment, {
    user: { name: 'system:kube-scheduler', groups: [] },
    component,
  });
  const { client, clock, logger } = context;
  const events = new SeriesRecorder(client, { component, host: hostname(), clock, logger });
  const { featureGates } = environment.apiServer;
  const scheduler = new Scheduler({ ...context, events, featureGates, ...configuration });
  return { name: scheduler.name, run: (signal) => scheduler.run(signal).finally(() => events.end()) };
};

/** The same where there are several instances: that one schedules which holds the Lease. */
export const createElectedScheduler = (
  environment: ComponentEnvironment,
  identity: string,
  configuration: Partial<SchedulerConfiguration> = {},
): Component =>
  createElectedComponent('kube-scheduler', environment, {
    identity,
    user: 'system:kube-scheduler',
    eventSource: 'default-scheduler',
    create: (elected) => createSchedulerComponent(elected, configuration),
  });
