import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { Cluster } from '#testing/cluster.ts';
import type { ClusterEvent } from '../framework/cluster-event.ts';
import { Harness, makeNode, makePod, type PodShape } from '../testing/harness.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const term = (app: string) => ({ labelSelector: { matchLabels: { app } }, topologyKey: 'zone' });
const near = (app: string): PodShape => ({
  spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(app)] } } },
});
const apart = (app: string): PodShape => ({
  spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(app)] } } },
});
const spread: PodShape = {
  labels: { app: 'web' },
  spec: { topologySpreadConstraints: [{ ...term('web'), maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }] },
};
const asking = (cpu: string): PodShape => ({ requests: { cpu } });
const port = (hostPort: number): PodShape => ({
  spec: { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 80, hostPort }] }] },
});
const mounting = (claimName: string): PodShape => ({
  spec: {
    containers: [{ name: 'c', image: 'x' }],
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }],
  },
});
const restartingAll: PodShape = {
  spec: { containers: [{ name: 'c', image: 'x', restartPolicyRules: [{ action: 'RestartAllContainers' }] }] },
};
const declaring = (...declaredFeatures: string[]) =>
  ({ ...makeNode('n'), status: { declaredFeatures } }) as KubernetesObject;
const web: PodShape = { labels: { app: 'web' } };
const other: PodShape = { labels: { app: 'other' } };
const pod = (shape: PodShape) => makePod('other', shape) as KubernetesObject;
const node = (labels: Record<string, string>) => makeNode('n', { labels }) as KubernetesObject;

const some = (object: object) => object as KubernetesObject;
const attaching = (count: number) => some({ spec: { drivers: [{ name: 'd', nodeID: 'n', allocatable: { count } }] } });
const classIn = (zone: string) =>
  some({ provisioner: 'd', allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: [zone] }] }] });
const room = (capacity: string) => some({ storageClassName: 'c', capacity });
const counting = (storageCapacity: boolean) => some({ spec: { storageCapacity } });
const placed = (zone: string) => some({ metadata: { name: 'v', labels: { 'topology.kubernetes.io/zone': zone } } });

const tainted = (...keys: string[]) =>
  makeNode('n', {
    labels: { zone: 'a' },
    taints: keys.map((key) => ({ key, effect: 'NoSchedule' })),
  }) as KubernetesObject;
const cordoned = (unschedulable: boolean) => makeNode('n', { unschedulable }) as KubernetesObject;
const offering = (allocatable: Record<string, string>) => makeNode('n', { allocatable }) as KubernetesObject;
const tolerating = (...keys: string[]): PodShape => ({
  spec: { tolerations: keys.map((key) => ({ key, operator: 'Exists' })) },
});
/** The pod itself, as it is now or was before. */
const itself = (shape: PodShape) => makePod('waiting', shape) as KubernetesObject;
const spreadOver = (nodeTaintsPolicy: string): PodShape => ({
  ...web,
  spec: {
    topologySpreadConstraints: [{ ...term('web'), maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', nodeTaintsPolicy }],
  },
});
const classFor = (extendedResourceName: string, name = 'c') =>
  some({ metadata: { name }, spec: { extendedResourceName } });
const gated: PodShape = { spec: { schedulingGates: [{ name: 'g' }] } };

test.each<[string, string, PodShape, ClusterEvent, KubernetesObject, KubernetesObject | undefined, boolean]>([
  ['InterPodAffinity', 'a pod that it wants to be near to', near('web'), 'AssignedPodAdd', pod(web), undefined, true],
  ['InterPodAffinity', 'any other pod', near('web'), 'AssignedPodAdd', pod(other), undefined, false],
  ['InterPodAffinity', 'a pod that becomes one of those', near('web'), 'AssignedPodUpdate', pod(web), pod(other), true],
  ['InterPodAffinity', 'a pod that stays one', near('web'), 'AssignedPodUpdate', pod(web), pod(web), false],
  ['InterPodAffinity', 'one that was in the way goes', apart('web'), 'AssignedPodDelete', pod(web), undefined, true],
  ['InterPodAffinity', 'one goes that was not', apart('web'), 'AssignedPodDelete', pod(other), undefined, false],
  ['InterPodAffinity', 'one goes that kept it away', web, 'AssignedPodDelete', pod(apart('web')), undefined, true],
  ['InterPodAffinity', 'a node without the label', near('web'), 'NodeAdd', node({}), undefined, false],
  ['InterPodAffinity', 'a node that gets it', near('web'), 'NodeUpdateLabel', node({ zone: 'a' }), node({}), true],
  ['InterPodAffinity', 'a node that gets another', near('web'), 'NodeUpdateLabel', node({ x: 'a' }), node({}), false],
  [
    'NodeDeclaredFeatures',
    'a node that declares what it needs',
    restartingAll,
    'NodeAdd',
    declaring('RestartAllContainersOnContainerExits'),
    undefined,
    true,
  ],
  [
    'NodeDeclaredFeatures',
    'a node that declares something else',
    restartingAll,
    'NodeUpdateDeclaredFeature',
    declaring('Other'),
    declaring(),
    false,
  ],
  ['PodTopologySpread', 'one of those to be spread goes', spread, 'AssignedPodDelete', pod(web), undefined, true],
  ['PodTopologySpread', 'one that does not count', spread, 'AssignedPodAdd', pod(other), undefined, false],
  [
    'PodTopologySpread',
    'one of another namespace',
    spread,
    'AssignedPodAdd',
    pod({ ...web, namespace: 'x' }),
    undefined,
    false,
  ],
  ['PodTopologySpread', 'one that no longer counts', spread, 'AssignedPodUpdate', pod(other), pod(web), true],
  ['PodTopologySpread', 'a node without the label', spread, 'NodeAdd', node({}), undefined, false],
  ['PodTopologySpread', 'the last node of a domain goes', spread, 'NodeDelete', node({ zone: 'a' }), undefined, true],
  ['NodeResourcesFit', 'a pod shrinks', asking('1'), 'AssignedPodUpdate', pod(asking('1')), pod(asking('2')), true],
  ['NodeResourcesFit', 'a pod grows', asking('1'), 'AssignedPodUpdate', pod(asking('2')), pod(asking('1')), false],
  [
    'NodeResourcesFit',
    'a pod begins to end',
    asking('1'),
    'AssignedPodUpdate',
    pod(asking('1')),
    pod(asking('1')),
    false,
  ],
  [
    'NodeResourcesFit',
    'what is not asked for shrinks',
    web,
    'AssignedPodUpdate',
    pod(asking('1')),
    pod(asking('2')),
    false,
  ],
  ['NodePorts', 'the port becomes free', port(80), 'AssignedPodDelete', pod(port(80)), undefined, true],
  ['NodePorts', 'another port becomes free', port(80), 'AssignedPodDelete', pod(port(81)), undefined, false],
  [
    'VolumeRestrictions',
    'the claim becomes free',
    mounting('a'),
    'AssignedPodDelete',
    pod(mounting('a')),
    undefined,
    true,
  ],
  [
    'VolumeRestrictions',
    'another becomes free',
    mounting('a'),
    'AssignedPodDelete',
    pod(mounting('b')),
    undefined,
    false,
  ],
  ['NodeVolumeLimits', 'a pod without volumes goes', mounting('a'), 'AssignedPodDelete', pod(web), undefined, false],
  ['NodeVolumeLimits', 'a driver attaches more', mounting('a'), 'CSINodeUpdate', attaching(3), attaching(2), true],
  ['NodeVolumeLimits', 'a driver attaches fewer', mounting('a'), 'CSINodeUpdate', attaching(1), attaching(2), false],
  ['NodeVolumeLimits', 'a volume is detached', mounting('a'), 'VolumeAttachmentDelete', attaching(0), undefined, true],
  [
    'VolumeBinding',
    'a class allows other places',
    mounting('a'),
    'StorageClassUpdate',
    classIn('b'),
    classIn('a'),
    true,
  ],
  [
    'VolumeBinding',
    'a class changes otherwise',
    mounting('a'),
    'StorageClassUpdate',
    classIn('a'),
    classIn('a'),
    false,
  ],
  ['VolumeBinding', 'there is more room', mounting('a'), 'CSIStorageCapacityUpdate', room('2Gi'), room('1Gi'), true],
  ['VolumeBinding', 'there is less room', mounting('a'), 'CSIStorageCapacityUpdate', room('1Gi'), room('2Gi'), false],
  ['VolumeBinding', 'a driver stops counting', mounting('a'), 'CSIDriverUpdate', counting(false), counting(true), true],
  ['VolumeBinding', 'a driver goes on', mounting('a'), 'CSIDriverUpdate', counting(true), counting(true), false],
  ['VolumeZone', 'a volume moves', mounting('a'), 'PersistentVolumeUpdate', placed('b'), placed('a'), true],
  ['VolumeZone', 'a volume stays', mounting('a'), 'PersistentVolumeUpdate', placed('a'), placed('a'), false],
  ['VolumeZone', 'a class that does not wait', mounting('a'), 'StorageClassAdd', classIn('a'), undefined, false],
  ['TaintToleration', 'a taint goes', web, 'NodeUpdateTaint', tainted(), tainted('a'), true],
  ['TaintToleration', 'another comes', web, 'NodeUpdateTaint', tainted('a'), tainted(), false],
  ['TaintToleration', 'one goes that it tolerates', tolerating('a'), 'NodeUpdateTaint', tainted(), tainted('a'), false],
  [
    'TaintToleration',
    'it tolerates more',
    tolerating('a'),
    'UnscheduledPodUpdatePodToleration',
    itself(tolerating('a')),
    itself(web),
    true,
  ],
  [
    'TaintToleration',
    'another pod tolerates more',
    tolerating('a'),
    'UnscheduledPodUpdatePodToleration',
    pod(tolerating('a')),
    pod(web),
    false,
  ],
  ['TaintToleration', 'it gets a label', web, 'UnscheduledPodUpdatePodLabel', itself(web), itself({}), false],
  ['NodeUnschedulable', 'a node is opened', web, 'NodeUpdateTaint', cordoned(false), cordoned(true), true],
  ['NodeUnschedulable', 'one that was open', web, 'NodeUpdateTaint', tainted('a'), tainted(), false],
  [
    'NodeUnschedulable',
    'it tolerates cordons',
    tolerating('node.kubernetes.io/unschedulable'),
    'UnscheduledPodUpdatePodToleration',
    itself(tolerating('node.kubernetes.io/unschedulable')),
    itself(web),
    true,
  ],
  [
    'NodeUnschedulable',
    'it tolerates something else',
    tolerating('a'),
    'UnscheduledPodUpdatePodToleration',
    itself(tolerating('a')),
    itself(web),
    false,
  ],
  [
    'NodeResourcesFit',
    'a node offers more',
    asking('2'),
    'NodeUpdateAllocatable',
    offering({ cpu: '3' }),
    offering({ cpu: '2' }),
    true,
  ],
  [
    'NodeResourcesFit',
    'more of something else',
    asking('2'),
    'NodeUpdateAllocatable',
    offering({ cpu: '2', memory: '2Gi' }),
    offering({ cpu: '2', memory: '1Gi' }),
    false,
  ],
  [
    'NodeResourcesFit',
    'more pods',
    asking('2'),
    'NodeUpdateAllocatable',
    offering({ cpu: '2', pods: '2' }),
    offering({ cpu: '2', pods: '1' }),
    true,
  ],
  [
    'NodeResourcesFit',
    'it asks for less',
    asking('1'),
    'UnscheduledPodUpdatePodScaleDown',
    itself(asking('1')),
    itself(asking('2')),
    true,
  ],
  [
    'NodeResourcesFit',
    'a class for what it asks for',
    { requests: { 'example.com/gpu': '1' } },
    'DeviceClassAdd',
    classFor('example.com/gpu'),
    undefined,
    true,
  ],
  [
    'NodeResourcesFit',
    'a class of the name that it asks for',
    { requests: { 'deviceclass.resource.kubernetes.io/c': '1' } },
    'DeviceClassAdd',
    classFor(''),
    undefined,
    true,
  ],
  ['NodeResourcesFit', 'any other class', asking('1'), 'DeviceClassAdd', classFor('example.com/gpu'), undefined, false],
  [
    'NodeResourcesFit',
    'a class that becomes one for it',
    { requests: { 'example.com/gpu': '1' } },
    'DeviceClassUpdate',
    classFor('example.com/gpu'),
    classFor('example.com/other'),
    true,
  ],
  [
    'NodeResourcesFit',
    'a class that is one and changes otherwise',
    { requests: { 'example.com/gpu': '1' } },
    'DeviceClassUpdate',
    classFor('example.com/gpu'),
    classFor('example.com/gpu'),
    false,
  ],
  ['PodTopologySpread', 'a taint goes', spreadOver('Honor'), 'NodeUpdateTaint', tainted(), tainted('a'), true],
  [
    'PodTopologySpread',
    'it tolerates more where that counts',
    spreadOver('Honor'),
    'UnscheduledPodUpdatePodToleration',
    itself(web),
    itself(web),
    true,
  ],
  [
    'PodTopologySpread',
    'it tolerates more where that does not count',
    spread,
    'UnscheduledPodUpdatePodToleration',
    itself(web),
    itself(web),
    false,
  ],
  ['PodTopologySpread', 'it counts itself', spread, 'UnscheduledPodUpdatePodLabel', itself(web), itself(other), true],
  [
    'PodTopologySpread',
    'it gets a label that does not count',
    spread,
    'UnscheduledPodUpdatePodLabel',
    itself({ labels: { app: 'web', x: 'y' } }),
    itself(web),
    false,
  ],
  ['InterPodAffinity', 'its labels change', near('web'), 'UnscheduledPodUpdatePodLabel', itself(web), itself({}), true],
  [
    'InterPodAffinity',
    'those of another waiting pod do',
    near('web'),
    'UnscheduledPodUpdatePodLabel',
    pod(web),
    pod({}),
    false,
  ],
  [
    'SchedulingGates',
    'the gates are open',
    web,
    'UnscheduledPodUpdatePodSchedulingGatesEliminated',
    itself(web),
    itself(gated),
    true,
  ],
  [
    'NodeDeclaredFeatures',
    'it needs other features',
    web,
    'UnscheduledPodUpdate',
    itself(web),
    itself(restartingAll),
    true,
  ],
  ['NodeDeclaredFeatures', 'it needs the same', web, 'UnscheduledPodUpdate', itself(web), itself(other), false],
  ['VolumeBinding', 'a node that tells its drivers', mounting('a'), 'CSINodeAdd', attaching(1), undefined, true],
  [
    'VolumeRestrictions',
    'its claim changes',
    mounting('a'),
    'PersistentVolumeClaimUpdate',
    some({ metadata: { name: 'a', namespace: 'default' } }),
    some({}),
    false,
  ],
])('%s: %s', (plugin, _what, waiting, name, object, old, expected) => {
  const { state, framework } = new Harness(cluster.client);
  const info = state.describe(makePod('waiting', waiting));
  const happening = { name, object, ...(old ? { old } : {}) };
  expect(framework.mayHelp(new Set([plugin]), info, happening)).toBe(expected);
});
