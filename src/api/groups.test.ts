import { expect, test } from 'vitest';
import { groupVersions } from './groups.ts';
import { apiVersionOf } from './resource-definition.ts';
import { resources } from './resources.ts';

test('the list of resources has every group version, in the order of discovery', () => {
  expect([...new Set(resources.map(apiVersionOf))]).toEqual(groupVersions.map(apiVersionOf));
});

test('groups come by descending priority, and so do the versions of a group', () => {
  const priorities = groupVersions.map(({ groupPriority, versionPriority }) => groupPriority * 1000 + versionPriority);
  const withoutCore = priorities.slice(1);
  expect(withoutCore).toEqual([...withoutCore].sort((a, b) => b - a));
});
