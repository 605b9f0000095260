import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StatefulSet, StatefulSets } from '#api/apps/v1/stateful-set.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { type ResourceSlice, ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { type Workload, Workloads } from '#api/scheduling/v1alpha2/workload.ts';
import { Cluster } from '#testing/cluster.ts';

const start = async (featureGates: string[]) => {
  const cluster = await Cluster.start({ controllers: false, scheduler: false, featureGates });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  return cluster;
};

const group = (schedulingPolicy: object) =>
  ({ metadata: { name: 'ring', namespace: 'default' }, spec: { schedulingPolicy } }) as PodGroup;

const member = {
  metadata: { name: 'member', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'x' }], schedulingGroup: { podGroupName: 'ring' } },
} as Pod;

test('what a feature brings is there once it is on', async () => {
  const cluster = await start(['GenericWorkload']);
  try {
    const { client } = cluster;
    const workload = {
      metadata: { name: 'work', namespace: 'default' },
      spec: { podGroupTemplates: [{ name: 'ring', schedulingPolicy: { gang: { minCount: 2 } } }] },
    } as unknown as Workload;
    await client.of(Workloads).create(workload);
    const { metadata, status } = await client.of(PodGroups).create(group({ gang: { minCount: 2 } }));
    expect([metadata?.generation, status]).toEqual([1, undefined]);
    expect((await client.of(Pods).create(member)).spec?.schedulingGroup).toEqual({ podGroupName: 'ring' });
    await expect(client.of(PodGroups).create(group({}))).rejects.toThrow('must specify one of: `basic`, `gang`');
    await expect(client.of(PodGroups).create(group({ basic: {}, gang: { minCount: 2 } }))).rejects.toThrow(
      'must specify exactly one of: `basic`, `gang`',
    );
    const nameless = { ...member, spec: { ...member.spec, schedulingGroup: {} } } as Pod;
    await expect(client.of(Pods).create(nameless)).rejects.toThrow(
      'spec.schedulingGroup: Invalid value: "": must specify one of: `podGroupName`',
    );
    await expect(client.of(PodGroups).create(group({ gang: { minCount: 0 } }))).rejects.toThrow(
      'spec.schedulingPolicy.gang.minCount: Invalid value: 0: must be greater than or equal to 1',
    );
    await expect(client.of(Workloads).create({ ...workload, spec: { podGroupTemplates: [] } })).rejects.toThrow(
      'spec.podGroupTemplates: Required value',
    );
  } finally {
    await cluster.stop();
  }
});

test('groups have claims where that is on', async () => {
  const groupWith = (...resourceClaims: readonly object[]) => {
    const { spec, ...rest } = group({ basic: {} });
    return { ...rest, spec: { ...spec, resourceClaims } } as PodGroup;
  };
  const gpu = { name: 'gpu', resourceClaimName: 'gpu' };
  const without = await start(['GenericWorkload']);
  try {
    const { spec } = await without.client.of(PodGroups).create(groupWith(gpu));
    expect(spec?.resourceClaims).toBeUndefined();
  } finally {
    await without.stop();
  }
  const cluster = await start(['GenericWorkload', 'DRAWorkloadResourceClaims']);
  try {
    const groups = cluster.client.of(PodGroups);
    const refusals = [
      [
        [{ name: 'gpu' }],
        '[0]: Invalid value: "": must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
      ],
      [[{ ...gpu, resourceClaimTemplateName: 't' }], 'must specify exactly one of: `resourceClaimName`'],
      [[{ ...gpu, name: 'a.b' }], '[0].name: Invalid value: "a.b"'],
      [[{ ...gpu, resourceClaimName: 'A' }], '[0].resourceClaimName: Invalid value: "A"'],
      [[gpu, gpu], '[1]: Duplicate value: "gpu"'],
      [['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...gpu, name })), ': Too many: 5: must have at most 4 items'],
    ] as const;
    for (const [claims, message] of refusals) {
      await expect(groups.create(groupWith(...claims))).rejects.toThrow(message);
    }
    const made = await groups.create(groupWith(gpu));
    await expect(groups.update({ ...made, spec: { ...made.spec, resourceClaims: [] } } as PodGroup)).rejects.toThrow(
      'field is immutable',
    );
    const status = { resourceClaimStatuses: [{ name: 'other', resourceClaimName: 'x' }] };
    await expect(groups.updateStatus({ ...made, status })).rejects.toThrow(
      'status.resourceClaimStatuses[0].name: Invalid value: "other": must match the name of an entry in `spec.resourceClaims`',
    );
    const told = { resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'ring-gpu-1' }] };
    expect((await groups.updateStatus({ ...made, status: told })).status).toEqual(told);
  } finally {
    await cluster.stop();
  }
});

test('one pod of a StatefulSet may be missing where it is known how many may', async () => {
  const cluster = await start(['MaxUnavailableStatefulSet']);
  try {
    const set = (updateStrategy: object) =>
      ({
        metadata: { name: 'set', namespace: 'default' },
        spec: { selector: { matchLabels: { a: 'b' } }, template, updateStrategy },
      }) as unknown as StatefulSet;
    const strategies = [{}, { rollingUpdate: { partition: 1 } }, { rollingUpdate: { maxUnavailable: 2 } }];
    const made = await Promise.all(
      strategies.map((each) => cluster.client.of(StatefulSets).create(set(each), { dryRun: true })),
    );
    expect(made.map(({ spec }) => spec?.updateStrategy?.rollingUpdate)).toEqual([
      { partition: 0, maxUnavailable: 1 },
      { partition: 1, maxUnavailable: 1 },
      { partition: 0, maxUnavailable: 2 },
    ]);
  } finally {
    await cluster.stop();
  }
});

const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
const slice = { driver: 'd.example.com', nodeName: 'n', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } };
const certificate = { podCertificate: { signerName: 'example.com/signer', keyType: 'ED25519' } };

/** Of what is sent, which part is looked at, and what is left of it. */
const GATED: [what: string, AnyResourceDefinition, sent: object, part: (made: never) => unknown, left: unknown][] = [
  [
    'the volume of another namespace as a source',
    PersistentVolumeClaims,
    { spec: { ...claim, dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'a', namespace: 'b' } } },
    ({ spec }: PersistentVolumeClaim) => [spec?.dataSource, spec?.dataSourceRef],
    [undefined, undefined],
  ],
  [
    'sources that old clients cannot mean',
    PersistentVolumeClaims,
    { spec: { ...claim, dataSource: { apiGroup: 'example.com', kind: 'Snapshot', name: 'a' } } },
    ({ spec }: PersistentVolumeClaim) => [spec?.dataSource, spec?.dataSourceRef],
    [undefined, undefined],
  ],
  [
    'how many pods of a StatefulSet may be missing',
    StatefulSets,
    {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template,
        updateStrategy: { rollingUpdate: { maxUnavailable: 2 } },
      },
    },
    ({ spec }: StatefulSet) => spec?.updateStrategy,
    { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
  ],
  [
    'a signal that stops a container, with what holds nothing else',
    Pods,
    {
      spec: {
        containers: [
          { name: 'c', image: 'x', lifecycle: { stopSignal: 'SIGUSR1' } },
          { name: 'd', image: 'x', lifecycle: { stopSignal: 'SIGUSR1', preStop: { sleep: { seconds: 1 } } } },
        ],
      },
    },
    ({ spec }: Pod) => spec?.containers.map(({ lifecycle }) => lifecycle),
    [undefined, { preStop: { sleep: { seconds: 1 } } }],
  ],
  [
    'lists among attributes of devices, and what devices take of the node',
    ResourceSlices,
    {
      spec: {
        ...slice,
        devices: [
          {
            name: 'd',
            attributes: { a: { int: 1, ints: [1, 2], bools: [true], strings: ['x'], versions: ['1.2.3'] } },
            nodeAllocatableResourceMappings: { cpu: { capacityKey: 'a' } },
          },
        ],
      },
    },
    ({ spec }: ResourceSlice) => spec?.devices,
    [{ name: 'd', attributes: { a: { int: 1 } } }],
  ],
  [
    'a certificate for a pod',
    Pods,
    {
      spec: {
        containers: [{ name: 'c', image: 'x' }],
        volumes: [{ name: 'v', projected: { sources: [certificate] } }],
      },
    },
    ({ spec }: Pod) => spec?.volumes?.[0],
    { name: 'v', projected: { sources: [{}], defaultMode: 420 } },
  ],
];

describe('while features are off', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start([]);
  });
  afterAll(() => cluster.stop());

  test.each(GATED)('%s is dropped', async (_, definition, sent, part, left) => {
    const metadata = { name: 'gated', ...(definition.namespaced ? { namespace: 'default' } : {}) };
    const object = { metadata, ...sent } as KubernetesObject;
    const made = await cluster.client.of(definition).create(object, { dryRun: true });
    expect(part(made as never)).toEqual(left);
  });

  test.each(['Gt', 'Near'])('a toleration of %s is refused', async (operator) => {
    const spec = { ...member.spec, tolerations: [{ key: 'a', operator, value: '5' }] };
    await expect(cluster.client.of(Pods).create({ ...member, spec } as Pod, { dryRun: true })).rejects.toThrow(
      `spec.tolerations[0].operator: Unsupported value: "${operator}": supported values: "Equal", "Exists"`,
    );
  });

  test('what they bring is not there', async () => {
    const { client } = cluster;
    await expect(client.of(PodGroups).create(group({ basic: {} }))).rejects.toThrow('could not find');
    expect((await client.of(Pods).create(member)).spec?.schedulingGroup).toBeUndefined();
  });
});
