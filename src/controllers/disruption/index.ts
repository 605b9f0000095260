import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { DisruptionController } from './disruption-controller.ts';

/** Counts what may be evicted. */
export const createDisruptionController = (context: ControllerContext, options: ControllersOptions): Runnable =>
  new DisruptionController(context, options).controller;
