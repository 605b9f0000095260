import { setMaxListeners } from 'node:events';
import { serviceAccountUser } from '#apiserver/user.ts';
import type { Cell } from '#base/metrics/metric-registry.ts';
import { Manager, type Runnable } from '#controller/manager.ts';
import { chooseControllers } from '#controllers/choose-controllers.ts';
import { type ControllerEntry, type ControllersOptions, controllers } from '#controllers/index.ts';
import { type ComponentContext, type ComponentEnvironment, createComponentContext } from './component-context.ts';
import type { Component } from './component-group.ts';
import { createElectedComponent } from './elected-component.ts';

export interface ControllerManagerOptions extends ControllersOptions {
  /** Names of the controllers to run, as `chooseControllers` reads them; those that run by default when absent. */
  readonly only?: readonly string[];
}

/** The built-in controllers over one set of informers, each with the rights of its own service account. */
export function createControllerManager(
  environment: ComponentEnvironment,
  { only, ...given }: ControllerManagerOptions = {},
): Component {
  const { apiServer } = environment;
  const options: ControllersOptions = {
    signServiceAccountToken: (specification) => apiServer.signForSecret(specification),
    featureGates: apiServer.featureGates,
    resources: () => apiServer.definitions(),
    onResourcesChanged: (listener) => apiServer.onResourcesChanged(listener),
    ...given,
  };
  const user = { name: 'system:kube-controller-manager', groups: ['system:authenticated'] };
  const shared = createComponentContext(environment, { user, component: 'controllermanager' });
  const contexts: ComponentContext[] = [shared];
  const manager = new Manager(shared);
  const running = apiServer.metrics.gauge('running_managed_controllers', 'Controllers that run', ['manager', 'name']);
  for (const entry of pick(only, apiServer.featureGates)) {
    const { serviceAccount, eventSource = serviceAccount ?? 'controllermanager' } = entry;
    const own = createComponentContext(environment, {
      user: serviceAccount === undefined ? user : serviceAccountUser('kube-system', serviceAccount, ''),
      component: eventSource,
    });
    contexts.push(own);
    manager.add(
      counted(entry.create({ ...own, informers: shared.informers }, options), running.labels(MANAGER, entry.name)),
    );
  }
  return {
    name: 'controller-manager',
    async run(signal) {
      // Every controller and every informer listens.
      setMaxListeners(0, signal);
      await manager.run(signal);
      await Promise.all(contexts.map(({ events }) => events.flush()));
    },
  };
}

/** The same where there are several instances: that one runs the controllers which holds the Lease. */
export const createElectedControllerManager = (
  environment: ComponentEnvironment,
  identity: string,
  options?: ControllerManagerOptions,
): Component =>
  createElectedComponent('kube-controller-manager', environment, {
    identity,
    user: 'system:kube-controller-manager',
    eventSource: 'kube-controller-manager',
    create: (own) => createControllerManager(own, options),
  });

const MANAGER = 'kube-controller-manager';

/** The same, telling while it runs. */
const counted = (runnable: Runnable, cell: Cell): Runnable => ({
  name: runnable.name,
  async run(signal) {
    cell.set(1);
    try {
      await runnable.run(signal);
    } finally {
      cell.set(0);
    }
  },
});

const pick = (only: readonly string[] = ['*'], gates: ReadonlySet<string>): readonly ControllerEntry[] =>
  chooseControllers(controllers, only).filter(({ feature }) => feature === undefined || gates.has(feature));
