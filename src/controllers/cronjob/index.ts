import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { CronJobController } from './cron-job-controller.ts';

/** Runs CronJobs. */
export const createCronJobController = (context: ControllerContext): Runnable =>
  new CronJobController(context).controller;
