import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ResourceClaimController } from './resource-claim-controller.ts';

/** Makes claims of templates for pods, and gives back what nobody needs. */
export const createResourceClaimController = (context: ControllerContext): Runnable =>
  new ResourceClaimController(context).controller;
