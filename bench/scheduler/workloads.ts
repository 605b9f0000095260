// The workloads of upstream's scheduler_perf by what they consist of: nodes, pods that are there before, pods that are measured.
import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';

export interface Workload {
  readonly nodes: number;
  readonly node?: (index: number) => Node;
  readonly before?: number;
  readonly podBefore?: (index: number) => Pod;
  /** Whether pods that are there before get nodes. */
  readonly beforeFits?: boolean;
  readonly pods: number;
  readonly pod: (index: number) => Pod;
  /** Whether other things come and go meanwhile. */
  readonly churns?: boolean;
  /** What upstream reaches, in pods a second. */
  readonly peer: number;
}

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
type Spec = Partial<NonNullable<Pod['spec']>>;

const node = (index: number, labels: Record<string, string> = {}): Node => {
  const capacity = { cpu: '4', memory: '32Gi', pods: '110' };
  const name = `node-${index}`;
  return {
    metadata: { name, labels: { [HOSTNAME]: name, ...labels } },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  } as Node;
};

const zoned = (zones: number) => (index: number) => node(index, { [ZONE]: `zone${(index % zones) + 1}` });

const pod = (
  name: string,
  {
    labels = {},
    spec = {},
    cpu = '100m',
    memory = '500Mi',
  }: { labels?: Record<string, string>; spec?: Spec; cpu?: string; memory?: string } = {},
): Pod =>
  ({
    metadata: { name, namespace: 'default', labels },
    spec: {
      containers: [
        {
          name: 'pause',
          image: 'registry.k8s.io/pause:3.10',
          ports: [{ containerPort: 80 }],
          resources: { requests: { cpu, memory }, limits: { cpu, memory } },
        },
      ],
      ...spec,
    },
  }) as Pod;

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

export const workloads: Readonly<Record<string, Workload>> = {
  basic: { nodes: 5000, before: 1000, podBefore: before, pods: 10_000, pod: basic, peer: 680 },
  'basic-50000': { nodes: 5000, pods: 50_000, pod: basic, peer: 1130 },
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
    podBefore: (index) =>
      pod(`before-${index}`, { cpu: '900m', memory: '500Mi', spec: { terminationGracePeriodSeconds: 0, priority: 1 } }),
    pods: 5000,
    pod: (index) => pod(`measured-${index}`, { cpu: '3000m', memory: '500Mi', spec: { priority: 10 } }),
    peer: 570,
  },
  unschedulable: {
    nodes: 5000,
    before: 200,
    beforeFits: false,
    podBefore: (index) => pod(`before-${index}`, { cpu: '9' }),
    pods: 10_000,
    pod: basic,
    peer: 590,
  },
  'mixed-churn': { nodes: 5000, pods: 10_000, pod: basic, churns: true, peer: 710 },
  gated: {
    nodes: 5000,
    before: 10_000,
    beforeFits: false,
    podBefore: (index) => pod(`before-${index}`, { spec: { schedulingGates: [{ name: 'example.com/gate' }] } }),
    pods: 10_000,
    pod: basic,
    peer: 910,
  },
  daemonset: {
    nodes: 15_000,
    pods: 15_000,
    pod: (index) =>
      pod(`measured-${index}`, {
        spec: {
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [
                  { matchFields: [{ key: 'metadata.name', operator: 'In', values: [`node-${index}`] }] },
                ],
              },
            },
          },
        },
      }),
    peer: 1100,
  },
};

export { node as plainNode };
