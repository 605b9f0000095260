import { expect, test } from 'vitest';
import { revisionHash } from './revision-hash.ts';
import { newRevision, sameRevision } from './revision-plan.ts';

const container = (name: string, image: string, policy: string, more: object = {}) => ({
  name,
  image,
  imagePullPolicy: policy,
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  ...more,
});
const template = (main: object, seconds: number, metadata: object) => ({
  metadata,
  spec: {
    containers: [main],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: seconds,
  },
});
const test1 = container('test', 'test', 'Always');
const ports = { ports: [{ containerPort: 80, name: 'web', protocol: 'TCP' }] };
const nginx = { creationTimestamp: null, labels: { app: 'nginx' } };
const noted = { labels: { app: 'foo' }, annotations: { test: 'value' } };

// The first two are of upstream's tests of compatibility, the others of clusters that people show.
test.each([
  ['776999688b', template(test1, 30, noted)],
  ['c77f6d978', template(test1, 30, { ...noted, creationTimestamp: null })],
  ['b486b4959', template(container('nginx', 'nginx', 'Always', ports), 30, nginx)],
  ['78c4f54fd4', template(container('nginx', 'nginx:1.16.1', 'IfNotPresent', ports), 10, nginx)],
])('upstream makes %s of the same template', (hash, made) => {
  expect(revisionHash({ spec: { template: { ...made, $patch: 'replace' } } }, 0)).toBe(hash);
});

test('revisions of StatefulSets and DaemonSets say their hashes under the names that upstream has', () => {
  const labelsOf = (kind: string) => {
    const owner = { metadata: { name: 'test', namespace: 'default', uid: 'one' } };
    const options = { kind: { apiVersion: 'apps/v1', kind }, template: template(test1, 30, noted), revision: 1 };
    const { metadata } = newRevision(owner, { ...options, collisions: 0 } as never);
    return [metadata?.name, metadata?.labels];
  };
  expect(labelsOf('StatefulSet')).toEqual([
    'test-776999688b',
    { app: 'foo', 'controller.kubernetes.io/hash': '776999688b' },
  ]);
  expect(labelsOf('DaemonSet')[1]).toMatchObject({ app: 'foo', 'controller-revision-hash': expect.any(String) });
});

test('a revision that says of its template that it was never created is of the same template', () => {
  const kept = { ...template(test1, 30, { ...noted, creationTimestamp: null }), $patch: 'replace' };
  const revisions = [
    { metadata: { name: 'test-c77f6d978' }, revision: 1, data: { spec: { template: kept } } },
  ] as never;
  const same = (seconds: number) => sameRevision(revisions, template(test1, seconds, noted) as never)?.metadata?.name;
  expect([same(30), same(10)]).toEqual(['test-c77f6d978', undefined]);
});
