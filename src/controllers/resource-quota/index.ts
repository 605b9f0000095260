import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { ResourceQuotaController } from './resource-quota-controller.ts';

/** Counts what namespaces use of their quotas. */
export const createResourceQuotaController = (context: ControllerContext, options: ControllersOptions): Runnable =>
  new ResourceQuotaController(context, options);
