import { expect, test } from 'vitest';
import { chooseControllers } from './choose-controllers.ts';
import type { ControllerEntry } from './controller-entry.ts';

const entries = [
  { name: 'job-controller' },
  { name: 'ttl-controller' },
  { name: 'selinux-warning-controller', byDefault: false },
] as unknown as ControllerEntry[];

test.each<[string[], string]>([
  [['*'], 'job ttl'],
  [['*', '-ttl-controller'], 'job'],
  [['*', 'selinux-warning-controller'], 'job ttl selinux-warning'],
  [['job-controller'], 'job'],
  [['-job-controller'], ''],
  [['job', '-ttl'], 'job'],
  [['*', '-ttl', 'ttl'], 'job'],
  [['*', 'node-route-controller', '-cloud-node-lifecycle-controller'], 'job ttl'],
])('of %j run: %s', (wanted, expected) => {
  const chosen = chooseControllers(entries, wanted).map(({ name }) => name.replace(/-controller$/, ''));
  expect(chosen.join(' ')).toBe(expected);
});

test('a name that no controller has is refused', () => {
  expect(() => chooseControllers(entries, ['*', '-none'])).toThrow('"none" is not in the list of known controllers');
});
