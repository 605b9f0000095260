import { expect, test } from 'vitest';
import type { Deployment } from '#api/apps/v1/deployment.ts';
import type { ReplicaSet } from '#api/apps/v1/replica-set.ts';
import { planRollback, rollbackTo } from './rollback.ts';

const template = (image: string, labels: Record<string, string> = {}) => ({
  metadata: { labels: { app: 'web', ...labels } },
  spec: { containers: [{ name: 'main', image }] },
});
const deployment = (image: string, annotations: Record<string, string> = {}): Deployment => ({
  metadata: { name: 'web', annotations },
  spec: { selector: { matchLabels: { app: 'web' } }, template: template(image) },
});
const set = (revision: number, image: string, annotations: Record<string, string> = {}): ReplicaSet =>
  ({
    metadata: { name: image, annotations: { 'deployment.kubernetes.io/revision': `${revision}`, ...annotations } },
    spec: { template: template(image, { 'pod-template-hash': image }) },
  }) as unknown as ReplicaSet;

test.each([
  ['', undefined],
  ['0', 0n],
  ['12', 12n],
  ['+3', 3n],
  ['-1', -1n],
  ['last', undefined],
])('the request %j asks for revision %s', (text, want) => {
  expect(rollbackTo(deployment('v1', { 'deprecated.deployment.rollback.to': text }))).toBe(want);
});

test.each<[string, readonly ReplicaSet[], bigint, string, string]>([
  [
    'a revision',
    [set(1, 'v1'), set(2, 'v2')],
    1n,
    'v1',
    'Normal DeploymentRollback Rolled back deployment "web" to revision 1',
  ],
  [
    'the one before the last',
    [set(2, 'v2'), set(1, 'v1')],
    0n,
    'v2',
    'Normal DeploymentRollback Rolled back deployment "web" to revision 2',
  ],
  [
    'the one before the last where there is none',
    [],
    0n,
    'v3',
    'Warning DeploymentRollbackRevisionNotFound Unable to find last revision.',
  ],
  [
    'a revision that is not there',
    [set(1, 'v1')],
    2n,
    'v3',
    'Warning DeploymentRollbackRevisionNotFound Unable to find the revision to rollback to.',
  ],
  [
    'the present template',
    [],
    3n,
    'v3',
    'Warning DeploymentRollbackTemplateUnchanged The rollback revision contains the same template as current deployment "web"',
  ],
])('back to %s', (_, old, asked, image, message) => {
  const before = deployment('v3', { 'deprecated.deployment.rollback.to': String(asked) });
  const sets = { current: set(old.length > 0 || asked > 0n ? 3 : 0, 'v3'), old };
  const { deployment: after, told } = planRollback(before, sets, asked);
  expect([after, `${told.type} ${told.reason} ${told.message}`]).toEqual([deployment(image), message]);
});

test('annotations go back with the template, those that are the object’s own stay', () => {
  const before = deployment('v2', { owner: 'b', 'deployment.kubernetes.io/revision': '2' });
  const sets = { current: set(2, 'v2', { owner: 'b' }), old: [set(1, 'v1', { owner: 'a' })] };
  const { metadata } = planRollback(before, sets, 0n).deployment;
  expect(metadata?.annotations).toEqual({ owner: 'a', 'deployment.kubernetes.io/revision': '2' });
});
