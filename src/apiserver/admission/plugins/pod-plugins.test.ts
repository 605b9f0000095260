import { describe, expect, test } from 'vitest';
import { Pods } from '#api/core/v1/pod.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { PriorityClasses } from '#api/scheduling/v1/priority-class.ts';
import { admit, attributesOf, inD, made, pluginOf, type TestRequest } from '../testing.ts';

const pod = (spec: object) => inD('p', { spec: { containers: [{ name: 'c', image: 'x' }], ...spec } });
const annotated = (annotation: string, more: object = {}) => ({
  metadata: { annotations: { [annotation]: 'true' }, ...more },
});

const DEFAULT_TOLERATIONS = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const WHITELIST = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
const SELECTOR = 'scheduler.alpha.kubernetes.io/node-selector';
const SANDBOX = made(
  'RuntimeClass',
  'sandbox',
  {
    handler: 'h',
    overhead: { podFixed: { cpu: '10m' } },
    scheduling: { nodeSelector: { s: '1' }, tolerations: [{ key: 't', operator: 'Exists' }] },
  },
  'node.k8s.io/v1',
);
const ZONE = { 'topology.kubernetes.io/zone': 'z', other: 'o' };

const CPU = { requests: { cpu: '1' } };
const boundPod = (generation: number, spec: object) => ({
  metadata: { name: 'p', namespace: 'a', generation },
  spec: { nodeName: 'n', containers: [{ name: 'c', image: 'x' }], ...spec },
});
/** A running pod gets another size. */
const resize = (spec: object, old: object): TestRequest => ({
  subresource: 'resize',
  object: boundPod(2, spec),
  oldObject: boundPod(1, old),
});
const node = (status: object) => ({
  kind: 'Node',
  apiVersion: 'v1',
  metadata: { name: 'n', labels: { 'kubernetes.io/os': 'linux' } },
  status,
});

describe.each<[string, [string, AnyResourceDefinition, TestRequest, readonly object[], unknown][]]>([
  [
    'RuntimeClass',
    [
      [
        'adds overhead and scheduling',
        Pods,
        { object: pod({ runtimeClassName: 'sandbox' }) },
        [SANDBOX],
        pod({
          runtimeClassName: 'sandbox',
          overhead: { cpu: '10m' },
          nodeSelector: { s: '1' },
          tolerations: [{ key: 't', operator: 'Exists' }],
        }),
      ],
      [
        'refuses a class that is not there',
        Pods,
        { object: pod({ runtimeClassName: 'gone' }) },
        [],
        'pods "p" is forbidden: pod rejected: RuntimeClass "gone" not found',
      ],
      [
        'refuses overhead of the pod’s own',
        Pods,
        { object: pod({ overhead: { cpu: '1' } }) },
        [],
        'pods "p" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
      ],
      [
        'refuses another overhead',
        Pods,
        { object: pod({ runtimeClassName: 'sandbox', overhead: { cpu: '1' } }) },
        [SANDBOX],
        "pods \"p\" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
      ],
      [
        'refuses another place',
        Pods,
        { object: pod({ runtimeClassName: 'sandbox', nodeSelector: { s: '2' } }) },
        [SANDBOX],
        'pods "p" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[s] = 1; pod.spec.nodeSelector[s] = 2',
      ],
    ],
  ],
  [
    'PodTopologyLabels',
    [
      [
        'labels a binding with where its node is',
        Pods,
        { object: inD('p', { target: { kind: 'Node', name: 'n' } }), subresource: 'binding' },
        [made('Node', 'n', { metadata: { labels: ZONE } })],
        {
          metadata: { name: 'p', namespace: 'd', labels: { 'topology.kubernetes.io/zone': 'z' } },
          target: { kind: 'Node', name: 'n' },
        },
      ],
    ],
  ],
  [
    'Priority',
    [
      [
        'resolves a class',
        Pods,
        { object: pod({ priorityClassName: 'high' }) },
        [made('PriorityClass', 'high', { value: 7, preemptionPolicy: 'Never' }, 'scheduling.k8s.io/v1')],
        pod({ priorityClassName: 'high', priority: 7, preemptionPolicy: 'Never' }),
      ],
      [
        'takes the default for pods without one',
        Pods,
        { object: pod({}) },
        [made('PriorityClass', 'usual', { value: 3, globalDefault: true }, 'scheduling.k8s.io/v1')],
        pod({ priorityClassName: 'usual', priority: 3, preemptionPolicy: 'PreemptLowerPriority' }),
      ],
      [
        'refuses a number of the pod’s own',
        Pods,
        { object: pod({ priority: 9 }) },
        [],
        'pods "p" is forbidden: the integer value of priority (9) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
      ],
      [
        'refuses a second default',
        PriorityClasses,
        { object: { metadata: { name: 'b' }, value: 1, globalDefault: true } },
        [made('PriorityClass', 'a', { value: 3, globalDefault: true }, 'scheduling.k8s.io/v1')],
        'priorityclasses.scheduling.k8s.io "b" is forbidden: PriorityClass a is already marked as default. Only one default can exist',
      ],
    ],
  ],
  [
    'ExtendedResourceToleration',
    [
      [
        'tolerates the taints of devices',
        Pods,
        { object: pod({ containers: [{ name: 'c', resources: { requests: { 'a.b/gpu': '1', cpu: '1' } } }] }) },
        [],
        pod({
          containers: [{ name: 'c', resources: { requests: { 'a.b/gpu': '1', cpu: '1' } } }],
          tolerations: [{ key: 'a.b/gpu', operator: 'Exists', effect: 'NoSchedule' }],
        }),
      ],
    ],
  ],
  [
    'LimitPodHardAntiAffinityTopology',
    [
      [
        'refuses to clear a zone',
        Pods,
        {
          object: pod({
            affinity: {
              podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone' }] },
            },
          }),
        },
        [],
        'pods "p" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey zone but only key kubernetes.io/hostname is allowed',
      ],
    ],
  ],
  [
    'PodNodeSelector',
    [
      [
        'selects for the namespace',
        Pods,
        { object: pod({ nodeSelector: { c: 'd' } }) },
        [made('Namespace', 'd', { metadata: { annotations: { [SELECTOR]: 'a=b' } } })],
        pod({ nodeSelector: { a: 'b', c: 'd' } }),
      ],
      [
        'refuses a pod that wants other nodes',
        Pods,
        { object: pod({ nodeSelector: { a: 'c' } }) },
        [made('Namespace', 'd', { metadata: { annotations: { [SELECTOR]: 'a=b' } } })],
        'pods "p" is forbidden: pod node label selector conflicts with its namespace node label selector',
      ],
    ],
  ],
  [
    'PodTolerationRestriction',
    [
      [
        'adds tolerations of the namespace, and one for memory where something is asked for',
        Pods,
        { object: pod({ containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] }) },
        [
          made('Namespace', 'd', {
            metadata: { annotations: { [DEFAULT_TOLERATIONS]: '[{"key":"a","operator":"Exists"}]' } },
          }),
        ],
        pod({
          containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }],
          tolerations: [
            { key: 'a', operator: 'Exists' },
            { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
          ],
        }),
      ],
      [
        'drops what another covers',
        Pods,
        {
          object: pod({
            tolerations: [
              { key: 'a', operator: 'Equal', value: 'x' },
              { key: 'b', operator: 'Exists' },
            ],
          }),
        },
        [
          made('Namespace', 'd', {
            metadata: { annotations: { [DEFAULT_TOLERATIONS]: '[{"key":"a","operator":"Exists"}]' } },
          }),
        ],
        pod({
          tolerations: [
            { key: 'b', operator: 'Exists' },
            { key: 'a', operator: 'Exists' },
          ],
        }),
      ],
      [
        'refuses what the whitelist does not cover',
        Pods,
        { object: pod({ tolerations: [{ key: 'b', operator: 'Exists' }] }) },
        [made('Namespace', 'd', { metadata: { annotations: { [WHITELIST]: '[{"key":"a","operator":"Exists"}]' } } })],
        'pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist',
      ],
    ],
  ],
  [
    'AlwaysPullImages',
    [
      [
        'pulls each time',
        Pods,
        { object: pod({}) },
        [],
        pod({ containers: [{ name: 'c', image: 'x', imagePullPolicy: 'Always' }] }),
      ],
    ],
  ],
  [
    'ServiceAccount',
    [
      [
        'refuses secrets that an account does not list',
        Pods,
        { object: pod({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }) },
        [
          {
            ...made(
              'ServiceAccount',
              'default',
              annotated('kubernetes.io/enforce-mountable-secrets', { namespace: 'd' }),
            ),
            automountServiceAccountToken: false,
          },
        ],
        'pods "p" is forbidden: volume with secret.secretName="s" is not allowed because service account default does not reference that secret',
      ],
      [
        'refuses an account that is not there',
        Pods,
        { object: pod({}) },
        [],
        'pods "p" is forbidden: error looking up service account d/default: serviceaccount "default" not found',
      ],
    ],
  ],
  [
    'NodeDeclaredFeatureValidator',
    [
      ['a pod keeps its size', Pods, resize({}, {}), [], boundPod(2, {})],
      [
        'a pod is relabelled',
        Pods,
        { ...resize({}, {}), oldObject: boundPod(2, { resources: CPU }) },
        [],
        boundPod(2, {}),
      ],
      [
        'a whole pod is resized where nobody knows how',
        Pods,
        resize({ resources: CPU }, {}),
        [node({ allocatable: {} })],
        'pods "p" is forbidden: pod update requires features InPlacePodLevelResourcesVerticalScaling which are not available on node "n"',
      ],
      [
        'a whole pod and its start are resized where that is known of one',
        Pods,
        resize(
          { resources: CPU, initContainers: [{ name: 'i', resources: CPU }] },
          { initContainers: [{ name: 'i' }] },
        ),
        [node({ declaredFeatures: ['InPlacePodLevelResourcesVerticalScaling'] })],
        'pods "p" is forbidden: pod update requires features InPlacePodVerticalScalingInitContainers which are not available on node "n"',
      ],
      [
        'a sidecar is resized',
        Pods,
        resize(
          { initContainers: [{ name: 'i', restartPolicy: 'Always', resources: CPU }] },
          { initContainers: [{ name: 'i', restartPolicy: 'Always' }] },
        ),
        [],
        boundPod(2, { initContainers: [{ name: 'i', restartPolicy: 'Always', resources: CPU }] }),
      ],
      ['its node is not there', Pods, resize({ resources: CPU }, {}), [], 'pods "p" is forbidden: node "n" not found'],
    ],
  ],
  [
    'PodResizeValidator',
    [
      [
        'there is room',
        Pods,
        resize({ resources: CPU }, {}),
        [node({ allocatable: { cpu: '1' } })],
        boundPod(2, { resources: CPU }),
      ],
      [
        'there could never be room',
        Pods,
        resize({ resources: { requests: { cpu: '1', memory: '2Ki' } } }, {}),
        [node({ allocatable: { cpu: '900m', memory: '1Ki' } })],
        'pods "p" is forbidden: Node didn\'t have enough allocatable resources: cpu, requested: 1000, allocatable: 900; memory, requested: 2048, allocatable: 1024',
      ],
      [
        'its node is of another system',
        Pods,
        resize({ resources: CPU }, {}),
        [
          {
            ...node({ allocatable: { cpu: '1' } }),
            metadata: { name: 'n', labels: { 'kubernetes.io/os': 'windows' } },
          },
        ],
        'pods "p" is forbidden: pod resize is only supported on linux nodes, node "n" is "windows"',
      ],
      ['its node is not there', Pods, resize({ resources: CPU }, {}), [], 'pods "p" is forbidden: node "n" not found'],
      [
        'it is no resize',
        Pods,
        { ...resize({ resources: CPU }, {}), subresource: '' },
        [],
        boundPod(2, { resources: CPU }),
      ],
    ],
  ],
])('%s', (name, cases) => {
  test.each(cases)('%s', async (_, definition, request, objects, expected) =>
    expect(await admit(pluginOf(name, objects), attributesOf(definition, request))).toEqual(expected),
  );
});
