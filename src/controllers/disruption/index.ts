import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { DisruptionController } from './disruption-controller.ts';
import { createStaleDisruptionController } from './stale-disruptions.ts';

/** Counts what may be evicted, and takes back marks of evictions that never came. */
export function createDisruptionController(context: ControllerContext, options: ControllersOptions): Runnable {
  const parts = [new DisruptionController(context, options).controller, createStaleDisruptionController(context)];
  return {
    name: 'disruption',
    async run(signal) {
      await Promise.all(parts.map((part) => part.run(signal)));
    },
  };
}
