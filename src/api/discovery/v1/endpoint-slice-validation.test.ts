import { expect, test } from 'vitest';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { EndpointSlices } from './endpoint-slice.ts';

const slice = (parts: object) => ({ metadata: { name: 'a', namespace: 'b' }, addressType: 'IPv4', ...parts });
const at = (...addresses: string[]) => slice({ endpoints: [{ addresses }] });

test.each<[string, object, string[]]>([
  ['that is well', slice({ endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ name: 'http', port: 80 }] }), []],
  [
    'of no known type',
    slice({ addressType: 'IPX' }),
    ['addressType: Unsupported value: "IPX": supported values: "FQDN", "IPv4", "IPv6"'],
  ],
  ['without an address', at(), ['endpoints[0].addresses: Required value: must contain at least 1 address']],
  [
    'with an address of the other family',
    at('fd00::1'),
    ['endpoints[0].addresses: Invalid value: "fd00::1": must be an IPv4 address'],
  ],
  [
    'with addresses that mean every machine',
    at('127.0.0.1', '0.0.0.0', '169.254.1.1'),
    [
      'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'endpoints[0].addresses[1]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)',
      'endpoints[0].addresses[2]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    ],
  ],
  [
    'with names that are no domains',
    slice({ addressType: 'FQDN', endpoints: [{ addresses: ['a.example.com.', 'localhost', ''] }] }),
    [
      'endpoints[0].addresses[1]: Invalid value: "localhost": should be a domain with at least two segments separated by dots',
      'endpoints[0].addresses[2]: Required value',
    ],
  ],
  [
    'meant for a zone twice',
    slice({ endpoints: [{ addresses: ['10.0.0.1'], hints: { forZones: [{ name: 'z' }, { name: 'z' }] } }] }),
    ['endpoints[0].hints.forZones[1].name: Duplicate value: "z"'],
  ],
  [
    'meant for too many nodes',
    slice({
      endpoints: [{ addresses: ['10.0.0.1'], hints: { forNodes: [...'abcdefghi'].map((name) => ({ name })) } }],
    }),
    ['endpoints[0].hints.forNodes: Too many: 9: must have at most 8 items'],
  ],
  [
    'with ports of one name',
    slice({ ports: [{ port: 80 }, { port: 81, protocol: 'ICMP' }] }),
    [
      'ports[1].name: Duplicate value: ""',
      'ports[1].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
  ],
])('an EndpointSlice %s', (_, object, expected) => {
  expect(createErrors(EndpointSlices, object)).toEqual(expected);
});

test('an EndpointSlice keeps its type of address', () => {
  expect(updateErrors(EndpointSlices, slice({}), slice({ addressType: 'IPv6' }))).toEqual([
    'addressType: Invalid value: "IPv6": field is immutable',
  ]);
});
