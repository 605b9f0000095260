import { expect, test } from 'vitest';
import { container } from '../testing/fixtures.ts';
import { resizeAction } from './resize.ts';

const has = { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '500m' } };

test.each([
  [
    'equal amounts in other words',
    { limits: { cpu: '0.5', memory: '65536Ki' }, requests: { cpu: '500m' } },
    [],
    'none',
  ],
  ['more CPU', { ...has, limits: { cpu: '1', memory: '64Mi' } }, [], 'update'],
  [
    'more memory',
    { ...has, limits: { cpu: '500m', memory: '128Mi' } },
    [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }],
    'restart',
  ],
  [
    'more CPU beside a strict memory',
    { ...has, requests: { cpu: '1' } },
    [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }],
    'update',
  ],
])('%s', (_, resources, resizePolicy, expected) => {
  expect(resizeAction(has, container('c', { resources, resizePolicy }))).toBe(expected);
});
