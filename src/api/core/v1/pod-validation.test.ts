import { describe, expect, test } from 'vitest';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { Pods } from './pod.ts';

const CONTAINER = { name: 'c', image: 'nginx' };
const pod = (spec: object) => ({ metadata: { name: 'a', namespace: 'b' }, spec: { containers: [CONTAINER], ...spec } });
const container = (more: object) => pod({ containers: [{ ...CONTAINER, ...more }] });

test.each<[string, object, string[]]>([
  ['nothing special', pod({}), []],
  ['no containers', pod({ containers: [] }), ['spec.containers: Required value']],
  ['no image', pod({ containers: [{ name: 'c' }] }), ['spec.containers[0].image: Required value']],
  [
    'a name that is no label',
    pod({ containers: [{ name: 'A', image: 'x' }] }),
    [
      `spec.containers[0].name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
    ],
  ],
  [
    'two containers of a name',
    pod({ containers: [CONTAINER, CONTAINER] }),
    ['spec.containers[1].name: Duplicate value: "c"'],
  ],
  [
    'unknown policies',
    pod({ restartPolicy: 'Sometimes', dnsPolicy: 'Guess' }),
    [
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      'spec.dnsPolicy: Unsupported value: "Guess": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
  ],
  [
    'a mount of nothing',
    container({ volumeMounts: [{ name: 'v', mountPath: '/x' }] }),
    ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
  ],
  [
    'a port out of range',
    container({ ports: [{ containerPort: 70000, name: 'Web' }] }),
    [
      'spec.containers[0].ports[0].name: Invalid value: "Web": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
  ],
  [
    'more requested than allowed',
    container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    'a resource that is none',
    container({ resources: { limits: { gpu: '1' } } }),
    [
      'spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
      'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
    ],
  ],
  [
    'a probe that does nothing',
    container({ livenessProbe: { successThreshold: 2 } }),
    [
      'spec.containers[0].livenessProbe: Required value: must specify a handler type',
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
    ],
  ],
  [
    'variables from nowhere',
    container({
      env: [
        { name: '', value: 'x' },
        { name: 'A', valueFrom: {} },
        { name: 'B', valueFrom: { fieldRef: { fieldPath: 'spec.nothing' } } },
      ],
    }),
    [
      'spec.containers[0].env[0].name: Required value',
      'spec.containers[0].env[1].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      'spec.containers[0].env[2].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nothing": error converting fieldPath: field label not supported: spec.nothing',
    ],
  ],
  [
    'a volume of two kinds',
    pod({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }] }),
    ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'a toleration of everything without Exists',
    pod({ tolerations: [{ operator: 'Equal' }] }),
    [
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  [
    'tolerations that compare',
    pod({
      tolerations: [
        { key: 'k', operator: 'Exists', value: 'v' },
        { key: 'k', operator: 'Gt', value: '1' },
        { key: 'k', operator: 'Like', value: '1' },
      ],
    }),
    [
      'spec.tolerations[0].operator: Invalid value: "v": value must be empty when `operator` is \'Exists\'',
      'spec.tolerations[1].operator: Unsupported value: "Gt": supported values: "Equal", "Exists", "Lt", "Gt"',
      'spec.tolerations[2].operator: Unsupported value: "Like": supported values: "Equal", "Exists"',
    ],
  ],
  [
    'a projection of two things at once',
    pod({ volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'a' }, configMap: { name: 'b' } }] } }] }),
    ['spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type per source'],
  ],
  [
    'affinity to no topology',
    pod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '' }] } } }),
    [
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty',
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must be non-empty',
      `spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
  ],
  [
    'an init container with a probe',
    pod({ initContainers: [{ name: 'i', image: 'x', readinessProbe: { tcpSocket: { port: 1 } } }] }),
    [
      'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  ],
  [
    'a request for all of Linux on Windows',
    pod({ os: { name: 'windows' }, hostUsers: false, securityContext: { runAsUser: 1 } }),
    [
      'spec.hostUsers: Forbidden: cannot be set for a windows pod',
      'spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod',
    ],
  ],
  [
    'users of its own beside the network of the node',
    pod({ hostUsers: false, hostNetwork: true, hostPID: true }),
    ['spec.hostNetwork: Forbidden: when `hostUsers` is false', 'spec.HostPID: Forbidden: when `hostUsers` is false'],
  ],
  [
    'a node and a gate before it',
    pod({ nodeName: 'n', schedulingGates: [{ name: 'g' }] }),
    ['spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared'],
  ],
  [
    'less for the pod than for its container',
    pod({
      resources: { limits: { memory: '1Gi' }, requests: { memory: '1Gi' } },
      containers: [{ ...CONTAINER, resources: { limits: { memory: '3Gi' }, requests: { memory: '2Gi' } } }],
    }),
    [
      'spec.resources.requests[memory]: Invalid value: "1Gi": must be greater than or equal to aggregate container requests of 2Gi',
      'spec.resources.containers[0][memory].limits: Invalid value: "3Gi": must be less than or equal to pod limits of 1Gi',
    ],
  ],
  [
    'half a huge page',
    container({ resources: { limits: { cpu: '1', 'hugepages-2Mi': '1Mi' } } }),
    [
      'spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "1Mi": 1Mi is not positive integer multiple of hugepages-2Mi',
      'spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: "1Mi": 1Mi is not positive integer multiple of hugepages-2Mi',
    ],
  ],
  [
    'a claim that names nothing',
    pod({ resourceClaims: [{ name: 'c' }] }),
    [
      'spec.resourceClaims[0]: Invalid value: {"Name":"c","ResourceClaimName":null,"ResourceClaimTemplateName":null}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
    ],
  ],
  [
    'a token for nobody',
    pod({ volumes: [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 'x' } }] } }] }),
    [
      'spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
    ],
  ],
  [
    'a privileged container that may not gain privileges',
    container({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
    [
      'spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
  ],
  [
    'annotations that confine a container otherwise than its fields do',
    {
      metadata: {
        name: 'a',
        namespace: 'b',
        annotations: {
          'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
          'container.seccomp.security.alpha.kubernetes.io/c': 'localhost/x',
          'container.apparmor.security.beta.kubernetes.io/c': 'unconfined',
        },
      },
      spec: {
        securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            ...CONTAINER,
            securityContext: {
              seccompProfile: { type: 'Localhost', localhostProfile: 'y' },
              appArmorProfile: { type: 'RuntimeDefault' },
            },
          },
        ],
      },
    },
    [
      'spec.securityContext.seccompProfile.type: Forbidden: seccomp type in annotation and field must match',
      'spec.containers[0].securityContext.seccompProfile.localhostProfile: Forbidden: seccomp profile in annotation and field must match',
      'spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match',
    ],
  ],
  [
    'a profile of AppArmor with blanks around it, and one that is too long',
    pod({
      securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: ' x' } },
      containers: [
        {
          ...CONTAINER,
          securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'x'.repeat(4096) } },
        },
      ],
    }),
    [
      'spec.containers[0].securityContext.appArmorProfile.localhostProfile: Too long: may not be more than 4095 bytes',
      'spec.securityContext.appArmorProfile.localhostProfile: Invalid value: " x": must not be padded with whitespace',
    ],
  ],
  [
    'users that Windows does not know',
    pod({
      securityContext: { windowsOptions: { gmsaCredentialSpecName: 'A_', gmsaCredentialSpec: '', runAsUserName: '' } },
      containers: ['a\\b\\c', '.x\\..', 'a?b', 'a\u0001', 'x\\'].map((runAsUserName, at) => ({
        ...CONTAINER,
        name: `c${at}`,
        securityContext: { windowsOptions: { runAsUserName } },
      })),
    }),
    [
      `spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash`,
      `spec.containers[1].securityContext.windowsOptions.runAsUserName: Invalid value: ".x\\\\..": runAsUserName's Domain doesn't match the NetBios nor the DNS format`,
      `spec.containers[1].securityContext.windowsOptions.runAsUserName: Invalid value: ".x\\\\..": runAsUserName's User cannot contain only periods or spaces`,
      `spec.containers[2].securityContext.windowsOptions.runAsUserName: Invalid value: "a?b": runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`,
      'spec.containers[3].securityContext.windowsOptions.runAsUserName: Invalid value: "a\\u0001": runAsUserName cannot contain control characters',
      `spec.containers[4].securityContext.windowsOptions.runAsUserName: Invalid value: "x\\\\": runAsUserName's User cannot be empty`,
      `spec.securityContext.windowsOptions.gmsaCredentialSpecName: Invalid value: "A_": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      'spec.securityContext.windowsOptions.gmsaCredentialSpec: Invalid value: "": gmsaCredentialSpec cannot be an empty string',
      'spec.securityContext.windowsOptions.runAsUserName: Invalid value: "": runAsUserName cannot be an empty string',
    ],
  ],
  [
    'processes of the host beside others',
    pod({
      securityContext: { windowsOptions: { hostProcess: true } },
      containers: [CONTAINER, { name: 'd', image: 'x', securityContext: { windowsOptions: { hostProcess: false } } }],
    }),
    [
      'spec.containers[1].securityContext.windowsOptions.hostProcess: Invalid value: false: pod hostProcess value must be identical if both are specified, was true',
      'spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess containers',
      'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
    ],
  ],
  [
    'rules of restarts that say nothing',
    container({
      restartPolicy: 'Never',
      restartPolicyRules: [
        { action: 'Stop', exitCodes: { operator: 'Is', values: [1] } },
        { action: 'RestartAllContainers' },
        ...Array.from({ length: 19 }, () => ({ action: 'Restart', exitCodes: { operator: 'In', values: [1] } })),
      ],
    }),
    [
      'spec.containers[0].restartPolicyRules: Too many: 21: must have at most 20 items',
      'spec.containers[0].restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"',
      'spec.containers[0].restartPolicyRules[0].exitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"',
      'spec.containers[0].restartPolicyRules[1].exitCodes: Required value: must be specified',
    ],
  ],
  [
    'an init container that is restarted when it is resized',
    pod({
      initContainers: [
        { name: 'i', image: 'x', resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] },
      ],
    }),
    [
      `spec.initContainers[0].resizePolicy[0].restartPolicy: Invalid value: "RestartContainer": must not be set to 'RestartContainer' for non-sidecar initContainers`,
    ],
  ],
  [
    'blanks around an image',
    pod({
      containers: [{ name: 'c', image: ' x' }],
      initContainers: [{ name: 'i', image: 'x ' }],
    }),
    [
      'spec.containers[0].image: Invalid value: " x": must not have leading or trailing whitespace',
      'spec.initContainers[0].image: Invalid value: "x ": must not have leading or trailing whitespace',
    ],
  ],
  [
    'one volume as a device and a directory, at one path',
    pod({
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'p' } }],
      containers: [
        {
          ...CONTAINER,
          volumeMounts: [{ name: 'v', mountPath: '/x' }],
          volumeDevices: [{ name: 'v', devicePath: '/x' }],
        },
      ],
    }),
    [
      'spec.containers[0].volumeMounts[0].name: Invalid value: "v": must not already exist in volumeDevices',
      'spec.containers[0].volumeMounts[0].mountPath: Invalid value: "/x": must not already exist as a path in volumeDevices',
      'spec.containers[0].volumeDevices[0].name: Invalid value: "v": must not already exist in volumeMounts',
      'spec.containers[0].volumeDevices[0].devicePath: Invalid value: "/x": must not already exist as a path in volumeMounts',
    ],
  ],
  [
    'variables from files that no container can write',
    pod({
      volumes: [{ name: 'v', configMap: { name: 'x' } }],
      containers: [
        {
          ...CONTAINER,
          env: [
            { name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'a/../b', key: 'a=b' } } },
            { name: 'B', valueFrom: { fileKeyRef: { volumeName: 'w', path: '/a', key: 'b' } } },
          ],
        },
      ],
    }),
    [
      `spec.containers[0].env[0].valueFrom.fileKeyRef.key: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='`,
      `spec.containers[0].env[0].valueFrom.fileKeyRef.path: Invalid value: "a/../b": must not contain '..'`,
      'spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "v": referenced volume must be of type emptyDir',
      'spec.containers[0].env[1].valueFrom.fileKeyRef.volumeName: Not found: "w"',
    ],
  ],
  [
    'variables from parts of what has none, and in units that are none',
    container({
      env: [
        { name: 'A', valueFrom: { fieldRef: { fieldPath: "spec.nodeName['x']" } } },
        { name: 'B', valueFrom: { fieldRef: { fieldPath: "metadata.labels['']" } } },
        { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1024' } } },
        { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.ephemeral-storage', divisor: '2' } } },
        { name: 'E', valueFrom: { resourceFieldRef: { resource: 'limits.hugepages-2Mi', divisor: '1000m' } } },
        { name: 'F', valueFrom: { resourceFieldRef: { resource: 'limits.hugepages-2Mi', divisor: '3' } } },
      ],
    }),
    [
      `spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nodeName['x']": error converting fieldPath: field label does not support subscript: spec.nodeName['x']`,
      'spec.containers[0].env[1].valueFrom.fieldRef: Invalid value: "": name part must be non-empty',
      `spec.containers[0].env[1].valueFrom.fieldRef: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      `spec.containers[0].env[2].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.memory": only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the memory resource`,
      `spec.containers[0].env[3].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.ephemeral-storage": only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the local ephemeral storage resource`,
      `spec.containers[0].env[5].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.hugepages-2Mi": only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the hugepages resource`,
    ],
  ],
  [
    'claims of devices, though it only shows what a node runs by itself',
    {
      metadata: { name: 'a', namespace: 'b', annotations: { 'kubernetes.io/config.mirror': 'x' } },
      spec: { nodeName: 'n', containers: [CONTAINER], resourceClaims: [{ name: 'c', resourceClaimName: 'd' }] },
    },
    ['[]: Forbidden: static pods do not support resource claims'],
  ],
])('a pod with %s', (_, object, expected) => {
  expect(createErrors(Pods, object)).toEqual(expected);
});

const MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

const onX = { key: 'x', operator: 'Exists' };
const nodes = (...terms: object[][]) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
    },
  },
});

describe('an update of a pod', () => {
  test.each<[string, object, object, string[]]>([
    ['may change an image', pod({}), container({ image: 'nginx', imagePullPolicy: 'Always' }), []],
    ['may set a deadline', pod({}), pod({ activeDeadlineSeconds: 5 }), []],
    [
      'may not move the deadline back',
      pod({ activeDeadlineSeconds: 5 }),
      pod({ activeDeadlineSeconds: 6 }),
      ['spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value'],
    ],
    ['may add a toleration', pod({}), pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }), []],
    [
      'may not take one away',
      pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }),
      pod({}),
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    ],
    [
      'may not change its node',
      pod({ nodeName: 'a' }),
      pod({ nodeName: 'b' }),
      [
        `spec: Forbidden: ${MAY_CHANGE}\n@@ -42,7 +42,7 @@\n  "NodeSelector": null,\n  "ServiceAccountName": "",\n  "AutomountServiceAccountToken": null,\n- "NodeName": "a",\n+ "NodeName": "b",\n  "SecurityContext": {\n   "HostNetwork": false,\n   "HostPID": false,\n`,
      ],
    ],
    [
      'may not add a container',
      pod({}),
      pod({ containers: [CONTAINER, { ...CONTAINER, name: 'd' }] }),
      ['spec.containers: Forbidden: pod updates may not add or remove containers'],
    ],
    ['may open a gate', pod({ schedulingGates: [{ name: 'a' }] }), pod({ nodeSelector: { x: 'y' } }), []],
    [
      'may not add a gate',
      pod({}),
      pod({ schedulingGates: [{ name: 'a' }] }),
      ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a'"],
    ],
    [
      'may not widen where it may go while it waits at a gate',
      pod({ schedulingGates: [{ name: 'a' }], nodeSelector: { x: 'y' }, affinity: nodes([onX]) }),
      pod({ schedulingGates: [{ name: 'a' }], nodeSelector: { x: 'z' }, affinity: nodes([onX], [onX]) }),
      [
        'spec.nodeSelector: Invalid value: {"x":"z"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
        `spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Invalid value: ${JSON.stringify([{ matchExpressions: [onX] }, { matchExpressions: [onX] }])}: no additions/deletions to non-empty NodeSelectorTerms list are allowed`,
      ],
    ],
    [
      'may narrow where it may go while it waits at a gate',
      pod({ schedulingGates: [{ name: 'a' }], affinity: nodes([onX]) }),
      pod({ schedulingGates: [{ name: 'a' }], affinity: nodes([onX, { key: 'y', operator: 'Exists' }]) }),
      [],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(updateErrors(Pods, before, after)).toEqual(expected);
  });
});
