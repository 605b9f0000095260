import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { DeploymentController } from './deployment-controller.ts';

/** Rolls Deployments out. */
export const createDeploymentController = (context: ControllerContext): Runnable =>
  new DeploymentController(context).controller;
