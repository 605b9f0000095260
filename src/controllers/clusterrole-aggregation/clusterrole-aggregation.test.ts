import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClusterRole, ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { aggregatedRules } from './index.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: ['clusterrole-aggregation-controller'], scheduler: false });
});
afterAll(() => cluster.stop());

const rule = (resource: string) => ({ apiGroups: ['example.com'], resources: [resource], verbs: ['get'] });
const role = (name: string, labels: Record<string, string>, ...rules: ReturnType<typeof rule>[]): ClusterRole => ({
  metadata: { name, labels },
  rules,
});
const aggregate = (...labels: Record<string, string>[]): ClusterRole => ({
  metadata: { name: 'all' },
  aggregationRule: { clusterRoleSelectors: labels.map((matchLabels) => ({ matchLabels })) },
});
const [b, a, c] = [
  role('b', { x: '1' }, rule('b'), rule('both')),
  role('a', { y: '1' }, rule('a'), rule('both')),
  role('c', { x: '1' }, rule('c')),
];

test.each([
  ['in the order of selectors, then of names', aggregate({ x: '1' }, { y: '1' }), ['b', 'both', 'c', 'a']],
  ['of the selectors the other way round', aggregate({ y: '1' }, { x: '1' }), ['a', 'both', 'b', 'c']],
  ['none where nothing is selected', aggregate({ z: '1' }), []],
  ['not its own', { ...aggregate({ x: '1' }), ...role('b', { x: '1' }, rule('own')) }, ['c']],
])('rules come %s', (_, aggregating, want) => {
  expect(aggregatedRules(aggregating, [b, a, c]).map(({ resources }) => resources?.[0])).toEqual(want);
});

test('rules are applied, and follow the roles that are selected', async () => {
  const roles = cluster.client.of(ClusterRoles);
  await roles.create(aggregate({ x: '1' }));
  for (const one of [b, c]) await roles.create(one);
  const resources = async () => (await roles.get('all')).rules?.map((one) => one.resources?.[0]);
  await waitFor(async () => (await resources())?.join() === 'b,both,c');
  const managers = (await roles.get('all')).metadata?.managedFields ?? [];
  expect(managers.map(({ manager, operation }) => `${manager} ${operation}`)).toContain(
    'clusterrole-aggregation-controller Apply',
  );
  await roles.delete('b');
  await waitFor(async () => (await resources())?.join() === 'c');
  await roles.delete('c');
  await waitFor(async () => ((await resources()) ?? []).length === 0);
});
