import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { PersistentVolumeBinder } from './persistent-volume-binder.ts';

/** Brings claims and volumes together, has volumes made, and takes care of those that are left. */
export const createPersistentVolumeBinder = (context: ControllerContext, options: ControllersOptions): Runnable =>
  new PersistentVolumeBinder(context, options).controller;
