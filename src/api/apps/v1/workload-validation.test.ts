import { describe, expect, test } from 'vitest';
import { ReplicationControllers } from '#api/core/v1/replication-controller.ts';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { ControllerRevisions } from './controller-revision.ts';
import { DaemonSets } from './daemon-set.ts';
import { Deployments } from './deployment.ts';
import { ReplicaSets } from './replica-set.ts';
import { StatefulSets } from './stateful-set.ts';

const template = (more: object = {}) => ({
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image: 'x' }], ...more },
});
const SELECTOR = { matchLabels: { app: 'a' } };
const workload = (spec: object = {}) => ({
  metadata: { name: 'a', namespace: 'b' },
  spec: { selector: SELECTOR, template: template(), ...spec },
});
const MISMATCH =
  'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`';

describe.each([
  ['Deployment', Deployments, 'deployment', 'ReplicaSet'],
  ['ReplicaSet', ReplicaSets, 'deployment', 'ReplicaSet'],
  ['DaemonSet', DaemonSets, 'daemonset', 'DaemonSet'],
  ['StatefulSet', StatefulSets, 'statefulset', 'StatefulSet'],
])('a %s', (_, definition, kind, owner) => {
  test.each<[string, object, string[]]>([
    ['that is well', workload(), []],
    ['without a selector', workload({ selector: undefined }), ['spec.selector: Required value']],
    [
      'with an empty selector',
      workload({ selector: {} }),
      [`spec.selector: Invalid value: {}: empty selector is invalid for ${kind}`],
    ],
    ['that does not select its own pods', workload({ selector: { matchLabels: { app: 'z' } } }), [MISMATCH]],
    [
      'whose pods end',
      workload({ template: template({ restartPolicy: 'Never', activeDeadlineSeconds: 5 }) }),
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        `spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ${owner} is not Supported`,
      ],
    ],
    [
      'whose template has no containers',
      workload({ template: template({ containers: [] }) }),
      ['spec.template.spec.containers: Required value'],
    ],
  ])('%s', (_, object, expected) => {
    expect(createErrors(definition, object)).toEqual(expected);
  });
});

const OTHER = {
  selector: { matchLabels: { app: 'z' } },
  template: { ...template(), metadata: { labels: { app: 'z' } } },
};

test.each([
  ['Deployment', Deployments],
  ['ReplicaSet', ReplicaSets],
  ['DaemonSet', DaemonSets],
])('the selector of a %s stays', (_, definition) => {
  expect(updateErrors(definition, workload(), workload(OTHER))).toEqual([
    'spec.selector: Invalid value: {"matchLabels":{"app":"z"}}: field is immutable',
  ]);
});

test('a StatefulSet keeps its volumes and names', () => {
  expect(updateErrors(StatefulSets, workload(), workload({ serviceName: 'other' }))).toEqual([
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ]);
  expect(updateErrors(StatefulSets, workload(), workload({ replicas: 5 }))).toEqual([]);
});

test('the containers of a StatefulSet mount its claims', () => {
  const claim = (name: string) => ({
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  const mounting = (names: readonly string[], more: object = {}) =>
    template({
      containers: [{ name: 'c', image: 'x', volumeMounts: names.map((name) => ({ name, mountPath: `/${name}` })) }],
      ...more,
    });
  const volumeClaimTemplates = [claim('data'), claim('logs'), claim('data')];
  const volumes = [
    { name: 'data', emptyDir: {} },
    { name: 'more', emptyDir: {} },
  ];
  const errors = (pods: object) => createErrors(StatefulSets, workload({ volumeClaimTemplates, template: pods }));
  expect(errors(mounting(['data', 'logs']))).toEqual([]);
  expect(errors(mounting(['data', 'logs', 'more'], { volumes }))).toEqual([]);
  expect(errors(mounting(['data', 'other']))).toEqual([
    'spec.template.spec.containers[0].volumeMounts[1].name: Not found: "other"',
  ]);
});

test('a Deployment that can neither add nor take away cannot roll', () => {
  const strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } };
  expect(createErrors(Deployments, workload({ strategy }))).toEqual([
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ]);
  expect(createErrors(Deployments, workload({ strategy: { type: 'Recreate', rollingUpdate: {} } }))).toEqual([
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ]);
});

test('a ReplicationController without a template says so', () => {
  expect(createErrors(ReplicationControllers, { metadata: { name: 'a' }, spec: {} })).toEqual([
    'spec.selector: Required value',
    'spec.template: Required value',
  ]);
});

test.each([
  [undefined, ['data: Required value: data is mandatory']],
  [null, ['data: Required value: data is mandatory']],
  [5, ['data: Required value: data must be a valid JSON object']],
  [[{}], ['data: Required value: data must be a valid JSON object']],
  [{}, []],
])('a ControllerRevision of %j', (data, expected) => {
  expect(createErrors(ControllerRevisions, { metadata: { name: 'a', namespace: 'b' }, revision: 1, data })).toEqual(
    expected,
  );
});
