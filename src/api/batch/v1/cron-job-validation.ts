import { nonNegative, requireOneOf } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import type { CronJob, CronJobSpec, JobTemplateSpec } from './cron-job.ts';
import { CronScheduleError, parseCronSchedule } from './cron-schedule.ts';
import { validateJobSpec } from './job-validation.ts';

const SPEC = new FieldPath('spec');
/** Names of Jobs add 11 characters, and end up in labels. */
const NAME_LIMIT = 52;

/** New jobs' names also must leave room. */
export function validateCronJobName({ metadata }: CronJob): FieldError[] {
  const name = metadata?.name ?? '';
  if (name.length <= NAME_LIMIT) return [];
  return [invalid(new FieldPath('metadata').child('name'), name, `must be no more than ${NAME_LIMIT} characters`)];
}

/** `old` is what an update replaces: what was wrong with its time zone already is let be. */
export function validateCronJob({ spec }: CronJob, old?: CronJob): FieldError[] {
  if (spec === undefined) return [required(SPEC)];
  const isKnownZone = old !== undefined && old.spec?.timeZone === spec.timeZone;
  return [
    ...validateSchedule(spec, old?.spec?.schedule.includes('TZ') ?? false),
    ...nonNegative(SPEC.child('startingDeadlineSeconds'), spec.startingDeadlineSeconds),
    ...(isKnownZone ? [] : validateTimeZone(spec.timeZone, SPEC.child('timeZone'))),
    ...requireOneOf(SPEC.child('concurrencyPolicy'), spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']),
    ...validateJobTemplate(spec.jobTemplate, SPEC.child('jobTemplate')),
    ...nonNegative(SPEC.child('successfulJobsHistoryLimit'), spec.successfulJobsHistoryLimit),
    ...nonNegative(SPEC.child('failedJobsHistoryLimit'), spec.failedJobsHistoryLimit),
  ];
}

function validateSchedule({ schedule, timeZone }: CronJobSpec, mayNameZone: boolean): FieldError[] {
  const field = SPEC.child('schedule');
  if (!schedule) return [required(field)];
  const errors: FieldError[] = [];
  try {
    // A zone before the fields is understood, and refused below.
    parseCronSchedule(schedule.replace(/^(?:CRON_)?TZ=[^ ]* */, ''));
  } catch (error) {
    if (!(error instanceof CronScheduleError)) throw error;
    errors.push(invalid(field, schedule, error.message));
  }
  if (!schedule.includes('TZ')) return errors;
  if (!mayNameZone) {
    errors.push(invalid(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  } else if (timeZone !== undefined) {
    errors.push(invalid(field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
  return errors;
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
