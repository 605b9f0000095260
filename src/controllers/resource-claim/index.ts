import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { ResourceClaimController } from './resource-claim-controller.ts';

/** Makes claims of templates for pods and their groups, and gives back what nobody needs. */
export const createResourceClaimController = (context: ControllerContext, options: ControllersOptions): Runnable =>
  new ResourceClaimController(context, options).controller;
