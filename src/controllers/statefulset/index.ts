import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { StatefulSetController } from './stateful-set-controller.ts';

/** Keeps StatefulSets' pods. */
export const createStatefulSetController = (context: ControllerContext): Runnable =>
  new StatefulSetController(context).controller;
