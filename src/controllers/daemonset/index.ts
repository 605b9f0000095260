import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { DaemonSetController } from './daemon-set-controller.ts';

/** Keeps DaemonSets' pods. */
export const createDaemonSetController = (context: ControllerContext): Runnable =>
  new DaemonSetController(context).controller;
