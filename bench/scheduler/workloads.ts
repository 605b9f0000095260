// The workloads of upstream's scheduler_perf by what they consist of: nodes, pods that are there before, pods that are measured.
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import { type DeviceClass, DeviceClasses } from '#api/resource/v1/device-class.ts';
import { type ResourceClaimTemplate, ResourceClaimTemplates } from '#api/resource/v1/resource-claim-template.ts';
import { type ResourceSlice, ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import { type CSINode, CSINodes } from '#api/storage/v1/csi-node.ts';
import type { Client } from '#client/client.ts';
import { boundVolume, HOSTNAME, lightPod, makeNode, node, pod, withClaim, ZONE, zoned } from './objects.ts';

export interface Workload {
  readonly nodes: number;
  readonly node?: (index: number) => Node;
  /** Controllers that have a part in it. */
  readonly controllers?: readonly string[];
  /** Creates what is needed once. */
  readonly setUp?: (client: Client) => Promise<unknown>;
  /** Creates what belongs to a node. */
  readonly withNode?: (client: Client, index: number) => Promise<unknown>;
  readonly before?: number;
  readonly podBefore?: (index: number) => Pod;
  /** Whether pods that are there before get nodes. */
  readonly beforeFits?: boolean;
  readonly pods: number;
  readonly pod: (index: number) => Pod;
  /** Creates what a pod needs, before or measured. */
  readonly withPod?: (client: Client, pod: Pod) => Promise<unknown>;
  /** What comes and goes meanwhile. */
  readonly churn?: { readonly everyMs: number; readonly step: (client: Client, index: number) => Promise<unknown> };
  /** What upstream reaches, in pods a second, as far as it says. */
  readonly peer?: number;
}

/** The same on another number of nodes, with as many fewer or more pods; never more of these than the workload has. */
export function sized(workload: Workload, nodes: number): Workload {
  const share = Math.min(1, nodes / workload.nodes);
  const scaled = (pods: number) => Math.max(1, Math.round(pods * share));
  const { before } = workload;
  return {
    ...workload,
    nodes,
    pods: scaled(workload.pods),
    ...(before === undefined ? {} : { before: scaled(before) }),
  };
}

type Spec = Partial<NonNullable<Pod['spec']>>;

const basic = (index: number) => pod(`basic-${index}`);
const before = (index: number) => pod(`before-${index}`);
const kind = (make: (name: string) => Pod) => ({
  podBefore: (index: number) => make(`before-${index}`),
  pod: (index: number) => make(`measured-${index}`),
});

const spread = (whenUnsatisfiable: string) => (name: string) =>
  pod(name, {
    labels: { color: 'blue' },
    spec: {
      topologySpreadConstraints: [
        { maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable, labelSelector: { matchLabels: { color: 'blue' } } },
      ],
    } as Spec,
  });

const near = (color: string, topologyKey: string) => ({
  labelSelector: { matchLabels: { color } },
  topologyKey,
  namespaces: ['default'],
});

const lowPriority = (index: number) =>
  pod(`before-${index}`, { cpu: '900m', spec: { terminationGracePeriodSeconds: 0 } });
const preemptor = (name: string) => pod(name, { cpu: '3000m', spec: { priority: 10 } });
const tooLarge = (name: string) => pod(name, { cpu: '9000m', spec: { priority: 10 } });

/** A node for everything. */
const spacious = () =>
  makeNode('scheduler-perf-node', { capacity: { cpu: '1000000', memory: '3200Gi', pods: '90000' } });

const onlyOn = (name: string) => ({
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
  },
});

export const workloads: Readonly<Record<string, Workload>> = {
  basic: { nodes: 5000, before: 1000, podBefore: before, pods: 10_000, pod: basic, peer: 680 },
  'basic-50000': { nodes: 5000, before: 5000, podBefore: before, pods: 50_000, pod: basic, peer: 1130 },
  'topology-spread': {
    nodes: 5000,
    node: zoned(3),
    before: 1000,
    podBefore: before,
    pods: 5000,
    pod: (index) => spread('DoNotSchedule')(`measured-${index}`),
    peer: 460,
  },
  'preferred-spread': {
    nodes: 5000,
    node: zoned(3),
    before: 1000,
    podBefore: before,
    pods: 5000,
    pod: (index) => spread('ScheduleAnyway')(`measured-${index}`),
    peer: 340,
  },
  'pod-affinity': {
    nodes: 5000,
    node: zoned(1),
    before: 5000,
    pods: 5000,
    ...kind((name) =>
      pod(name, {
        labels: { color: 'blue' },
        spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near('blue', ZONE)] } } },
      }),
    ),
    peer: 35,
  },
  'pod-anti-affinity': {
    nodes: 5000,
    before: 1000,
    pods: 2000,
    ...kind((name) =>
      pod(name, {
        labels: { color: 'green' },
        spec: {
          affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near('green', HOSTNAME)] } },
        },
      }),
    ),
    peer: 60,
  },
  'preferred-pod-affinity': {
    nodes: 5000,
    before: 5000,
    pods: 5000,
    ...kind((name) =>
      pod(name, {
        labels: { color: 'red' },
        spec: {
          affinity: {
            podAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: near('red', HOSTNAME) }],
            },
          },
        },
      }),
    ),
    peer: 90,
  },
  'node-affinity': {
    nodes: 5000,
    node: zoned(1),
    before: 5000,
    pods: 10_000,
    ...kind((name) =>
      pod(name, {
        spec: {
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone1', 'zone2'] }] }],
              },
            },
          },
        },
      }),
    ),
    peer: 220,
  },
  preemption: {
    nodes: 5000,
    before: 20_000,
    podBefore: lowPriority,
    pods: 5000,
    pod: basic,
    churn: { everyMs: 200, step: (client, index) => create(client, preemptor(`churn-${index}`)) },
    peer: 570,
  },
  // The peer does without this one at 5,000 nodes, since it never ended there.
  'preemption-only': {
    nodes: 5000,
    before: 20_000,
    podBefore: lowPriority,
    pods: 5000,
    pod: (index) => preemptor(`measured-${index}`),
  },
  unschedulable: {
    nodes: 5000,
    before: 100,
    podBefore: before,
    pods: 10_000,
    pod: basic,
    churn: { everyMs: 200, step: (client, index) => create(client, tooLarge(`churn-${index}`)) },
    peer: 590,
  },
  'mixed-churn': {
    nodes: 5000,
    pods: 10_000,
    pod: basic,
    churn: { everyMs: 1000, step: recreateNodePodAndService },
    peer: 710,
  },
  gated: {
    nodes: 1,
    node: spacious,
    before: 20_000,
    podBefore: (index) => lightPod(`before-${index}`),
    withPod: (client, { metadata }) => {
      const [, kindOf, index] = /^(.*)-(\d+)$/.exec(metadata?.name ?? '') ?? [];
      if (kindOf !== 'before' || Number(index) >= 10_000) return Promise.resolve();
      return create(client, lightPod(`gated-${index}`, { schedulingGates: [{ name: 'example.com/gate' }] }));
    },
    pods: 20_000,
    pod: (index) => lightPod(`measured-${index}`),
    churn: {
      everyMs: 20,
      step: (client, index) =>
        client.of(Pods).delete(`before-${index}`, { namespace: 'default', gracePeriodSeconds: 0 }),
    },
    peer: 910,
  },
  daemonset: {
    nodes: 15_001,
    node: (index) => (index === 0 ? spacious() : node(index)),
    pods: 30_000,
    pod: (index) =>
      lightPod(`measured-${index}`, { affinity: { nodeAffinity: onlyOn('scheduler-perf-node') } } as Spec),
    peer: 1100,
  },
  'in-tree-volumes': {
    nodes: 5000,
    before: 1000,
    pods: 2000,
    ...kind(withClaim),
    withPod: (client, { metadata }) =>
      createVolume(client, metadata?.name ?? '', { awsElasticBlockStore: { volumeID: `vol-${metadata?.name}` } }),
    peer: 290,
  },
  'claim-templates': {
    nodes: 500,
    controllers: ['resourceclaim-controller'],
    setUp: createClassAndTemplate,
    withNode: (client, index) => client.of(ResourceSlices).create(slice(`node-${index}`)),
    before: 2500,
    pods: 2500,
    ...kind((name) =>
      lightPod(name, {
        resourceClaims: [{ name: 'resource', resourceClaimTemplateName: 'test-claim-template' }],
      } as Spec),
    ),
    peer: 56,
  },
  'csi-volumes': {
    nodes: 5000,
    withNode: (client, index) => client.of(CSINodes).create(csiNode(`node-${index}`)),
    before: 5000,
    pods: 5000,
    ...kind(withClaim),
    withPod: (client, { metadata }) =>
      createVolume(client, metadata?.name ?? '', { csi: { driver: EBS, volumeHandle: `vol-${metadata?.name}` } }),
    peer: 100,
  },
};

const EBS = 'ebs.csi.aws.com';

function create(client: Client, object: Pod): Promise<unknown> {
  return client.of(Pods).create(object);
}

async function createVolume(client: Client, name: string, source: object): Promise<void> {
  const { volume, claim } = boundVolume(name, source);
  const { metadata } = await client.of(PersistentVolumeClaims).create(claim);
  const { spec } = volume;
  const claimRef = { ...spec?.claimRef, uid: metadata?.uid };
  await client.of(PersistentVolumes).create({ ...volume, spec: { ...spec, claimRef } } as typeof volume);
}

const DRA = 'test-driver.cdi.k8s.io';

async function createClassAndTemplate(client: Client): Promise<void> {
  const selectors = [{ cel: { expression: `device.driver == "${DRA}"` } }];
  await client.of(DeviceClasses).create({ metadata: { name: 'test-class' }, spec: { selectors } } as DeviceClass);
  const requests = [{ name: 'req-0', exactly: { deviceClassName: 'test-class' } }];
  await client.of(ResourceClaimTemplates).create({
    metadata: { name: 'test-claim-template', namespace: 'default' },
    spec: { spec: { devices: { requests } } },
  } as unknown as ResourceClaimTemplate);
}

/** Ten devices of a node. */
const slice = (nodeName: string): ResourceSlice =>
  ({
    metadata: { name: nodeName },
    spec: {
      nodeName,
      driver: DRA,
      pool: { name: nodeName, generation: 1, resourceSliceCount: 1 },
      devices: Array.from({ length: 10 }, (_, index) => ({ name: `instance-${index}` })),
    },
  }) as unknown as ResourceSlice;

const csiNode = (name: string): CSINode =>
  ({ metadata: { name }, spec: { drivers: [{ name: EBS, nodeID: name, allocatable: { count: 39 } }] } }) as CSINode;

/** The same node, pod and service again and again. */
async function recreateNodePodAndService(client: Client, index: number): Promise<void> {
  const names = { node: `churn-node-${index}`, pod: `churn-${index}`, service: `churn-${index}` };
  const service = { metadata: { name: names.service, namespace: 'default' }, spec: { ports: [{ port: 80 }] } };
  await client.of(Nodes).create(makeNode(names.node));
  await create(client, tooLarge(names.pod));
  await client.of(Services).create(service as Service);
  await client.of(Nodes).delete(names.node);
  await client.of(Pods).delete(names.pod, { namespace: 'default', gracePeriodSeconds: 0 });
  await client.of(Services).delete(names.service, { namespace: 'default' });
}
