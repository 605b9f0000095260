import { describe, expect, test } from 'vitest';
import type { Endpoints } from '#api/core/v1/endpoints.ts';
import type { Service } from '#api/core/v1/service.ts';
import type { EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';
import { isMirrored, mirrorMetadata, planMirrors } from './mirror-plan.ts';

const http = { name: 'http', port: 80, protocol: 'TCP' } as const;
const https = { name: 'https', port: 443, protocol: 'TCP' } as const;
type Subset = NonNullable<Endpoints['subsets']>[number];
const subset = (ips: readonly string[], ...ports: readonly (typeof http | typeof https)[]): Subset => ({
  addresses: ips.map((ip) => ({ ip })),
  ports,
});
const endpoints = (...subsets: readonly Subset[]): Endpoints => ({ metadata: { name: 'db' }, subsets });
const slice = (name: string, ips: readonly string[], port: typeof http | typeof https = http): EndpointSlice => ({
  metadata: { name },
  addressType: 'IPv4',
  endpoints: ips.map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
  ports: [port],
});
const shape = (object: Endpoints, existing: readonly EndpointSlice[]) => {
  const { create, update, remove, invalid, skipped } = planMirrors(object, existing, () => false);
  const size = ({ addressType, endpoints: list }: Pick<EndpointSlice, 'addressType' | 'endpoints'>) =>
    `${addressType} ${list?.length}`;
  return {
    create: create.map(size),
    update: update.map(({ slice: { metadata }, mirror }) => `${metadata?.name} ${size(mirror)}`),
    remove: remove.map(({ metadata }) => metadata?.name),
    left: [invalid, skipped],
  };
};
const nothing = { create: [], update: [], remove: [], left: [0, 0] };

test.each([
  ['none', endpoints(), [], nothing],
  ['one subset', endpoints(subset(['10.0.0.1', '10.0.0.2'], http)), [], { ...nothing, create: ['IPv4 2'] }],
  ['it is there', endpoints(subset(['10.0.0.1'], http)), [slice('a', ['10.0.0.1'])], nothing],
  [
    'both families have slices of their own',
    endpoints(subset(['10.0.0.1', '2001:db8::1'], http)),
    [],
    { ...nothing, create: ['IPv4 1', 'IPv6 1'] },
  ],
  [
    'an address more',
    endpoints(subset(['10.0.0.1', '10.0.0.2'], http)),
    [slice('a', ['10.0.0.1'])],
    { ...nothing, update: ['a IPv4 2'] },
  ],
  [
    'subsets of the same ports share a slice',
    endpoints(subset(['10.0.0.1'], http), subset(['10.0.0.2'], http)),
    [slice('a', ['10.0.0.1', '10.0.0.2']), slice('b', [])],
    { ...nothing, remove: ['b'] },
  ],
  [
    'other ports take the slice of those that went',
    endpoints(subset(['10.0.0.1'], https)),
    [slice('a', ['10.0.0.1'])],
    { ...nothing, update: ['a IPv4 1'] },
  ],
  ['all gone', endpoints(), [slice('a', ['10.0.0.1'])], { ...nothing, remove: ['a'] }],
  [
    'no address',
    endpoints(subset(['10.0.0.1', 'db.local'], http)),
    [],
    { ...nothing, create: ['IPv4 1'], left: [1, 0] },
  ],
  [
    'too many',
    endpoints(
      subset(
        Array.from({ length: 1002 }, (_, n) => `10.0.${n >> 8}.${n & 255}`),
        http,
      ),
    ),
    [],
    { ...nothing, create: ['IPv4 1000'], left: [0, 2] },
  ],
] as const)('%s', (_, object, existing, want) => {
  expect(shape(object, existing)).toEqual(want);
});

describe('whose Endpoints are mirrored', () => {
  const service: Service = { spec: { ports: [] } };
  const labelled = (labels: Record<string, string>, annotations = {}): Endpoints => ({
    metadata: { labels, annotations },
  });
  test.each([
    ['those of a service without a selector', labelled({}), service, true],
    ['not those of a service with one', labelled({}), { spec: { selector: {} } }, false],
    ['not those of no service', labelled({}), undefined, false],
    ['not those that say so', labelled({ 'endpointslice.kubernetes.io/skip-mirror': 'true' }), service, false],
    ['not locks of leaders', labelled({}, { 'control-plane.alpha.kubernetes.io/leader': '{}' }), service, false],
  ])('%s', (_, object, of, want) => {
    expect(isMirrored(object, of)).toBe(want);
  });
});

test('a mirror has the labels and annotations of the Endpoints, but what only they mean', () => {
  const metadata = {
    name: 'db',
    labels: { team: 'a', 'kubernetes.io/service-name': 'else' },
    annotations: { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  };
  expect(mirrorMetadata({ metadata })).toEqual({
    labels: {
      team: 'a',
      'kubernetes.io/service-name': 'db',
      'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
    },
    annotations: { note: 'x' },
  });
});
