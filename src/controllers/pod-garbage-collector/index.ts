import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { PodGarbageCollector } from './pod-garbage-collector.ts';

/** Removes pods that are left over. */
export const createPodGarbageCollector = (context: ControllerContext, options: ControllersOptions): Runnable =>
  new PodGarbageCollector(context, options);
