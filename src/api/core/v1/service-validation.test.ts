import { expect, test } from 'vitest';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { type ServiceSpec, Services } from './service.ts';
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
    'spec.clusterIPs[0]: Invalid value: "10.0.0.2": may not change once set',
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
