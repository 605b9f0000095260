// Objects that workloads consist of.
import type { Node } from '#api/core/v1/node.ts';
import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';

export const HOSTNAME = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';
type Spec = Partial<NonNullable<Pod['spec']>>;

export function makeNode(
  name: string,
  {
    labels = {},
    capacity = { cpu: '4', memory: '32Gi', pods: '110' },
  }: { labels?: Record<string, string>; capacity?: Record<string, string> } = {},
): Node {
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
}

export const node = (index: number): Node => makeNode(`node-${index}`);

export const zoned = (zones: number) => (index: number) =>
  makeNode(`node-${index}`, { labels: { [ZONE]: `zone${(index % zones) + 1}` } });

export interface PodShape {
  readonly labels?: Record<string, string>;
  readonly spec?: Spec;
  readonly cpu?: string;
  readonly memory?: string;
}

export const pod = (name: string, { labels = {}, spec = {}, cpu = '100m', memory = '500Mi' }: PodShape = {}): Pod =>
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

/** A pod that asks for nothing. */
export const lightPod = (name: string, spec: Spec = {}): Pod =>
  ({
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10' }], ...spec },
  }) as Pod;

export const withClaim = (name: string): Pod =>
  pod(name, { spec: { volumes: [{ name: 'vol', persistentVolumeClaim: { claimName: `pvc-${name}` } }] } as Spec });

/** A volume and the claim that it is bound to already. */
export function boundVolume(
  name: string,
  source: object,
): { readonly volume: PersistentVolume; readonly claim: PersistentVolumeClaim } {
  const volume = {
    metadata: { name: `pv-${name}`, annotations: { 'pv.kubernetes.io/bound-by-controller': 'true' } },
    spec: {
      accessModes: ['ReadOnlyMany'],
      capacity: { storage: '1Gi' },
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name: `pvc-${name}` },
      ...source,
    },
  };
  const claim = {
    metadata: {
      name: `pvc-${name}`,
      namespace: 'default',
      annotations: { 'pv.kubernetes.io/bind-completed': 'true' },
    },
    spec: {
      accessModes: ['ReadOnlyMany'],
      resources: { requests: { storage: '1Gi' } },
      volumeName: `pv-${name}`,
      storageClassName: '',
    },
  };
  return { volume: volume as unknown as PersistentVolume, claim: claim as unknown as PersistentVolumeClaim };
}
