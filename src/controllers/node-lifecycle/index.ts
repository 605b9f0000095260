import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { NodeLifecycleController } from './node-lifecycle-controller.ts';

/** Judges and taints nodes. */
export const createNodeLifecycleController = (context: ControllerContext, options: ControllersOptions): Runnable =>
  new NodeLifecycleController(context, options).controller;
