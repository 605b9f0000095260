import { expect, test } from 'vitest';
import { createErrors, defaulted, updateErrors } from '#api/testing/defaulted.ts';
import { ConfigMaps } from './config-map.ts';
import { type Secret, Secrets } from './secret.ts';

const METADATA = { name: 'a', namespace: 'b' };
const encode = (text: string) => Buffer.from(text).toString('base64');

test('text of a secret is stored as data', () => {
  const secret = defaulted<Secret>(Secrets, { metadata: METADATA, data: { a: 'eA==' }, stringData: { b: 'y' } });
  expect(secret).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: METADATA,
    type: 'Opaque',
    data: { a: 'eA==', b: 'eQ==' },
  });
});

test.each<[string, object, string[]]>([
  ['anything', { data: { a: '' } }, []],
  ['a key that climbs out', { data: { '..': '' } }, ['data[..]: Invalid value: "..": must not be \'..\'']],
  [
    'a certificate without its key',
    { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } },
    ['data[tls.key]: Required value'],
  ],
  [
    'nobody to log in as',
    { type: 'kubernetes.io/basic-auth' },
    ['data[username]: Required value', 'data[password]: Required value'],
  ],
  [
    'a token of no account',
    { type: 'kubernetes.io/service-account-token' },
    ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
  ],
  ['registries', { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': encode('{}') } }, []],
  [
    'registries in no JSON',
    { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': encode('x') } },
    [
      `data[.dockercfg]: Invalid value: "<secret contents redacted>": invalid character 'x' looking for beginning of value`,
    ],
  ],
  ['no registries', { type: 'kubernetes.io/dockerconfigjson' }, ['data[.dockerconfigjson]: Required value']],
  [
    'too much',
    { data: { a: Buffer.alloc(1024 * 1024 + 1).toString('base64') } },
    ['data: Too long: may not be more than 1048576 bytes'],
  ],
])('a secret with %s', (_, secret, expected) => {
  expect(createErrors(Secrets, { metadata: METADATA, ...secret })).toEqual(expected);
});

const SEALED = 'Forbidden: field is immutable when `immutable` is set';

test('what is immutable stays', () => {
  const secret = { metadata: METADATA, immutable: true, data: { a: 'eA==' } };
  expect(updateErrors(Secrets, secret, { ...secret, immutable: false, data: {} })).toEqual([
    `immutable: ${SEALED}`,
    `data: ${SEALED}`,
  ]);
  const map = { metadata: METADATA, immutable: true, data: { a: 'x' } };
  expect(updateErrors(ConfigMaps, map, { ...map, binaryData: { b: 'eA==' } })).toEqual([`binaryData: ${SEALED}`]);
  expect(updateErrors(Secrets, { metadata: METADATA }, { metadata: METADATA, type: 'mine' })).toEqual([
    'type: Invalid value: "mine": field is immutable',
  ]);
});

test('a key of a config map stands for text or for bytes', () => {
  expect(createErrors(ConfigMaps, { metadata: METADATA, data: { a: '' }, binaryData: { a: '' } })).toEqual([
    'data[a]: Invalid value: "a": duplicate of key present in binaryData',
  ]);
});
