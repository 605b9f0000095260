import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { JobController } from './job-controller.ts';
import { createJobOrphanController } from './orphans.ts';

/** Runs Jobs, and lets go of pods that are no Job's any more. */
export function createJobController(context: ControllerContext): Runnable {
  const parts = [new JobController(context).controller, createJobOrphanController(context)];
  return {
    name: 'job',
    async run(signal) {
      await Promise.all(parts.map((part) => part.run(signal)));
    },
  };
}
