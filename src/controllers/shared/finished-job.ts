import type { Job } from '#api/batch/v1/job.ts';
import { parseTime } from '#machinery/objects/time.ts';

/** The condition in which a Job has ended, or undefined while it goes on. */
export const endOf = ({ status }: Job) =>
  status?.conditions?.find((one) => ['Complete', 'Failed'].includes(one.type) && one.status === 'True');

/** When a Job ended, in milliseconds since the epoch. */
export function endTimeOf(job: Job): number | undefined {
  const time = endOf(job)?.lastTransitionTime;
  return time === undefined ? undefined : parseTime(time);
}
