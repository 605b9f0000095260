import { nonNegative, requireOneOf } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import type { CronJob, JobTemplateSpec } from './cron-job.ts';
import { CronScheduleError, parseCronSchedule } from './cron-schedule.ts';
import { validateJobSpec } from './job-validation.ts';

const SPEC = new FieldPath('spec');
/** Names of Jobs add 11 characters, and end up in labels. */
const NAME_LIMIT = 52;

export function validateCronJob({ metadata, spec }: CronJob): FieldError[] {
  const name = metadata?.name ?? '';
  const errors: FieldError[] = [];
  if (name.length > NAME_LIMIT) {
    const field = new FieldPath('metadata').child('name');
    errors.push(invalid(field, name, `must be no more than ${NAME_LIMIT} characters`));
  }
  if (spec === undefined) return [...errors, required(SPEC)];
  return [
    ...validateSchedule(spec.schedule, SPEC.child('schedule')),
    ...nonNegative(SPEC.child('startingDeadlineSeconds'), spec.startingDeadlineSeconds),
    ...validateTimeZone(spec.timeZone, SPEC.child('timeZone')),
    ...requireOneOf(SPEC.child('concurrencyPolicy'), spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']),
    ...validateJobTemplate(spec.jobTemplate, SPEC.child('jobTemplate')),
    ...nonNegative(SPEC.child('successfulJobsHistoryLimit'), spec.successfulJobsHistoryLimit),
    ...nonNegative(SPEC.child('failedJobsHistoryLimit'), spec.failedJobsHistoryLimit),
    ...errors,
  ];
}

function validateSchedule(schedule: string, field: FieldPath): FieldError[] {
  if (!schedule) return [required(field)];
  if (schedule.includes('TZ')) {
    return [invalid(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')];
  }
  try {
    parseCronSchedule(schedule);
    return [];
  } catch (error) {
    if (error instanceof CronScheduleError) return [invalid(field, schedule, error.message)];
    throw error;
  }
}

function validateTimeZone(timeZone: string | undefined, field: FieldPath): FieldError[] {
  if (timeZone === undefined) return [];
  if (timeZone === '') return [invalid(field, timeZone, 'timeZone must be nil or non-empty string')];
  if (timeZone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return [invalid(field, timeZone, detail)];
  }
  return isTimeZone(timeZone) ? [] : [invalid(field, timeZone, `unknown time zone ${timeZone}`)];
}

function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function validateJobTemplate({ spec }: JobTemplateSpec, field: FieldPath): FieldError[] {
  if (spec === undefined) return [required(field.child('spec'))];
  const at = field.child('spec');
  const errors = validateJobSpec(spec, at);
  if (spec.selector !== undefined) {
    errors.push(invalid(at.child('selector'), spec.selector, '`selector` will be auto-generated'));
  }
  if (spec.manualSelector) {
    errors.push(notSupported(at.child('manualSelector'), spec.manualSelector, ['nil', 'false']));
  }
  return errors;
}
