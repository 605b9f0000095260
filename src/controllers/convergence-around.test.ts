import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { expect, test } from 'vitest';
import { ValidatingAdmissionPolicies } from '#api/admissionregistration/v1/validating-admission-policy.ts';
import { Jobs } from '#api/batch/v1/job.ts';
import { CertificateSigningRequests } from '#api/certificates/v1/certificate-signing-request.ts';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { EndpointsResource } from '#api/core/v1/endpoints.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { Secrets } from '#api/core/v1/secret.ts';
import { Services } from '#api/core/v1/service.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { ServiceCIDRs } from '#api/networking/v1/service-cidr.ts';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { DeviceClasses } from '#api/resource/v1/device-class.ts';
import { ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { ResourceClaimTemplates } from '#api/resource/v1/resource-claim-template.ts';
import { ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import { VolumeAttachments } from '#api/storage/v1/volume-attachment.ts';
import { VolumeAttributesClasses } from '#api/storage/v1/volume-attributes-class.ts';
import { mergePatch } from '#client/options.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { STATE_ANNOTATION } from '#simulation/node-fleet.ts';
import type { Cluster } from '#testing/cluster.ts';
import { converge, type Scenario, type Step } from '#testing/converge.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind are looked at alike
type Any = any;

const namespace = 'default';
const named = (name: string, more: object = {}) => ({ metadata: { name, namespace, ...more } });
const create =
  <T extends KubernetesObject>(kind: ResourceDefinition<T>, object: Any): Step =>
  ({ client }) =>
    client.of(kind).create(object);
const change =
  <T extends KubernetesObject>(kind: ResourceDefinition<T>, name: string, patch: object): Step =>
  ({ client }) =>
    client.of(kind).patch(name, mergePatch(patch), kind.namespaced ? { namespace } : {});
/** What a controller may have removed already. */
const remove =
  <T extends KubernetesObject>(kind: ResourceDefinition<T>, name: string): Step =>
  ({ client }) =>
    ignoring(
      isNotFound,
      client.of(kind).delete(name, { ...(kind.namespaced ? { namespace } : {}), propagationPolicy: 'Background' }),
    );
/** What people wait for before they go on. */
const until =
  <T extends KubernetesObject>(kind: ResourceDefinition<T>, name: string, holds: (object: Any) => unknown): Step =>
  ({ client }) =>
    waitFor(async () => Boolean(holds(await client.of(kind).get(name, kind.namespaced ? { namespace } : {}))), {
      what: `${kind.kind} ${name}`,
      timeoutMs: 60_000,
    });
const isRunning = ({ status }: Any) => status?.phase === 'Running';

const pod = (name: string, spec: object = {}) => ({
  ...named(name),
  spec: { containers: [{ name: 'main', image: 'web:1' }], ...spec },
});
const size = (storage: string) => ({ resources: { requests: { storage } } });
const claim = (storageClassName: string) => ({ storageClassName, accessModes: ['ReadWriteOnce'], ...size('1Gi') });
const volume = (name: string, source: object) => ({
  metadata: { name },
  spec: { storageClassName: name, capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...source },
});
const brief = (name: string) => ({
  ...named(name),
  spec: { ttlSecondsAfterFinished: 5, template: { spec: { ...pod(name).spec, restartPolicy: 'Never' } } },
});
const policy = (expression: string) => ({
  matchConstraints: {
    resourceRules: [{ operations: ['*'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] }],
  },
  validations: [{ expression }],
});
const role = (name: string) => ({
  metadata: { name, labels: { part: 'yes' } },
  rules: [{ apiGroups: ['example.com'], resources: [name], verbs: ['get'] }],
});
const base64 = (text: string) => Buffer.from(text).toString('base64');
const bootstrapToken = (id: string, more: object = {}) => ({
  metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
  type: 'bootstrap.kubernetes.io/token',
  stringData: {
    'token-id': id,
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-signing': 'true',
    ...more,
  },
});
const accountToken = (name: string, account: string) => ({
  ...named(name, { annotations: { 'kubernetes.io/service-account.name': account } }),
  type: 'kubernetes.io/service-account-token',
});
const slice = (...taints: readonly object[]) => ({
  metadata: { name: 'gpus' },
  spec: {
    driver: 'gpu.example.com',
    pool: { name: 'gpus', generation: 1, resourceSliceCount: 1 },
    allNodes: true,
    devices: [{ name: 'gpu-0', ...(taints.length > 0 ? { taints } : {}) }],
  },
});
const request = async (subject: string): Promise<string> => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await Pkcs10CertificateRequestGenerator.create({ name: subject, keys, signingAlgorithm: algorithm });
  return base64(made.toString('pem'));
};
const askFor =
  (name: string, signer: string, subject: string): Step =>
  async ({ client }) =>
    client.of(CertificateSigningRequests).create({
      metadata: { name },
      spec: {
        signerName: `kubernetes.io/${signer}`,
        usages: ['client auth', 'digital signature'],
        request: await request(subject),
      },
    } as Any);
const setState = (state: string | null): Step =>
  change(Nodes, 'simulated-1', { metadata: { annotations: { [STATE_ANNOTATION]: state } } });

const steps: readonly Step[] = [
  create(Services, { ...named('balanced'), spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } }),
  create(Services, { ...named('mirrored'), spec: { ports: [{ port: 80 }] } }),
  create(EndpointsResource, {
    ...named('mirrored'),
    subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }],
  }),
  create(ServiceAccounts, named('robot')),
  create(Secrets, accountToken('robot-token', 'robot')),
  create(ServiceAccounts, { ...named('leaver'), secrets: [{ name: 'leaver-token' }] }),
  create(Secrets, accountToken('leaver-token', 'leaver')),
  async ({ client }) => {
    // The system's namespaces come up by themselves.
    await waitFor(() => client.of(Namespaces).get('kube-public'));
    const metadata = { name: 'cluster-info', namespace: 'kube-public' };
    await client.of(ConfigMaps).create({ metadata, data: { kubeconfig: 'here' } });
  },
  create(Secrets, bootstrapToken('abcdef')),
  ({ client, environment }) => {
    const expiration = new Date(environment.clock.now() + 20_000).toISOString();
    return client.of(Secrets).create(bootstrapToken('fedcba', { expiration }) as Any);
  },
  create(ClusterRoles, {
    metadata: { name: 'all-parts' },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] },
  }),
  create(ClusterRoles, role('one')),
  create(ClusterRoles, role('two')),
  askFor('node', 'kube-apiserver-client-kubelet', 'CN=system:node:n1,O=system:nodes'),
  askFor('wrong', 'kube-apiserver-client-kubelet', 'CN=somebody'),
  create(PersistentVolumes, volume('own', { hostPath: { path: '/volumes/own' } })),
  create(
    Pods,
    pod('with-own-volume', { volumes: [{ name: 'data', ephemeral: { volumeClaimTemplate: { spec: claim('own') } } }] }),
  ),
  create(StorageClasses, { metadata: { name: 'made' }, provisioner: 'example.com/made', allowVolumeExpansion: true }),
  create(PersistentVolumeClaims, { ...named('grown'), spec: claim('made') }),
  create(PersistentVolumes, volume('disk', { csi: { driver: 'disks.example.com', volumeHandle: 'disk' } })),
  create(PersistentVolumeClaims, { ...named('disk'), spec: claim('disk') }),
  create(Pods, pod('with-disk', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'disk' } }] })),
  create(DeviceClasses, { metadata: { name: 'gpu' }, spec: {} }),
  create(ResourceSlices, slice()),
  create(ResourceClaimTemplates, {
    ...named('gpus'),
    spec: { spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } } },
  }),
  create(Pods, pod('with-device', { resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'gpus' }] })),
  create(Jobs, brief('brief')),
  create(Jobs, brief('again')),
  // On a busy machine it may have ended, and have been removed, by now.
  (cluster) => ignoring(isNotFound, remove(Jobs, 'again')(cluster)),
  create(Jobs, brief('again')),
  create(ValidatingAdmissionPolicies, { metadata: { name: 'checked' }, spec: policy('object.spec.replicas > 1') }),
  create(Pods, pod('lost', { nodeName: 'nowhere' })),
  create(VolumeAttributesClasses, {
    metadata: { name: 'gold' },
    driverName: 'disks.example.com',
    parameters: { speed: 'high' },
  }),
  create(ServiceCIDRs, { metadata: { name: 'more' }, spec: { cidrs: ['10.97.0.0/24'] } }),
  until(PersistentVolumeClaims, 'grown', ({ status }) => status?.phase === 'Bound'),
  change(PersistentVolumeClaims, 'grown', { spec: size('2Gi') }),
  until(Pods, 'with-own-volume', isRunning),
  remove(Pods, 'with-own-volume'),
  until(Pods, 'with-disk', isRunning),
  async ({ client }) =>
    waitFor(async () => (await client.of(VolumeAttachments).list()).items.length > 0, { timeoutMs: 60_000 }),
  remove(Pods, 'with-disk'),
  until(Pods, 'with-device', isRunning),
  ({ client }) =>
    client.of(ResourceSlices).patch('gpus', mergePatch({ spec: slice({ key: 'broken', effect: 'NoExecute' }).spec })),
  change(EndpointsResource, 'mirrored', {
    subsets: [{ addresses: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }], ports: [{ port: 80 }] }],
  }),
  change(ValidatingAdmissionPolicies, 'checked', { spec: policy('object.spec.replica > 1') }),
  remove(ServiceAccounts, 'leaver'),
  remove(ClusterRoles, 'one'),
  remove(VolumeAttributesClasses, 'gold'),
  remove(ServiceCIDRs, 'more'),
  setState('Partitioned'),
  // Until it is known to be silent.
  ({ environment }) => environment.clock.sleep(70_000),
  setState(null),
];

/** All that is to be the same at the end; no times, no made-up names. */
async function stateOf({ client }: Cluster): Promise<Any> {
  const items = async (kind: Any): Promise<Any[]> => [...(await client.of(kind).list()).items];
  const names = async (kind: Any) => (await items(kind)).map(({ metadata }) => metadata.name);
  const ofDefault = async (kind: Any) => (await items(kind)).filter(({ metadata }) => metadata.namespace === namespace);
  const conditionOf = ({ status }: Any, type: string) =>
    status.conditions?.find((condition: Any) => condition.type === type)?.status;
  return {
    balanced: (await client.of(Services).get('balanced', { namespace })).status?.loadBalancer,
    // How many slices they are spread over depends on the way.
    endpoints: (await ofDefault(EndpointSlices))
      .flatMap(({ metadata: { labels }, endpoints }) =>
        (endpoints ?? []).map(({ addresses }: Any) => `${labels['kubernetes.io/service-name']} ${addresses[0]}`),
      )
      .sort(),
    accounts: (await ofDefault(ServiceAccounts)).map(({ metadata }) => metadata.name),
    secrets: (await items(Secrets)).map(({ metadata, data = {} }) => [metadata.name, Object.keys(data).sort()]),
    configMaps: (await items(ConfigMaps))
      .filter(({ metadata }) => ['default', 'kube-public'].includes(metadata.namespace))
      .map(({ metadata, data = {} }) => [metadata.name, Object.keys(data).sort()]),
    rules: (await client.of(ClusterRoles).get('all-parts')).rules,
    requests: (await items(CertificateSigningRequests)).map(({ metadata, status = {} }) => [
      metadata.name,
      status.conditions?.map(({ type, reason }: Any) => `${type} ${reason}`),
      Boolean(status.certificate),
    ]),
    volumes: (await items(PersistentVolumes))
      .map(({ spec, status }) => [spec.storageClassName, spec.capacity.storage, status.phase])
      .sort(),
    claims: (await items(PersistentVolumeClaims)).map(({ metadata, status }) => [
      metadata.name,
      status.phase,
      status.capacity?.storage,
    ]),
    attachments: await names(VolumeAttachments),
    devices: await names(ResourceClaims),
    pods: (await items(Pods)).map(({ metadata, status }) => [
      metadata.name,
      status.phase,
      conditionOf({ status }, 'Ready'),
    ]),
    jobs: await names(Jobs),
    policies: (await items(ValidatingAdmissionPolicies)).map(({ metadata, status }) => [
      metadata.name,
      status?.observedGeneration,
      status?.typeChecking?.expressionWarnings?.map(({ fieldRef }: Any) => fieldRef),
    ]),
    classes: await names(VolumeAttributesClasses),
    ranges: (await items(ServiceCIDRs)).map((cidr) => [cidr.metadata.name, conditionOf(cidr, 'Ready')]),
    nodes: (await items(Nodes)).map((node) => [
      node.metadata.name,
      conditionOf(node, 'Ready'),
      node.metadata.annotations['node.alpha.kubernetes.io/ttl'],
      node.spec.podCIDR !== undefined,
      node.spec.taints ?? [],
      node.status.volumesAttached ?? [],
    ]),
  };
}

test('what is around workloads ends as it does when nothing goes wrong, whatever goes wrong on the way', {
  timeout: 300_000,
}, async () => {
  const authority = await CertificateAuthority.create('test-ca', new VirtualClock(Date.now()));
  const provision = async () => ({ hostPath: { path: '/made' } });
  const scenario: Scenario<Any> = {
    steps,
    stateOf,
    controllers: {
      rootCa: 'CERTIFICATE',
      signingCa: async () => authority.pair,
      podNetwork: { clusterCidr: '10.244.0.0/16', nodeMaskSize: 24 },
      volumeProvisioner: { name: 'example.com/made', provision, remove: async () => {} },
    },
  };
  const isEnd = (state: Any) => {
    const { balanced, nodes, ...rest } = state;
    expect(balanced.ingress).toHaveLength(2);
    expect(nodes).toEqual(['simulated-0', 'simulated-1'].map((name) => [name, 'True', '0', true, [], []]));
    expect(rest).toEqual({
      endpoints: ['mirrored 192.0.2.1', 'mirrored 192.0.2.2'],
      accounts: ['default', 'robot'],
      secrets: [
        ['robot-token', ['ca.crt', 'namespace', 'token']],
        ['bootstrap-token-abcdef', ['token-id', 'token-secret', 'usage-bootstrap-signing']],
      ],
      configMaps: [
        ['kube-root-ca.crt', ['ca.crt']],
        ['cluster-info', ['jws-kubeconfig-abcdef', 'kubeconfig']],
        ['kube-root-ca.crt', ['ca.crt']],
      ],
      rules: role('two').rules,
      requests: [
        ['node', ['Approved AutoApproved'], true],
        ['wrong', undefined, false],
      ],
      volumes: [
        ['disk', '1Gi', 'Bound'],
        ['made', '2Gi', 'Bound'],
        ['own', '1Gi', 'Released'],
      ],
      claims: [
        ['disk', 'Bound', '1Gi'],
        ['grown', 'Bound', '2Gi'],
      ],
      attachments: [],
      devices: [],
      pods: [],
      jobs: [],
      policies: [['checked', 2, ['spec.validations[0].expression']]],
      classes: [],
      ranges: [['kubernetes', 'True']],
    });
  };
  await converge(scenario, { isEnd });
  await converge(scenario, { seed: 2, isEnd });
});
