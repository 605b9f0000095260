import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { NamespaceController } from './namespace-controller.ts';

/** Empties namespaces that are deleted. */
export const createNamespaceController = (context: ControllerContext, options: ControllersOptions): Runnable =>
  new NamespaceController(context, options).controller;
