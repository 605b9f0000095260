import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { AttachDetachController } from './attach-detach-controller.ts';

/** Asks drivers to attach the volumes of pods to their nodes, and to detach them afterwards. */
export const createAttachDetachController = (context: ControllerContext): Runnable =>
  new AttachDetachController(context).controller;
