import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { JobController } from './job-controller.ts';

/** Runs Jobs. */
export const createJobController = (context: ControllerContext): Runnable => new JobController(context).controller;
