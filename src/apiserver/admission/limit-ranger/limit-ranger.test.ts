import { describe, expect, test } from 'vitest';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { admit, attributesOf, readerOf, type TestRequest } from '../testing.ts';
import { createLimitRanger } from './limit-ranger.ts';

type Amounts = Record<string, string>;

const range = (...limits: object[]) => ({
  kind: 'LimitRange',
  apiVersion: 'v1',
  metadata: { name: 'r', namespace: 'd' },
  spec: { limits },
});

const container = (name: string, requests?: Amounts, limits?: Amounts) => ({
  name,
  image: 'x',
  ...(requests || limits ? { resources: { ...(requests && { requests }), ...(limits && { limits }) } } : {}),
});

const pod = (containers: object[], more: object = {}) => ({
  metadata: { name: 'p', namespace: 'd' },
  spec: { containers, ...more },
});

const outcome = (
  limits: object,
  request: TestRequest,
  definition: typeof Pods | typeof PersistentVolumeClaims = Pods,
) => admit(createLimitRanger(readerOf(range(limits))), attributesOf(definition as typeof Pods, request));

test('containers get what they leave open, and an annotation says so', async () => {
  const limits = { type: 'Container', default: { cpu: '2', memory: '1Gi' }, defaultRequest: { cpu: '1' } };
  const object = pod([container('a'), container('b', { cpu: '500m' }, { cpu: '1', memory: '2Gi' })], {
    initContainers: [container('i')],
  });
  const both = { requests: { cpu: '1' }, limits: { cpu: '2', memory: '1Gi' } };
  expect(await outcome(limits, { object })).toEqual({
    metadata: {
      name: 'p',
      namespace: 'd',
      annotations: {
        'kubernetes.io/limit-ranger':
          'LimitRanger plugin set: cpu request for container a; cpu, memory limit for container a; cpu request for init container i; cpu, memory limit for init container i',
      },
    },
    spec: {
      containers: [
        { name: 'a', image: 'x', resources: both },
        { name: 'b', image: 'x', resources: { requests: { cpu: '500m' }, limits: { cpu: '1', memory: '2Gi' } } },
      ],
      initContainers: [{ name: 'i', image: 'x', resources: both }],
    },
  });
});

const CPU = 'pods "p" is forbidden: ';

describe('what is out of bounds is refused', () => {
  test.each<[string, object, object, string | undefined]>([
    [
      'nothing',
      { type: 'Container', min: { cpu: '1' }, max: { cpu: '3' } },
      pod([container('a', { cpu: '1' }, { cpu: '3' })]),
      undefined,
    ],
    [
      'too small a request',
      { type: 'Container', min: { cpu: '1' } },
      pod([container('a', { cpu: '900m' })]),
      `${CPU}minimum cpu usage per Container is 1, but request is 900m`,
    ],
    [
      'no request',
      { type: 'Container', min: { cpu: '1' } },
      pod([container('a')]),
      `${CPU}minimum cpu usage per Container is 1.  No request is specified`,
    ],
    [
      'too large a limit',
      { type: 'Container', max: { memory: '1Gi' } },
      pod([container('a', {}, { memory: '2Gi' })]),
      `${CPU}maximum memory usage per Container is 1Gi, but limit is 2Gi`,
    ],
    [
      'no limit',
      { type: 'Container', max: { memory: '1Gi' } },
      pod([container('a', { memory: '1Gi' })]),
      `${CPU}maximum memory usage per Container is 1Gi.  No limit is specified`,
    ],
    [
      'too wide a gap',
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      pod([container('a', { cpu: '1' }, { cpu: '3' })]),
      `${CPU}cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000`,
    ],
    [
      'too much together',
      { type: 'Pod', max: { cpu: '2' } },
      pod([container('a', { cpu: '1' }, { cpu: '1' }), container('b', { cpu: '1' }, { cpu: '1500m' })]),
      `${CPU}maximum cpu usage per Pod is 2, but limit is 2500m`,
    ],
    [
      'too much of the pod as a whole',
      { type: 'Pod', max: { cpu: '2' } },
      pod([container('a', { cpu: '1' }, { cpu: '1' })], { resources: { limits: { cpu: '3' } } }),
      `${CPU}maximum cpu usage per Pod is 2, but limit is 3`,
    ],
    [
      'several things at once',
      { type: 'Container', min: { cpu: '1' }, max: { cpu: '1' } },
      pod([container('a', { cpu: '500m' }, { cpu: '2' })]),
      `${CPU}[minimum cpu usage per Container is 1, but request is 500m, maximum cpu usage per Container is 1, but limit is 2]`,
    ],
  ])('%s', async (_, limits, object, expected) =>
    expect(await outcome(limits, { object })).toEqual(expected ?? object),
  );

  test.each<[string, string, string | undefined]>([
    ['', '5Gi', undefined],
    ['too small', '1Gi', 'minimum storage usage per PersistentVolumeClaim is 2Gi, but request is 1Gi'],
    ['too large', '11Gi', 'maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 11Gi'],
  ])('a claim %s', async (_, storage, finding) => {
    const object = { metadata: { name: 'c', namespace: 'd' }, spec: { resources: { requests: { storage } } } };
    const limits = { type: 'PersistentVolumeClaim', min: { storage: '2Gi' }, max: { storage: '10Gi' } };
    const expected = finding ? `persistentvolumeclaims "c" is forbidden: ${finding}` : object;
    expect(await outcome(limits, { object }, PersistentVolumeClaims as never)).toEqual(expected);
  });
});

test('updates pass, resizes do not', async () => {
  const limits = { type: 'Container', max: { cpu: '1' } };
  const object = pod([container('a', { cpu: '2' }, { cpu: '2' })]);
  const oldObject = pod([container('a', { cpu: '1' }, { cpu: '1' })]) as Pod;
  expect(await outcome(limits, { object, oldObject })).toEqual(object);
  expect(await outcome(limits, { object, oldObject, subresource: 'resize' })).toBe(
    `${CPU}maximum cpu usage per Container is 1, but limit is 2`,
  );
});
