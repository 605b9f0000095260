import { describe, expect, test } from 'vitest';
import { CertificateSigningRequests } from '#api/certificates/v1/certificate-signing-request.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { Services } from '#api/core/v1/service.ts';
import { Ingresses } from '#api/networking/v1/ingress.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { PriorityClasses } from '#api/scheduling/v1/priority-class.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionSource } from '../admission-source.ts';
import { admissionPlugins, pluginEntries } from '../plugins.ts';
import { admit, attributesOf, readerOf, type TestRequest } from '../testing.ts';

const sourceOf = (objects: readonly object[], allowed = false): AdmissionSource => ({
  ...readerOf(...objects),
  replace: async () => ({ written: false, current: undefined }),
  create: async (_definition, object) => object,
  decide: () => ({ allowed, denied: false, reason: '' }),
  clock: { now: () => 0, monotonic: () => 0 } as AdmissionSource['clock'],
});

const pluginOf = (name: string, objects: readonly object[], allowed = false): AdmissionPlugin => {
  const entry = pluginEntries.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`find plugin: no plugin named ${name}`);
  return entry.create(sourceOf(objects, allowed));
};

const made = (kind: string, name: string, more: object = {}, apiVersion = 'v1') => ({
  kind,
  apiVersion,
  ...more,
  metadata: { name, ...(more as { metadata?: object }).metadata },
});
const inD = (name: string, more: object = {}) => ({ metadata: { name, namespace: 'd' }, ...more });
const pod = (spec: object) => inD('p', { spec: { containers: [{ name: 'c', image: 'x' }], ...spec } });
const claim = (spec: object, more: object = {}) => inD('c', { spec, ...more });
const sized = (storage: string, storageClassName = 'fast') => ({
  storageClassName,
  resources: { requests: { storage } },
});
const annotated = (annotation: string, more: object = {}) => ({
  metadata: { annotations: { [annotation]: 'true' }, ...more },
});

const DEFAULT_TOLERATIONS = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const WHITELIST = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
const SELECTOR = 'scheduler.alpha.kubernetes.io/node-selector';
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';
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
const FAST = made('StorageClass', 'fast', { allowVolumeExpansion: true }, 'storage.k8s.io/v1');
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
    'DefaultStorageClass',
    [
      [
        'gives the newest default',
        PersistentVolumeClaims,
        { object: claim({}) },
        [
          made(
            'StorageClass',
            'a',
            annotated(IS_DEFAULT, { creationTimestamp: '2026-01-01T00:00:00Z' }),
            'storage.k8s.io/v1',
          ),
          made(
            'StorageClass',
            'b',
            annotated(IS_DEFAULT, { creationTimestamp: '2026-01-02T00:00:00Z' }),
            'storage.k8s.io/v1',
          ),
          FAST,
        ],
        claim({ storageClassName: 'b' }),
      ],
      [
        'leaves a claim that wants none',
        PersistentVolumeClaims,
        { object: claim({ storageClassName: '' }) },
        [made('StorageClass', 'a', annotated(IS_DEFAULT), 'storage.k8s.io/v1')],
        claim({ storageClassName: '' }),
      ],
    ],
  ],
  [
    'DefaultIngressClass',
    [
      [
        'gives the default',
        Ingresses,
        { object: inD('i', { spec: {} }) },
        [made('IngressClass', 'web', annotated('ingressclass.kubernetes.io/is-default-class'), 'networking.k8s.io/v1')],
        inD('i', { spec: { ingressClassName: 'web' } }),
      ],
    ],
  ],
  [
    'StorageObjectInUseProtection',
    [
      [
        'protects volumes',
        PersistentVolumes,
        { object: { metadata: { name: 'v' } } },
        [],
        { metadata: { name: 'v', finalizers: ['kubernetes.io/pv-protection'] } },
      ],
    ],
  ],
  [
    'PersistentVolumeClaimResize',
    [
      [
        'lets a bound claim grow',
        PersistentVolumeClaims,
        { object: claim(sized('2Gi')), oldObject: claim(sized('1Gi'), { status: { phase: 'Bound' } }) },
        [FAST],
        claim(sized('2Gi')),
      ],
      [
        'not one that is not bound',
        PersistentVolumeClaims,
        { object: claim(sized('2Gi')), oldObject: claim(sized('1Gi'), { status: { phase: 'Pending' } }) },
        [FAST],
        'persistentvolumeclaims "c" is forbidden: Only bound persistent volume claims can be expanded',
      ],
      [
        'nor one whose class cannot',
        PersistentVolumeClaims,
        { object: claim(sized('2Gi', 'x')), oldObject: claim(sized('1Gi', 'x'), { status: { phase: 'Bound' } }) },
        [FAST],
        'persistentvolumeclaims "c" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      ],
    ],
  ],
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
    'DenyServiceExternalIPs',
    [
      [
        'refuses new addresses',
        Services,
        { object: inD('s', { spec: { externalIPs: ['1.2.3.4'] } }), oldObject: inD('s', { spec: {} }) },
        [],
        'services "s" is forbidden: Use of external IPs is denied by admission control.',
      ],
      [
        'leaves those that are there',
        Services,
        {
          object: inD('s', { spec: { externalIPs: ['1.2.3.4'] } }),
          oldObject: inD('s', { spec: { externalIPs: ['1.2.3.4', '5.6.7.8'] } }),
        },
        [],
        inD('s', { spec: { externalIPs: ['1.2.3.4'] } }),
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
    'NamespaceExists',
    [
      ['wants the namespace to be there', Pods, { object: pod({}) }, [], 'namespaces "d" not found'],
      ['has nothing against others', Pods, { object: pod({}) }, [made('Namespace', 'd')], pod({})],
    ],
  ],
  [
    'AlwaysDeny',
    [
      [
        'refuses everything',
        Pods,
        { object: pod({}) },
        [],
        'pods "p" is forbidden: admission control is denying all modifications',
      ],
    ],
  ],
  ['AlwaysAdmit', [['lets everything pass', Pods, { object: pod({}) }, [], pod({})]]],
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
    'OwnerReferencesPermissionEnforcement',
    [
      [
        'wants the right to delete',
        Pods,
        { object: inD('p', { metadata: { name: 'p', namespace: 'd', ownerReferences: [{ uid: 'u' }] } }) },
        [],
        'pods "p" is forbidden: cannot set an ownerRef on a resource you can\'t delete: , <nil>',
      ],
      [
        'leaves owners as they are',
        Pods,
        {
          object: inD('p', { metadata: { name: 'p', ownerReferences: [{ uid: 'u' }] } }),
          oldObject: inD('p', { metadata: { name: 'p', ownerReferences: [{ uid: 'u' }] } }),
        },
        [],
        { metadata: { name: 'p', ownerReferences: [{ uid: 'u' }] } },
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
    'TaintNodesByCondition',
    [
      [
        'keeps pods from a new node',
        Nodes,
        { object: { metadata: { name: 'n' } } },
        [],
        { metadata: { name: 'n' }, spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] } },
      ],
    ],
  ],
  [
    'CertificateApproval',
    [
      [
        'wants the right to the signer',
        CertificateSigningRequests,
        {
          object: { metadata: { name: 'r' }, spec: { signerName: 'a.b/c' } },
          oldObject: { metadata: { name: 'r' }, spec: { signerName: 'a.b/c' } },
          subresource: 'approval',
        },
        [],
        'certificatesigningrequests.certificates.k8s.io "r" is forbidden: user not permitted to approve requests with signerName "a.b/c"',
      ],
    ],
  ],
  [
    'CertificateSigning',
    [
      [
        'wants it for what is signed only',
        CertificateSigningRequests,
        {
          object: { metadata: { name: 'r' }, spec: { signerName: 'a.b/c' } },
          oldObject: { metadata: { name: 'r' }, spec: { signerName: 'a.b/c' } },
          subresource: 'status',
        },
        [],
        { metadata: { name: 'r' }, spec: { signerName: 'a.b/c' } },
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
    'NamespaceLifecycle',
    [
      [
        'keeps what every cluster has',
        Namespaces,
        { oldObject: { metadata: { name: 'kube-system' } }, operation: 'DELETE' },
        [],
        'namespaces "kube-system" is forbidden: this namespace may not be deleted',
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

describe('which plugins run', () => {
  const names = (enable: string[] = [], disable: string[] = []) =>
    admissionPlugins(sourceOf([]), { enableAdmissionPlugins: enable, disableAdmissionPlugins: disable }).map(
      (plugin) => plugin.name,
    );

  test('is upstream’s default set, in its order, the quotas last', () => {
    expect(names()).toEqual(pluginEntries.filter(({ byDefault }) => byDefault).map(({ name }) => name));
    expect(names().at(-1)).toBe('ResourceQuota');
    expect(names()).not.toContain('NodeRestriction');
  });

  test('can be chosen', () => {
    const chosen = names(['NodeRestriction'], ['PodSecurity']);
    expect([chosen.includes('NodeRestriction'), chosen.includes('PodSecurity')]).toEqual([true, false]);
  });

  test.each([
    [['Nonsense'], [], 'enable-admission-plugins plugin "Nonsense" is unknown'],
    [[], ['Nonsense'], 'disable-admission-plugins plugin "Nonsense" is unknown'],
    [['ImagePolicyWebhook'], [], 'couldn\'t init admission plugin "ImagePolicyWebhook": no config specified'],
    [['Priority'], ['Priority'], 'Priority in enable-admission-plugins and disable-admission-plugins overlapped'],
  ])('enable %j, disable %j is refused', (enable, disable, message) =>
    expect(() => names(enable, disable)).toThrow(message),
  );

  test('plugins are called as their entries are', () => {
    expect(pluginEntries.map((entry) => entry.create(sourceOf([])).name)).toEqual(
      pluginEntries.map(({ name }) => name),
    );
  });
});
