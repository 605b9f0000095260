import { expect, test } from 'vitest';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { CronJobs } from './cron-job.ts';
import { parseCronSchedule } from './cron-schedule.ts';
import { Jobs } from './job.ts';

const template = (more: object = {}) => ({
  spec: { containers: [{ name: 'c', image: 'x' }], restartPolicy: 'Never', ...more },
});
const job = (spec: object = {}) => ({
  metadata: { name: 'a', namespace: 'b', uid: 'u' },
  spec: { template: template(), ...spec },
});

test.each<[string, object, string[]]>([
  ['that is well', job(), []],
  [
    'whose pods never end',
    job({ template: template({ restartPolicy: 'Always' }) }),
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    'with less than nothing to do',
    job({ completions: -1 }),
    ['spec.completions: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'with indexes of no number',
    job({ completionMode: 'Indexed', parallelism: 2 }),
    ['spec.completions: Required value: when completion mode is Indexed'],
  ],
  [
    'with a selector of somebody else',
    job({ manualSelector: true, selector: { matchLabels: { x: 'y' } } }),
    ['spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`'],
  ],
])('a Job %s', (_, object, expected) => {
  expect(createErrors(Jobs, object)).toEqual(expected);
});

test('a Job keeps its work', () => {
  const manual = { manualSelector: true, selector: { matchLabels: { x: 'y' } } };
  const labelled = { metadata: { labels: { x: 'y' } }, ...template() };
  const before = job({ ...manual, template: labelled, completions: 2 });
  expect(updateErrors(Jobs, before, job({ ...manual, template: labelled, completions: 3 }))).toEqual([
    'spec.completions: Invalid value: 3: field is immutable',
  ]);
  expect(updateErrors(Jobs, before, job({ ...manual, template: labelled, completions: 2, parallelism: 5 }))).toEqual(
    [],
  );
});

test.each<[string, string | undefined]>([
  ['*/5 * * * *', undefined],
  ['0 0 1 jan sun', undefined],
  ['@hourly', undefined],
  ['@every 5m', undefined],
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
])('the schedule %s is answered with %j', (schedule, expected) => {
  const read = () => parseCronSchedule(schedule);
  if (expected === undefined) expect(read).not.toThrow();
  else expect(read).toThrow(expected);
});

test('a CronJob says what is wrong with it', () => {
  const cronJob = {
    metadata: { name: 'n'.repeat(53), namespace: 'b' },
    spec: { schedule: 'TZ=UTC * * * * *', timeZone: 'Nowhere/Town', jobTemplate: { spec: { template: template() } } },
  };
  expect(createErrors(CronJobs, cronJob)).toEqual([
    'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    'spec.timeZone: Invalid value: "Nowhere/Town": unknown time zone Nowhere/Town',
    `metadata.name: Invalid value: "${'n'.repeat(53)}": must be no more than 52 characters`,
  ]);
});
