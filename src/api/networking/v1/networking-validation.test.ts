import { expect, test } from 'vitest';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { Ingresses } from './ingress.ts';
import { IngressClasses } from './ingress-class.ts';
import { IPAddresses } from './ip-address.ts';
import { NetworkPolicies } from './network-policy.ts';
import { ServiceCIDRs } from './service-cidr.ts';

const metadata = { name: 'a', namespace: 'b' };
const backend = { service: { name: 'web', port: { number: 80 } } };
const rule = (path: object, host = 'example.com') => ({ rules: [{ host, http: { paths: [{ backend, ...path }] } }] });

test.each<[string, object, string[]]>([
  ['that is well', rule({ path: '/', pathType: 'Prefix' }), []],
  ['without anything', {}, ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified']],
  [
    'without a type of path',
    rule({ path: '/' }),
    ['spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified'],
  ],
  [
    'with another type of path, whatever the path is,',
    rule({ path: 'x', pathType: 'Bogus' }),
    [
      'spec.rules[0].http.paths[0].pathType: Unsupported value: "Bogus": supported values: "Exact", "ImplementationSpecific", "Prefix"',
    ],
  ],
  [
    'with a path that climbs',
    rule({ path: '/a/../b', pathType: 'Exact' }),
    ['spec.rules[0].http.paths[0].path: Invalid value: "/a/../b": must not contain \'/../\''],
  ],
  [
    'for an address',
    rule({ path: '/', pathType: 'Prefix' }, '10.0.0.1'),
    ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
  ],
  [
    'with two ports',
    { defaultBackend: { service: { name: 'web', port: { number: 80, name: 'http' } } } },
    ['spec.defaultBackend: Invalid value: "": cannot set both port name & port number'],
  ],
  [
    'with no backend',
    { defaultBackend: {} },
    ['spec.defaultBackend: Invalid value: "": resource or service backend is required'],
  ],
])('an Ingress %s', (_, spec, expected) => {
  expect(createErrors(Ingresses, { metadata, spec })).toEqual(expected);
});

test('an Ingress names its class once', () => {
  const annotations = { 'kubernetes.io/ingress.class': 'y' };
  const object = { metadata: { ...metadata, annotations }, spec: { ingressClassName: 'x', defaultBackend: backend } };
  expect(createErrors(Ingresses, object)).toEqual([
    'annotations.kubernetes.io/ingress.class: Invalid value: "y": must match `ingressClassName` when both are specified',
  ]);
});

test('an IngressClass keeps its controller, which has a domain', () => {
  const withController = (controller: string) => ({ metadata, spec: { controller } });
  expect(createErrors(IngressClasses, withController('nginx'))).toEqual([
    'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")',
  ]);
  expect(updateErrors(IngressClasses, withController('a.io/x'), withController('a.io/y'))).toEqual([
    'spec.controller: Invalid value: "a.io/y": field is immutable',
  ]);
});

test.each<[string, object, string[]]>([
  ['that is well', { ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80, endPort: 90 }] }] }, []],
  ['from nowhere', { ingress: [{ from: [{}] }] }, ['spec.ingress[0].from[0]: Required value: must specify a peer']],
  [
    'with odd ports',
    { egress: [{ ports: [{ port: 80, endPort: 70 }, { port: 'http', endPort: 9 }, { endPort: 9 }] }] },
    [
      'spec.egress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`',
      'spec.egress[0].ports[1].endPort: Invalid value: 9: may not be specified when `port` is non-numeric',
      'spec.egress[0].ports[2].endPort: Invalid value: 9: may not be specified when `port` is not specified',
    ],
  ],
  [
    'that excepts what it does not hold',
    { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16', '10.1.0.0/16'] } }] }] },
    ['spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`'],
  ],
])('a NetworkPolicy %s', (_, spec, expected) => {
  expect(createErrors(NetworkPolicies, { metadata, spec })).toEqual(expected);
});

test('a ServiceCIDR has a range of each family at most, and may get the other one', () => {
  const withRanges = (...cidrs: string[]) => ({ metadata, spec: { cidrs } });
  expect(createErrors(ServiceCIDRs, withRanges())).toEqual(['spec.cidrs: Required value: at least one CIDR required']);
  expect(createErrors(ServiceCIDRs, withRanges('10.0.0.0/16', '10.1.0.0/16'))).toEqual([
    'spec.cidrs: Invalid value: ["10.0.0.0/16","10.1.0.0/16"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
  ]);
  expect(updateErrors(ServiceCIDRs, withRanges('10.0.0.0/16'), withRanges('10.0.0.0/16', 'fd00::/112'))).toEqual([]);
  expect(updateErrors(ServiceCIDRs, withRanges('10.0.0.0/16'), withRanges('10.1.0.0/16'))).toEqual([
    'spec.cidrs[0]: Invalid value: "10.1.0.0/16": field is immutable',
  ]);
});

test('an IPAddress belongs to somebody', () => {
  expect(createErrors(IPAddresses, { metadata: { name: '10.0.0.1' } })).toEqual(['spec.parentRef: Required value']);
});

test('a network that a NetworkPolicy names already may be named anywhere in it', () => {
  const from = (...cidrs: string[]) => ({
    metadata,
    spec: { podSelector: {}, ingress: cidrs.map((cidr) => ({ from: [{ ipBlock: { cidr } }] })) },
  });
  expect(updateErrors(NetworkPolicies, from('010.0.0.0/8'), from('10.0.0.0/8', '010.0.0.0/8'))).toEqual([]);
  expect(updateErrors(NetworkPolicies, from('10.0.0.0/8'), from('010.0.0.0/8'))).toEqual([
    'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "010.0.0.0/8": must not have leading 0s in IP or prefix length',
  ]);
});
