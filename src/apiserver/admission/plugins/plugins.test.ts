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
import { admissionPlugins, pluginEntries } from '../plugins.ts';
import { admit, attributesOf, inD, made, pluginOf, sourceOf, type TestRequest } from '../testing.ts';

const pod = (spec: object) => inD('p', { spec: { containers: [{ name: 'c', image: 'x' }], ...spec } });
const claim = (spec: object, more: object = {}) => inD('c', { spec, ...more });
const sized = (storage: string, storageClassName = 'fast') => ({
  storageClassName,
  resources: { requests: { storage } },
});
const annotated = (annotation: string, more: object = {}) => ({
  metadata: { annotations: { [annotation]: 'true' }, ...more },
});

const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const FAST = made('StorageClass', 'fast', { allowVolumeExpansion: true }, 'storage.k8s.io/v1');

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
    [
      ['EventRateLimit'],
      [],
      'couldn\'t init admission plugin "EventRateLimit": limits: Invalid value: null: must not be empty',
    ],
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
