import { expect, test } from 'vitest';
import { createErrors, defaulted, NOW, updateErrors } from '#api/testing/defaulted.ts';
import { type Service, type ServiceSpec, Services } from './service.ts';
import { serviceWarnings } from './service-warnings.ts';

const service = (spec: object) => ({
  metadata: { name: 'a', namespace: 'b' },
  spec: { ports: [{ port: 80 }], ...spec },
});

test.each<[string, object, string[]]>([
  ['that is well', service({}), []],
  ['without ports', service({ ports: [] }), ['spec.ports: Required value']],
  ['without ports and address', service({ ports: [], clusterIP: 'None' }), []],
  [
    'of no type',
    service({ type: 'Cloud', internalTrafficPolicy: 'Local' }),
    [
      'spec.type: Unsupported value: "Cloud": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
  ],
  [
    'whose ports have no names',
    service({ ports: [{ port: 80 }, { port: 81, name: 'b' }] }),
    ['spec.ports[0].name: Required value'],
  ],
  [
    'with one port twice',
    service({
      ports: [
        { port: 80, name: 'a' },
        { port: 80, name: 'a' },
      ],
    }),
    [
      'spec.ports[1].name: Duplicate value: "a"',
      'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
    ],
  ],
  [
    'inside the cluster with a port outside',
    service({ ports: [{ port: 80, nodePort: 30000 }] }),
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  ['that is only a name', service({ type: 'ExternalName', externalName: 'example.com' }), []],
  ['that is no name', service({ type: 'ExternalName' }), ['spec.externalName: Required value']],
  [
    'at an address that means this machine',
    service({ externalIPs: ['127.0.0.1'] }),
    ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ],
  [
    'inside the cluster with a policy for the outside',
    service({ externalTrafficPolicy: 'Local' }),
    ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
  ],
])('a service %s', (_, object, expected) => {
  expect(createErrors(Services, object)).toEqual(expected);
});

test('a service keeps its address', () => {
  const before = service({ clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] });
  expect(updateErrors(Services, before, service({ clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.2'] }))).toEqual([
    'spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set',
  ]);
});

test.each<[string, object, string[]]>([
  [
    'without a head',
    { type: 'ClusterIP', clusterIP: 'None', sessionAffinity: 'ClientIP', loadBalancerIP: '1.2.3.4' },
    ['spec.loadBalancerIP is ignored for headless services', 'spec.SessionAffinity is ignored for headless services'],
  ],
  [
    'of addresses from outside',
    { type: 'ClusterIP', externalIPs: ['1.2.3.4'], externalName: 'a.b', trafficDistribution: 'PreferClose' },
    [
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
      'spec.externalName is ignored when spec.type is not "ExternalName"',
      'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ],
  ],
])('a service %s is warned of', (_, spec, expected) => {
  expect(serviceWarnings({ spec: spec as ServiceSpec })).toEqual(expected);
});

const LINKS: [string, object, object, object][] = [
  [
    'sent as it was created keeps what was chosen',
    { type: 'NodePort', clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [{ port: 80, nodePort: 30001 }] },
    { type: 'NodePort' },
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [{ port: 80, nodePort: 30001 }] },
  ],
  [
    'that becomes a mere name loses its addresses',
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' },
    {
      type: 'ExternalName',
      externalName: 'a.b',
      clusterIP: '10.0.0.1',
      clusterIPs: ['10.0.0.1'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    },
    { type: 'ExternalName' },
  ],
  [
    'that goes inside loses its node ports',
    { type: 'NodePort', clusterIP: '10.0.0.1', ports: [{ port: 80, nodePort: 30001 }] },
    { clusterIP: '10.0.0.1', ports: [{ port: 80, nodePort: 30001 }] },
    { type: 'ClusterIP', clusterIP: '10.0.0.1', ports: [{ port: 80 }] },
  ],
  [
    'whose one address changes has a list of it',
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] },
    { clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.1'] },
    { clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.2'] },
  ],
];

test.each(LINKS)('a service %s', (_, before, after, expected) => {
  const updated = defaulted<Service>(Services, service(after));
  Services.strategy.prepareForUpdate?.(updated, defaulted<Service>(Services, service(before)), NOW);
  expect(updated.spec).toMatchObject(expected);
  for (const name of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const)
    expect(updated.spec?.[name]).toEqual((expected as ServiceSpec)[name]);
  expect(updated.spec?.ports?.[0]?.nodePort).toEqual((expected as ServiceSpec).ports?.[0]?.nodePort);
});

test.each<[string, object, object, string[]]>([
  [
    'another class of balancer',
    { type: 'LoadBalancer', loadBalancerClass: 'a.b/c' },
    { type: 'LoadBalancer' },
    ['spec.loadBalancerClass: Invalid value: null: may not change once set'],
  ],
  [
    'an address that is not the first',
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] },
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.2'] },
    [
      'spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set',
      'spec.clusterIPs: Invalid value: ["10.0.0.2"]: first value must match `clusterIP`',
    ],
  ],
  [
    'another family',
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'] },
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv6'] },
    [
      'spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set',
      'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
    ],
  ],
  [
    'another port for health checks',
    { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30001 },
    { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30002 },
    ['spec.healthCheckNodePort: Forbidden: field is immutable'],
  ],
])('a service does not change to %s', (_, before, after, expected) => {
  expect(updateErrors(Services, service(before), service(after))).toEqual(expected);
});
