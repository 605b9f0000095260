import { expect, test } from 'vitest';
import type { Mutable } from '#machinery/schema/schema.ts';
import { ValidatingWebhookConfigurations } from './admissionregistration/v1/validating-webhook-configuration.ts';
import { CustomResourceDefinitions } from './apiextensions/v1/custom-resource-definition.ts';
import { DaemonSets } from './apps/v1/daemon-set.ts';
import { Deployments } from './apps/v1/deployment.ts';
import { CronJobs } from './batch/v1/cron-job.ts';
import { Jobs } from './batch/v1/job.ts';
import { EndpointsResource } from './core/v1/endpoints.ts';
import { Nodes } from './core/v1/node.ts';
import { PersistentVolumeClaims } from './core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from './core/v1/pod.ts';
import { ResourceQuotas } from './core/v1/resource-quota.ts';
import { ServiceAccounts } from './core/v1/service-account.ts';
import { EndpointSlices } from './discovery/v1/endpoint-slice.ts';
import { Ingresses } from './networking/v1/ingress.ts';
import { NetworkPolicies } from './networking/v1/network-policy.ts';
import { RuntimeClasses } from './node/v1/runtime-class.ts';
import { ResourceSlices } from './resource/v1/resource-slice.ts';
import type { AnyResourceDefinition } from './resource-definition.ts';
import { CSIStorageCapacities } from './storage/v1/csi-storage-capacity.ts';
import { StorageClasses } from './storage/v1/storage-class.ts';

const DOTS = 'which can result in surprising behavior; a DNS label is recommended: [must not contain dots]';
const AFTER = `metadata.name: this is used in Pod names and hostnames, ${DOTS}`;
const ZERO = '10.0.0.07';
const ZERO_TEXT = 'non-standard IP address "10.0.0.07" is invalid: use "10.0.0.7"';
const NETWORK_TEXT = 'CIDR value "10.0.0.7/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.7/32"?)';
const OS = 'beta.kubernetes.io/os';
const OS_TEXT = 'deprecated since v1.14; use "kubernetes.io/os" instead';
const odd = { spec: { nodeSelector: { [OS]: 'linux' }, containers: [] } };
const huge = { completionMode: 'Indexed', completions: 100_001, parallelism: 10_001, template: odd };
const HUGE_TEXT =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';
const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';

const PREFERRED =
  'spec.template.spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0]';

interface Case {
  readonly of: AnyResourceDefinition;
  readonly object: object;
  readonly warnings: readonly string[];
}

test.each<Case>([
  {
    of: Deployments,
    object: { metadata: { name: 'a.b' }, spec: { template: odd } },
    warnings: [AFTER, `spec.template.spec.nodeSelector[${OS}]: ${OS_TEXT}`],
  },
  {
    of: Jobs,
    object: { metadata: { name: 'a.b' }, spec: huge },
    warnings: [AFTER, `spec: ${HUGE_TEXT}`, `spec.template.spec.nodeSelector[${OS}]: ${OS_TEXT}`],
  },
  {
    of: CronJobs,
    object: { metadata: { name: 'a' }, spec: { jobTemplate: { spec: huge } } },
    warnings: [
      `spec.jobTemplate.spec: ${HUGE_TEXT}`,
      `spec.jobTemplate.spec.template.spec.nodeSelector[${OS}]: ${OS_TEXT}`,
    ],
  },
  {
    of: Pods,
    object: { metadata: { name: 'a.b' }, spec: { containers: [] } },
    warnings: [`metadata.name: this is used in the Pod's hostname, ${DOTS}`],
  },
  {
    of: ServiceAccounts,
    object: { metadata: { name: 'a', annotations: { [ENFORCE]: 'false' } } },
    warnings: [
      `metadata.annotations[${ENFORCE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
    ],
  },
  {
    of: Ingresses,
    object: { metadata: { name: 'a', annotations: { 'kubernetes.io/ingress.class': 'x' } }, spec: {} },
    warnings: ['annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead'],
  },
  {
    of: EndpointsResource,
    object: { subsets: [{}, { addresses: [{ ip: '::1' }, { ip: ZERO }], notReadyAddresses: [{ ip: ZERO }] }] },
    warnings: [`subsets[1].addresses[1].ip: ${ZERO_TEXT}`, `subsets[1].notReadyAddresses[0].ip: ${ZERO_TEXT}`],
  },
  {
    of: EndpointsResource,
    object: {
      metadata: { labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } },
      subsets: [{ addresses: [{ ip: ZERO }] }],
    },
    warnings: [],
  },
  {
    of: EndpointSlices,
    object: { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.7', ZERO] }] },
    warnings: [`endpoints[0].addresses[1]: ${ZERO_TEXT}`],
  },
  {
    of: EndpointSlices,
    object: {
      metadata: { labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [ZERO] }],
    },
    warnings: [],
  },
  {
    of: EndpointSlices,
    object: { addressType: 'FQDN', endpoints: [{ addresses: ['a.example'] }] },
    warnings: ['spec.addressType: FQDN endpoints are deprecated'],
  },
  {
    of: NetworkPolicies,
    object: {
      spec: {
        ingress: [{ from: [{}, { ipBlock: { cidr: '10.0.0.7/8', except: ['10.0.0.0/16', '10.0.0.7/8'] } }] }],
        egress: [{}, { to: [{ ipBlock: { cidr: '10.0.0.7/8' } }] }],
      },
    },
    warnings: [
      `spec.ingress[0].from[1].ipBlock.cidr: ${NETWORK_TEXT}`,
      `spec.ingress[0].from[1].ipBlock.except[1]: ${NETWORK_TEXT}`,
      `spec.egress[1].to[0].ipBlock.cidr: ${NETWORK_TEXT}`,
    ],
  },
  {
    of: Nodes,
    object: { spec: { externalID: 'x', podCIDRs: ['10.0.0.7/8'] } },
    warnings: [
      'spec.externalID: this field is deprecated, and is unused by Kubernetes',
      `spec.podCIDRs[0]: ${NETWORK_TEXT}`,
    ],
  },
  {
    of: ValidatingWebhookConfigurations,
    object: { metadata: { name: 'a.static.k8s.io' } },
    warnings: [
      'metadata.name: names ending with ".static.k8s.io" are reserved for static manifest-based configurations and cannot be managed via the API',
    ],
  },
  {
    of: CustomResourceDefinitions,
    object: {
      spec: {
        versions: [
          {
            schema: {
              openAPIV3Schema: {
                properties: {
                  a: { type: 'string', format: 'date-time' },
                  b: { type: 'array', items: { type: 'string', format: 'color' } },
                  c: { type: 'integer', format: 'double' },
                  d: { type: 'number', format: 'double' },
                },
              },
            },
          },
        ],
      },
    },
    warnings: ['unrecognized format "color"', 'unrecognized format "double"'],
  },
  {
    of: RuntimeClasses,
    object: { handler: 'x', scheduling: { nodeSelector: { [OS]: 'linux' } } },
    warnings: [`scheduling.nodeSelector: ${OS_TEXT}`],
  },
  {
    of: StorageClasses,
    object: { allowedTopologies: [{}, { matchLabelExpressions: [{ key: OS, values: ['linux'] }] }] },
    warnings: [`allowedTopologies[1].matchLabelExpressions[0].key: ${OS_TEXT}`],
  },
  {
    of: CSIStorageCapacities,
    object: { nodeTopology: { matchExpressions: [{ key: OS, operator: 'Exists' }], matchLabels: { [OS]: 'linux' } } },
    warnings: [
      `nodeTopology.matchExpressions[0].key: ${OS} is ${OS_TEXT}`,
      `nodeTopology.matchLabels.${OS}: ${OS_TEXT}`,
    ],
  },
  {
    of: ResourceQuotas,
    object: {
      spec: {
        hard: {
          cpu: '5',
          'limits.cpu': '1',
          'requests.memory': '1Gi',
          'limits.memory': '1Gi',
          'requests.ephemeral-storage': '2Gi',
          'limits.ephemeral-storage': '1Gi',
          storage: '5',
          'limits.storage': '1',
        },
      },
    },
    warnings: [
      'ResourceQuota cpu (5) should be less than limits.cpu (1)',
      'ResourceQuota requests.ephemeral-storage (2Gi) should be less than limits.ephemeral-storage (1Gi)',
    ],
  },
  {
    of: PersistentVolumeClaims,
    object: {
      metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } },
      spec: { resources: { requests: { storage: '1500m' } } },
    },
    warnings: [
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
    ],
  },
  {
    of: ResourceSlices,
    object: { spec: { driver: 'A.example' } },
    warnings: ['spec.driver: driver names should be lowercase; "A.example" contains uppercase characters'],
  },
  {
    of: DaemonSets,
    object: {
      spec: {
        template: {
          metadata: {
            annotations: {
              'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default',
              'container.seccomp.security.alpha.kubernetes.io/a': 'unconfined',
              'container.seccomp.security.alpha.kubernetes.io/b': 'unconfined',
              'container.apparmor.security.beta.kubernetes.io/a': 'localhost/x',
              'container.apparmor.security.beta.kubernetes.io/b': 'runtime/default',
            },
          },
          spec: {
            securityContext: { appArmorProfile: { type: 'RuntimeDefault' } },
            containers: [{ name: 'a' }, { name: 'b', securityContext: { seccompProfile: { type: 'Unconfined' } } }],
            affinity: {
              nodeAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                  {
                    weight: 1,
                    preference: { matchExpressions: [{ key: OS, operator: 'In', values: ['linux', '-x'] }] },
                  },
                ],
              },
            },
          },
        },
      },
    },
    warnings: [
      `${PREFERRED}.key: ${OS} is ${OS_TEXT}`,
      expect.stringMatching(/\.values\[1\]: -x is invalid, a valid label must be an empty string or consist of/),
      'spec.template.metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
      'spec.template.metadata.annotations[container.seccomp.security.alpha.kubernetes.io/a]: non-functional in v1.27+; use the "seccompProfile" field instead',
      'spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]: deprecated since v1.30; use the "appArmorProfile" field instead',
    ],
  },
])('$of.kind is warned of what is odd: $warnings', ({ of, object, warnings }) => {
  expect(of.strategy.warn?.(object)).toEqual(warnings);
});

test('annotations that confine containers of a new pod become their fields, which is told once', () => {
  const key = (name: string) => `container.apparmor.security.beta.kubernetes.io/${name}`;
  const pod = (spec: object) => ({
    metadata: {
      name: 'p',
      annotations: {
        [key('a')]: 'localhost/x',
        [key('b')]: 'unconfined',
        [key('c')]: 'runtime/default',
        [key('d')]: 'localhost/',
      },
    },
    spec: {
      securityContext: { appArmorProfile: { type: 'RuntimeDefault' } },
      containers: [
        { name: 'a', securityContext: { privileged: false } },
        { name: 'b', securityContext: { appArmorProfile: { type: 'Unconfined' } } },
        { name: 'c' },
        { name: 'd' },
      ],
      ...spec,
    },
  });
  const text = (name: string) =>
    `metadata.annotations[${key(name)}]: deprecated since v1.30; use the "appArmorProfile" field instead`;
  const confined = pod({}) as Mutable<Pod>;
  Pods.strategy.prepareForCreate?.(confined, '');
  expect(confined.spec?.containers).toEqual([
    {
      name: 'a',
      securityContext: { privileged: false, appArmorProfile: { type: 'Localhost', localhostProfile: 'x' } },
    },
    { name: 'b', securityContext: { appArmorProfile: { type: 'Unconfined' } } },
    { name: 'c' },
    { name: 'd' },
  ]);
  expect(Pods.strategy.warn?.(confined)).toEqual([text('a'), text('d')]);
  const other = pod({ os: { name: 'windows' } }) as Mutable<Pod>;
  Pods.strategy.prepareForCreate?.(other, '');
  expect(Pods.strategy.warn?.(other)).toEqual([]);
});

test.each<[string, AnyResourceDefinition, object, object, number]>([
  ['an update that changes no spec', Deployments, { name: 'a.b', generation: 1 }, { spec: { template: odd } }, 0],
  ['an update that changes the spec', Deployments, { name: 'a.b', generation: 2 }, { spec: { template: odd } }, 1],
  ['an annotation that was there', ServiceAccounts, { generation: 1, annotations: { [ENFORCE]: 'x' } }, {}, 0],
  ['a quota that was there', ResourceQuotas, {}, { spec: { hard: { cpu: '2', 'limits.cpu': '1' } } }, 0],
  ['a new zone in a schedule', CronJobs, { generation: 1 }, { spec: { schedule: 'TZ=UTC * * * * *' } }, 1],
  ['a class that was there', Ingresses, { annotations: { 'kubernetes.io/ingress.class': 'x' } }, { spec: {} }, 0],
])('%s', (_, { strategy }, metadata, rest, count) => {
  const old = { metadata: { ...metadata, generation: 1 }, ...rest };
  expect(strategy.warn?.({ metadata, ...rest }, old)).toHaveLength(count);
});
