import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { StatefulSetController } from './stateful-set-controller.ts';

/** Keeps StatefulSets' pods. */
export const createStatefulSetController = (context: ControllerContext, options: ControllersOptions): Runnable =>
  new StatefulSetController(context, options).controller;
