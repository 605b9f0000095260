import { expect, test } from 'vitest';
import type { PodSpec } from './pod-spec.ts';
import { podWarnings } from './pod-warnings.ts';

test('what is odd is said', () => {
  const warnings = podWarnings({
    spec: {
      nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
      containers: [
        {
          name: 'c',
          env: [{ name: 'A' }, { name: 'A' }],
          resources: { limits: { memory: '100m' }, requests: { memory: '1Mi' } },
        },
      ],
    },
  });
  expect(warnings).toEqual([
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
  ]);
});

const CONTAINER = { name: 'c' };
const ports = (...list: object[]) => ({ containers: [{ ...CONTAINER, ports: list }] });

test.each<[string, object, string[]]>([
  [
    'two ports of one number',
    ports({ containerPort: 80, protocol: 'TCP' }, { containerPort: 80, protocol: 'TCP' }),
    ['spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]'],
  ],
  [
    'a port of the node beside one that has none',
    ports({ containerPort: 80, protocol: 'TCP', hostPort: 8080 }, { containerPort: 80, protocol: 'TCP' }),
    ['spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]'],
  ],
  [
    'two ports of one name',
    ports({ name: 'web', containerPort: 80 }, { name: 'web', containerPort: 81 }),
    [
      'spec.containers[0].ports[1]: duplicate port name "web" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]',
    ],
  ],
  [
    'a variable made from its former self',
    {
      containers: [
        {
          ...CONTAINER,
          env: [
            { name: 'A', value: 'a' },
            { name: 'A', value: '$(A)b' },
          ],
        },
      ],
    },
    [],
  ],
  [
    'two secrets of one name',
    { containers: [], imagePullSecrets: [{ name: 'x' }, { name: 'x' }] },
    ['spec.imagePullSecrets[1].name: duplicate name "x"'],
  ],
  [
    'files in one place',
    {
      containers: [],
      volumes: [
        {
          name: 'v',
          secret: {
            secretName: 's',
            items: [
              { key: 'a', path: 'p' },
              { key: 'b', path: 'p/q' },
            ],
          },
        },
      ],
    },
    ['volume "v" (Secret "s"): overlapping paths: "p/q" with "p"'],
  ],
  [
    'affinity to nobody',
    {
      containers: [],
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k' }] } },
    },
    [
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod',
    ],
  ],
])('a pod with %s is warned of', (_, spec, expected) => {
  expect(podWarnings({ spec: spec as PodSpec })).toEqual(expected);
});
