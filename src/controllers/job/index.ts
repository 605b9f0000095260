import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { JobController } from './job-controller.ts';
import { createJobOrphanController } from './orphans.ts';

/** Runs Jobs, and lets go of pods that are no Job's any more. */
export function createJobController(context: ControllerContext, { featureGates }: ControllersOptions): Runnable {
  const withGangs = featureGates?.has('WorkloadWithJob') ?? false;
  const parts = [new JobController(context, { withGangs }).controller, createJobOrphanController(context)];
  return {
    name: 'job',
    async run(signal) {
      await Promise.all(parts.map((part) => part.run(signal)));
    },
  };
}
