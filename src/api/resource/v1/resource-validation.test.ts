import { expect, test } from 'vitest';
import { createErrors, statusErrors, updateErrors } from '#api/testing/defaulted.ts';
import { DeviceClasses } from './device-class.ts';
import { ResourceClaims } from './resource-claim.ts';
import { ResourceClaimTemplates } from './resource-claim-template.ts';
import { ResourceSlices } from './resource-slice.ts';

const metadata = { name: 'a', namespace: 'b' };
const claim = (devices: object, status?: object, more: object = {}) => ({
  metadata: { ...metadata, ...more },
  spec: { devices },
  ...(status && { status }),
});
const exactly = (more: object = {}) => ({ name: 'r', exactly: { deviceClassName: 'gpu', ...more } });
const selector = (expression: string) => ({ selectors: [{ cel: { expression } }] });
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const R = 'spec.devices.requests[0]';

test.each<[string, object, string[]]>([
  ['for a device', { requests: [exactly()] }, []],
  [
    'for nothing and for two things',
    {
      requests: [
        { name: 'a' },
        { name: 'b', exactly: { deviceClassName: 'c' }, firstAvailable: [{ name: 'd', deviceClassName: 'c' }] },
      ],
    },
    [
      `${R}: Required value: exactly one of \`exactly\` or \`firstAvailable\` is required`,
      'spec.devices.requests[1]: Invalid value: null: exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set',
    ],
  ],
  [
    'with a name twice, and a bad one',
    { requests: [exactly(), exactly(), { ...exactly(), name: 'R' }] },
    [`spec.devices.requests[2].name: Invalid value: "R": ${LABEL}`, 'spec.devices.requests[1]: Duplicate value: "r"'],
  ],
  [
    'with wrong numbers',
    {
      requests: [
        exactly({ allocationMode: 'All', count: 2 }),
        { ...exactly({ count: -1 }), name: 's' },
        { ...exactly({ allocationMode: 'Some' }), name: 't' },
      ],
    },
    [
      `${R}.exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'`,
      'spec.devices.requests[1].exactly.count: Invalid value: -1: must be greater than zero',
      'spec.devices.requests[2].exactly.allocationMode: Unsupported value: "Some": supported values: "All", "ExactCount"',
    ],
  ],
  [
    'with a broken selector',
    { requests: [exactly(selector('device.driver ='))] },
    [
      `${R}.exactly.selectors[0].cel.expression: Invalid value: "device.driver =": compilation failed: ERROR: <input>:1:15: Syntax error: token recognition error at: '='\n | device.driver =\n | ..............^`,
    ],
  ],
  [
    'with selectors that are none, too long or too dear',
    {
      requests: [
        exactly({
          selectors: [
            {},
            { cel: { expression: `"${'x'.repeat(10240)}"` } },
            {
              cel: {
                expression:
                  'device.attributes.all(a, device.attributes.all(b, device.attributes[a].all(c, device.attributes[b].all(d, c != d))))',
              },
            },
          ],
        }),
      ],
    },
    [
      `${R}.exactly.selectors[0].cel: Required value`,
      `${R}.exactly.selectors[1].cel.expression: Too long: may not be more than 10240 bytes`,
      `${R}.exactly.selectors[2].cel.expression: Forbidden: too complex, exceeds cost limit`,
    ],
  ],
  [
    'that tolerates what cannot be',
    {
      requests: [
        exactly({
          tolerations: [
            { operator: 'Exists', value: 'x' },
            { key: 'a', operator: 'Like', effect: 'Never' },
          ],
        }),
      ],
    },
    [
      `${R}.exactly.tolerations[0].value: Invalid value: "x": must be empty for operator \`Exists\``,
      `${R}.exactly.tolerations[1].operator: Unsupported value: "Like": supported values: "Equal", "Exists"`,
      `${R}.exactly.tolerations[1].effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule", "None"`,
    ],
  ],
  [
    'with constraints',
    {
      requests: [exactly()],
      constraints: [
        { requests: ['r', 'x', 'r/s/t'], matchAttribute: 'model' },
        {},
        { matchAttribute: 'dra.example.com/model' },
      ],
    },
    [
      'spec.devices.constraints[0].requests[1]: Invalid value: "x": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
      'spec.devices.constraints[0].requests[2]: Invalid value: "r/s/t": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
      'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash',
      'spec.devices.constraints[1]: Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set',
    ],
  ],
  [
    'with settings',
    { requests: [exactly()], config: [{}, { opaque: { driver: 'dra.example.com', parameters: [1] } }] },
    [
      'spec.devices.config[0].opaque: Required value',
      'spec.devices.config[1].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
    ],
  ],
  [
    'for too much',
    { requests: Array.from({ length: 33 }, (_, index) => ({ ...exactly(), name: `r${index}` })) },
    ['spec.devices.requests: Too many: 33: must have at most 32 items'],
  ],
])('a claim %s', (_, devices, expected) => {
  expect(createErrors(ResourceClaims, claim(devices))).toEqual(expected);
});

test('what a claim asks for stays, and is shown as upstream shows it', () => {
  const [before, after] = [claim({ requests: [exactly()] }), claim({ requests: [exactly(selector('device.'))] })];
  expect(updateErrors(ResourceClaims, before, after)).toEqual([
    'spec: Invalid value: {"Devices":{"Requests":[{"Name":"r","Exactly":{"DeviceClassName":"gpu","Selectors":[{"CEL":{"Expression":"device."}}],"AllocationMode":"ExactCount","Count":1,"AdminAccess":null,"Tolerations":null,"Capacity":null},"FirstAvailable":null}],"Constraints":null,"Config":null}}: field is immutable',
  ]);
  const template = (spec: object, more: object = {}) => ({ metadata, spec: { spec: spec, ...more } });
  expect(
    createErrors(ResourceClaimTemplates, template({ devices: {} }, { metadata: { name: 'x', labels: { a: 'b' } } })),
  ).toEqual(['spec.metadata.name: Forbidden: cannot be set']);
  expect(
    updateErrors(ResourceClaimTemplates, template({ devices: {} }), template({ devices: { requests: [] } })),
  ).toEqual([]);
});

const result = { request: 'r', driver: 'dra.example.com', pool: 'p', device: 'd' };
const allocation = { devices: { results: [result] } };
const consumer = { resource: 'pods', name: 'p', uid: 'u' };

test.each<[string, object, object, string[]]>([
  ['is allocated and reserved', {}, { allocation, reservedFor: [consumer] }, []],
  [
    'is reserved before it is allocated, by nobody, twice',
    {},
    {
      reservedFor: [
        { resource: '', name: '', uid: '' },
        { ...consumer, uid: '' },
      ],
    },
    [
      'status.reservedFor[0].resource: Required value',
      'status.reservedFor[0].name: Required value',
      'status.reservedFor[0].uid: Required value',
      'status.reservedFor[1].uid: Required value',
      'status.reservedFor[1]: Duplicate value: ""',
      'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
    ],
  ],
  [
    'is allocated wrongly',
    {},
    {
      allocation: {
        devices: {
          results: [{ ...result, request: 'x', pool: '', bindingConditions: ['a', 'a'] }],
          config: [{ source: 'FromMars', opaque: { driver: 'dra.example.com', parameters: {} } }],
        },
      },
    },
    [
      'status.allocation.devices.results[0].request: Invalid value: "x": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
      'status.allocation.devices.results[0].pool: Required value',
      'status.allocation.devices.results[0].bindingConditions[1]: Duplicate value: "a"',
      'status.allocation.devices.results[0].bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use bindingConditions',
      'status.allocation.devices.config[0].source: Unsupported value: "FromMars": supported values: "FromClaim", "FromClass"',
    ],
  ],
  [
    'is allocated again',
    { allocation },
    { allocation: { devices: { results: [] } } },
    [
      'status.allocation: Invalid value: {"Devices":{"Results":null,"Config":null},"NodeSelector":null,"AllocationTimestamp":null}: field is immutable',
    ],
  ],
  [
    'tells of a device it does not have',
    { allocation },
    {
      allocation,
      devices: [
        {
          ...result,
          device: 'e',
          shareID: 'x',
          data: 'text',
          networkData: { ips: ['10.0.0.1', '10.0.0.1/8', '010.0.0.2/8'] },
        },
      ],
    },
    [
      'status.devices[0].shareID: Invalid value: "x": error validating uid: invalid UUID length: 1',
      'status.devices[0]: Invalid value: {"Driver":"dra.example.com","Pool":"p","Device":"e","ShareID":"x"}: must be an allocated device in the claim',
      'status.devices[0].data: Invalid value: "<value omitted>": must be a valid JSON object',
      'status.devices[0].networkData.ips[0]: Invalid value: "10.0.0.1": must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)',
      'status.devices[0].networkData.ips[2]: Invalid value: "010.0.0.2/8": must be in canonical form ("10.0.0.2/8")',
    ],
  ],
])('a claim %s', (_, before, after, expected) => {
  const devices = { requests: [exactly()] };
  expect(statusErrors(ResourceClaims, claim(devices, before), claim(devices, after))).toEqual(expected);
});

test('a claim that is going is not reserved for more', () => {
  const going = { deletionTimestamp: '2026-01-02T03:04:05Z' };
  const devices = { requests: [exactly()] };
  const more = { allocation, reservedFor: [consumer, { ...consumer, uid: 'v' }] };
  const before = claim(devices, { allocation, reservedFor: [consumer] }, going);
  expect(statusErrors(ResourceClaims, before, claim(devices, more, going))).toEqual([
    'status.reservedFor: Forbidden: new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set',
  ]);
});

test('a class of devices says what is wrong with it', () => {
  const spec = { ...selector('1'), config: [{}], extendedResourceName: 'cpu' };
  expect(createErrors(DeviceClasses, { metadata: { name: 'c' }, spec })).toEqual([
    'spec.selectors[0].cel.expression: Invalid value: "1": must evaluate to bool or the unknown type, not int',
    'spec.config[0].opaque: Required value',
    'spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name',
  ]);
  const large = { opaque: { driver: 'dra.example.com', parameters: { a: 'x'.repeat(10240) } } };
  const class_ = (more: object) => ({ metadata: { name: 'c' }, spec: { config: [large], ...more } });
  expect(updateErrors(DeviceClasses, class_({}), class_(selector('true')))).toEqual([]);
  expect(createErrors(DeviceClasses, class_({}))).toEqual([
    'spec.config[0].opaque.parameters: Too long: may not be more than 10240 bytes',
  ]);
});

const slice = (spec: object) => ({
  metadata: { name: 's' },
  spec: { driver: 'dra.example.com', pool: { name: 'p', generation: 0, resourceSliceCount: 1 }, ...spec },
});
const D = 'spec.devices[0]';

test.each<[string, object, string[]]>([
  [
    'of a node',
    {
      nodeName: 'n',
      devices: [{ name: 'd', attributes: { model: { string: 'a' } }, capacity: { memory: { value: '1Gi' } } }],
    },
    [],
  ],
  [
    'of no driver, pool or node',
    { driver: '', pool: { name: '', generation: -1, resourceSliceCount: 0 } },
    [
      'spec.driver: Required value',
      'spec.pool.name: Required value',
      'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
      'spec.pool.generation: Invalid value: -1: must be greater than or equal to zero',
      'spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
    ],
  ],
  [
    'of several reaches',
    { nodeName: 'n', allNodes: true, perDeviceNodeSelection: false },
    [
      'spec.perDeviceNodeSelection: Invalid value: false: must be either unset or set to true',
      'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
    ],
  ],
  [
    'of a device with odd attributes',
    {
      allNodes: true,
      devices: [
        {
          name: 'd',
          attributes: { a: {}, b: { int: 1, bool: true }, 'x/': { version: '1.0' }, '/y': { string: 'y'.repeat(65) } },
          capacity: { memory: { value: '1Gi', requestPolicy: {} } },
        },
      ],
    },
    [
      `${D}.attributes[a]: Invalid value: "": exactly one value must be specified`,
      `${D}.attributes[b]: Invalid value: {"IntValue":1,"BoolValue":true,"StringValue":null,"VersionValue":null,"IntValues":null,"BoolValues":null,"StringValues":null,"VersionValues":null}: exactly one value must be specified`,
      `${D}.attributes[x/]: Invalid value: "": the name must not be empty`,
      `${D}.attributes[x/].version: Invalid value: "1.0": must be a string compatible with semver.org spec 2.0.0`,
      `${D}.attributes[/y]: Invalid value: "": the domain must not be empty`,
      `${D}.attributes[/y].string: Too long: may not be more than 64 bytes`,
      `${D}.capacity[memory].requestPolicy: Forbidden: allowMultipleAllocations must be true`,
    ],
  ],
  [
    'of a device with taints, counters and a place of its own',
    {
      allNodes: true,
      devices: [
        {
          name: 'd',
          nodeName: 'n',
          taints: [{ key: '', effect: 'Never' }],
          consumesCounters: [{ counterSet: '', counters: {} }],
        },
        { name: 'd' },
      ],
    },
    [
      expect.stringContaining(`${D}.taints[0].key: Invalid value: "": name part must be non-empty`),
      expect.stringContaining(`${D}.taints[0].key: Invalid value: ""`),
      `${D}.taints[0].effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule", "None"`,
      `${D}.consumesCounters[0].counterSet: Required value`,
      `${D}.consumesCounters[0].counters: Required value`,
      `${D}: Invalid value: null: \`nodeName\`, \`nodeSelector\` and \`allNodes\` can only be set if \`perDeviceNodeSelection\` is set to true in the ResourceSlice spec`,
      'spec.devices[1]: Duplicate value: "d"',
    ],
  ],
  [
    'of shared capacity',
    {
      allNodes: true,
      devices: [
        {
          name: 'd',
          allowMultipleAllocations: true,
          capacity: {
            a: { value: '10', requestPolicy: { default: '3', validValues: ['1', '20', '5'] } },
            b: { value: '10', requestPolicy: { default: '3', validRange: { min: '4', max: '12', step: '3' } } },
            c: { value: '10', requestPolicy: { validRange: {}, validValues: ['1'] } },
            d: { value: '10', requestPolicy: { validRange: { min: '1' } } },
          },
        },
      ],
    },
    [
      `${D}.capacity[a].requestPolicy.validValues[2]: Invalid value: "5": values must be sorted in ascending order`,
      `${D}.capacity[a].requestPolicy.validValues[1]: Invalid value: "20": option is larger than capacity value: 10`,
      `${D}.capacity[a].requestPolicy.validValues: Invalid value: "3": default value is not valid according to the requestPolicy`,
      `${D}.capacity[b].requestPolicy.validRange.min: Invalid value: "3": default is less than min: 4`,
      `${D}.capacity[b].requestPolicy.validRange.max: Invalid value: "12": max is larger than capacity value: 10`,
      `${D}.capacity[b].requestPolicy.validRange.step: Invalid value: "3": value is not a multiple of a given step (3) from (4)`,
      `${D}.capacity[b].requestPolicy.validRange.step: Invalid value: "12": value is not a multiple of a given step (3) from (4)`,
      `${D}.capacity[c].requestPolicy: Forbidden: exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time`,
      `${D}.capacity[d].requestPolicy.default: Required value: required when validRange is defined`,
    ],
  ],
  [
    'of counters',
    { allNodes: true, sharedCounters: [{ name: 'a' }, { name: 'a', counters: { memory: { value: '1' } } }] },
    ['spec.sharedCounters[0].counters: Required value', 'spec.sharedCounters[1]: Duplicate value: "a"'],
  ],
  [
    'of many devices that are more to look at',
    {
      allNodes: true,
      devices: Array.from({ length: 65 }, (_, index) => ({
        name: `d${index}`,
        taints: [{ key: 'a', effect: 'None' }],
      })),
    },
    ['spec.devices: Too many: 65: must have at most 64 items'],
  ],
])('a slice %s', (_, spec, expected) => {
  expect(createErrors(ResourceSlices, slice(spec))).toEqual(expected);
});

test('a slice stays where and whose it is', () => {
  const moved = {
    driver: 'other.example.com',
    pool: { name: 'q', generation: 0, resourceSliceCount: 1 },
    nodeName: 'm',
  };
  expect(updateErrors(ResourceSlices, slice({ nodeName: 'n' }), slice(moved))).toEqual([
    'spec.pool.name: Invalid value: "q": field is immutable',
    'spec.driver: Invalid value: "other.example.com": field is immutable',
    'spec.nodeName: Invalid value: "m": field is immutable',
  ]);
});
