import { describe, expect, test } from 'vitest';
import { createErrors, defaulted, errorTexts, NOW, updateErrors } from '#api/testing/defaulted.ts';
import { CronJobs } from './cron-job.ts';
import { parseCronSchedule } from './cron-schedule.ts';
import { type Job, Jobs } from './job.ts';

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
    'that fails many indexes',
    job({ completionMode: 'Indexed', completions: 5, backoffLimitPerIndex: 1, maxFailedIndexes: 6 }),
    ['spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions'],
  ],
  [
    'without indexes that counts their failures',
    job({ backoffLimitPerIndex: 1, maxFailedIndexes: 1 }),
    [
      'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
      'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode',
    ],
  ],
  [
    'of many indexes',
    job({ completionMode: 'Indexed', completions: 100_001, parallelism: 10_001, backoffLimitPerIndex: 1 }),
    [
      'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
      'spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
    ],
  ],
  [
    'managed by nobody in particular',
    job({ managedBy: 'me' }),
    ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    'managed by somebody far away',
    job({ managedBy: `example.com/${'x'.repeat(60)}` }),
    ['spec.managedBy: Too long: may not be more than 63 bytes'],
  ],
  [
    'with rules that say nothing',
    job({
      podFailurePolicy: { rules: [{ action: '' }, { action: 'FailIndex', onExitCodes: { operator: '', values: [] } }] },
    }),
    [
      'spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
      'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
      'spec.podFailurePolicy.rules[1].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      'spec.podFailurePolicy.rules[1].onExitCodes.operator: Required value: valid values: ["In" "NotIn"]',
      'spec.podFailurePolicy.rules[1].onExitCodes.values: Invalid value: []: at least one value is required',
    ],
  ],
  [
    'that succeeds by indexes it does not have',
    job({
      completionMode: 'Indexed',
      completions: 3,
      successPolicy: { rules: [{ succeededIndexes: '0-3', succeededCount: 4 }, {}] },
    }),
    [
      'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0-3": error parsing succeededIndexes: too large index: "3"',
      'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)',
      'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)',
      'spec.successPolicy.rules[1]: Required value: at least one of succeededCount or succeededIndexes must be specified',
    ],
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

test('a Job shows the template that it does not take', () => {
  const manual = { manualSelector: true, selector: { matchLabels: { x: 'y' } } };
  const labelled = (spec: object) => job({ ...manual, template: { metadata: { labels: { x: 'y' } }, ...spec } });
  const other = template({ hostNetwork: true, containers: [{ name: 'd', image: 'x' }] });
  const [error = ''] = updateErrors(Jobs, labelled(template()), labelled(other));
  expect(error).toMatch(/^spec\.template: Invalid value: \{.*\}: field is immutable$/);
  const shown = JSON.parse(error.slice(error.indexOf('{'), error.lastIndexOf('}') + 1));
  expect(shown.Spec).toMatchObject({
    Containers: [{ Name: 'd', Image: 'x', TTY: false, LivenessProbe: null, SecurityContext: null }],
    DNSPolicy: 'ClusterFirst',
    SecurityContext: { HostNetwork: true, HostPID: false, SELinuxOptions: null, FSGroup: null },
  });
  expect(shown.Spec).not.toHaveProperty('HostNetwork');
});

describe('a suspended Job', () => {
  const manual = { manualSelector: true, selector: { matchLabels: { x: 'y' } }, suspend: true };
  const of = (spec: object, status: object = {}) => ({
    ...job({ ...manual, template: { metadata: { labels: { x: 'y' } }, ...template(spec) } }),
    status,
  });
  const container = { name: 'c', image: 'x' };
  const small = { containers: [container] };
  const large = { containers: [{ ...container, resources: { requests: { cpu: '1' } } }], nodeSelector: { a: 'b' } };
  const errorsOf = (status: object, spec: object) => {
    const [before, after] = [small, spec].map((each) => defaulted<Job>(Jobs, of(each, status)));
    return errorTexts(Jobs.strategy.validateUpdate?.(after!, before!));
  };

  test.each([
    ['never ran', {}],
    ['runs no more', { startTime: NOW, conditions: [{ type: 'Suspended', status: 'True' }] }],
  ])('that %s takes other resources and other places', (_, status) => {
    expect(errorsOf(status, large)).toEqual([]);
    const [error = ''] = errorsOf(status, { containers: [{ ...container, image: 'y' }] });
    expect(error).toMatch(/^spec\.template\.spec: Invalid value: \{"Volumes":.*\}: field is immutable$/);
  });

  test.each([
    ['is still to be suspended', { startTime: NOW }],
    ['still has pods', { active: 1 }],
  ])('that %s does not', (_, status) => {
    expect(errorsOf(status, large)).toEqual([
      expect.stringMatching(/^spec\.template: Invalid value: \{.*\}: field is immutable$/),
    ]);
  });
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
