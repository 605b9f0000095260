import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { GarbageCollector } from './garbage-collector.ts';

/** Deletes what belongs to nobody any more. */
export const createGarbageCollector = (context: ControllerContext, options: ControllersOptions): Runnable =>
  new GarbageCollector(context, options);
