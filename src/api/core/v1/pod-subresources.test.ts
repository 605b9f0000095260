import { expect, test } from 'vitest';
import { defaulted, errorTexts, NOW } from '#api/testing/defaulted.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { type Pod, Pods } from './pod.ts';

const OLD = defaulted<Pod>(Pods, {
  metadata: { name: 'a', namespace: 'b', labels: { x: 'y' }, resourceVersion: '1' },
  spec: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '1' } } }] },
  status: { phase: 'Running', qosClass: 'Burstable' },
});

function change(subresource: string, edit: (pod: Mutable<Pod>) => void): { pod: Mutable<Pod>; errors: string[] } {
  const pod = deepClone(OLD);
  edit(pod);
  const part = Pods.subresources?.[subresource];
  part?.prepareForUpdate?.(pod, OLD, NOW);
  return { pod, errors: errorTexts(part?.validateUpdate?.(pod, OLD)) };
}

test('a resize changes resources and nothing else', () => {
  const { pod, errors } = change('resize', ({ metadata, spec }) => {
    metadata!.labels = {};
    spec!.nodeName = 'n';
    spec!.containers[0]!.resources = { requests: { cpu: '2' } };
  });
  const expected = deepClone(OLD);
  expected.spec!.containers[0]!.resources = { requests: { cpu: '2' } };
  expect(pod).toEqual(expected);
  expect(errors).toEqual([]);
});

test('a resize does not change how well the pod is served, nor what cannot be resized', () => {
  const { errors } = change('resize', ({ spec }) => {
    spec!.containers[0]!.resources = { requests: { 'ephemeral-storage': '1Gi' } };
  });
  expect(errors).toEqual([
    'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
    'spec: Forbidden: only cpu and memory resources are mutable',
  ]);
});

test('a resize changes what init containers and the whole pod ask for, too', () => {
  const start = {
    name: 'i',
    image: 'x',
    terminationMessagePolicy: 'File' as const,
    imagePullPolicy: 'Always' as const,
  };
  const resize = (from: object, to: object) => {
    const [old, pod] = [from, to].map((spec) =>
      defaulted<Pod>(Pods, { ...OLD, spec: { ...OLD.spec, resources: { requests: { cpu: '2' } }, ...spec } }),
    );
    return errorTexts(Pods.subresources?.['resize']?.validateUpdate?.(pod!, old!));
  };
  const sized = { initContainers: [{ ...start, resources: { requests: { cpu: '1' } } }] };
  expect(resize({ initContainers: [start] }, sized)).toEqual([]);
  expect(resize(sized, { initContainers: [start] })).toEqual([
    'spec.initContainers[0].resources.requests: Forbidden: resource requests cannot be removed',
  ]);
  expect(resize(sized, { initContainers: [{ ...sized.initContainers[0], workingDir: '/' }] })).toEqual([
    'spec.initContainers[0]: Forbidden: only cpu and memory resources for init or sidecar containers are mutable',
  ]);
  expect(resize({}, { resources: { requests: { cpu: '3', memory: '1Gi' } } })).toEqual([]);
  expect(resize({}, { resources: undefined })).toEqual([
    'spec.resources: Forbidden: pod-level resources cannot be removed',
  ]);
  expect(resize({}, { resources: { requests: { memory: '1Gi', 'hugepages-2Mi': '2Mi' } } })).toEqual(
    expect.arrayContaining([
      'spec.resources.requests: Forbidden: pod-level resource requests cannot be removed',
      'spec: Forbidden: only cpu and memory resources are mutable at pod-level',
    ]),
  );
});

test('a container for debugging is added, and stays', () => {
  const debug = { name: 'd', image: 'x', terminationMessagePolicy: 'File', imagePullPolicy: 'Always' };
  const { pod, errors } = change('ephemeralcontainers', ({ spec }) => {
    spec!.containers = [];
    spec!.ephemeralContainers = [{ ...debug, targetContainerName: 'c' }];
  });
  expect(pod.spec).toEqual({ ...OLD.spec, ephemeralContainers: [{ ...debug, targetContainerName: 'c' }] });
  expect(errors).toEqual([]);
});

test('a status does not say who owns the pod and keeps its quality of service', () => {
  const { pod } = change('status', ({ metadata, status }) => {
    metadata!.ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'u' }];
    delete status!.qosClass;
  });
  expect(pod).toEqual(OLD);
});

test.each<[string, (pod: Mutable<Pod>) => void, string[]]>([
  [
    'more containers',
    ({ spec }) => spec!.containers.push({ name: 'd', image: 'x', terminationMessagePolicy: 'File' }),
    ['spec.containers: Forbidden: containers may not be added or removed on resize'],
  ],
  [
    'a container of another name',
    ({ spec }) => {
      spec!.containers[0]!.name = 'd';
    },
    ['spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize'],
  ],
])('a resize with %s is refused', (_, edit, expected) => {
  const { errors } = change('resize', edit);
  expect(errors.filter((text) => text.includes('on resize'))).toEqual(expected);
});

const ENDED = { terminated: { exitCode: 1 } };
const STATUS_OF = (state: object) => ({
  name: 'c',
  state,
  ready: false,
  restartCount: 0,
  image: 'x',
  imageID: '',
});

test.each<[string, (status: NonNullable<Mutable<Pod>['status']>) => void, string[]]>([
  [
    'another quality of service',
    (status) => {
      status.qosClass = 'Guaranteed';
    },
    ['status.qosClass: Invalid value: "Guaranteed": field is immutable'],
  ],
  [
    'a nominated node that cannot be one',
    (status) => {
      status.nominatedNodeName = 'N/';
    },
    [
      `status.nominatedNodeName: Invalid value: "N/": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ],
  ],
  [
    'addresses of one family',
    (status) => {
      status.podIP = '10.0.0.1';
      status.podIPs = [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }];
    },
    [
      'status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.1"}]: may specify no more than one IP for each IP family',
      'status.podIPs[1]: Duplicate value: {"IP":"10.0.0.1"}',
    ],
  ],
  [
    'one address of each family',
    (status) => {
      status.podIPs = [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }];
    },
    [],
  ],
  [
    'a host address that is not the first of them',
    (status) => {
      status.hostIP = '10.0.0.1';
      status.hostIPs = [{ ip: '10.0.0.2' }];
    },
    ['status.hostIPs[0].ip: Invalid value: "10.0.0.2": must be equal to `hostIP`'],
  ],
  [
    'a condition without a proper name',
    (status) => {
      status.conditions = [
        { type: 'Ready', status: 'True' },
        { type: '' as 'Ready', status: 'True', observedGeneration: -1 },
      ];
    },
    [
      'metadata.conditions[1].observedGeneration: Invalid value: -1: must be greater than or equal to 0',
      'metadata.conditions[1].Type: Invalid value: "": name part must be non-empty',
      `metadata.conditions[1].Type: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
  ],
  [
    'a claim that the pod does not make',
    (status) => {
      status.resourceClaimStatuses = [{ name: 'r' }];
    },
    [
      'status.resourceClaimStatuses[0].name: Invalid value: "r": must match the name of an entry in `spec.resourceClaims`',
    ],
  ],
])('a status with %s is answered rightly', (_, edit, expected) => {
  expect(change('status', ({ status }) => edit(status!)).errors).toEqual(expected);
});

test.each<[string, object, object, boolean]>([
  ['of a pod that always restarts', { restartPolicy: 'Always' }, {}, true],
  ['of a pod that never restarts', { restartPolicy: 'Never' }, {}, false],
  ['that failed, of a pod that restarts on failure', { restartPolicy: 'OnFailure' }, {}, true],
  ['with a policy of its own', { restartPolicy: 'Never' }, { restartPolicy: 'Always' }, true],
  [
    'with a rule for its exit code',
    { restartPolicy: 'Never' },
    { restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] },
    true,
  ],
])('a container %s comes back or does not', (_, spec, container, comesBack) => {
  const make = (state: object) =>
    defaulted<Pod>(Pods, {
      ...OLD,
      spec: { ...spec, containers: [{ name: 'c', image: 'x', ...container }] },
      status: { ...OLD.status, containerStatuses: [STATUS_OF(state)] },
    });
  expect(errorTexts(Pods.subresources?.['status']?.validateUpdate?.(make({ waiting: {} }), make(ENDED)))).toEqual(
    comesBack ? [] : ['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state'],
  );
});

test('a status keeps the generations that it does not mention', () => {
  const old = defaulted<Pod>(Pods, {
    ...OLD,
    status: { observedGeneration: 3, conditions: [{ type: 'Ready', status: 'True', observedGeneration: 2 }] },
  });
  const pod = defaulted<Pod>(Pods, { ...OLD, status: { conditions: [{ type: 'Ready', status: 'False' }] } });
  Pods.subresources?.['status']?.prepareForUpdate?.(pod, old, NOW);
  expect(pod.status).toEqual({
    observedGeneration: 3,
    conditions: [{ type: 'Ready', status: 'False', observedGeneration: 2 }],
  });
});
