import { expect, test } from 'vitest';
import { createErrors } from '#api/testing/defaulted.ts';
import { APIServices } from './api-service.ts';

const LABEL =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const SPEC = { group: 'example.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 };

test.each<[string, string, object, string[]]>([
  ['that is served here', 'v1.example.com', SPEC, []],
  [
    'of another name',
    'v2.example.com',
    SPEC,
    ['metadata.name: Invalid value: "v2.example.com": must be `spec.version+"."+spec.group`: "v1.example.com"'],
  ],
  [
    'of no version and no priority',
    '.example.com',
    { ...SPEC, version: '', groupPriorityMinimum: 20_001, versionPriority: 0 },
    [
      `spec.version: Invalid value: "": ${LABEL}`,
      'spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 0: must be positive and less than 1000',
    ],
  ],
  [
    'that trusts without asking',
    'v1.example.com',
    { ...SPEC, caBundle: 'YWJj', insecureSkipTLSVerify: true },
    [
      'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
      'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
    ],
  ],
  [
    'of a service of no name',
    'v1.example.com',
    { ...SPEC, service: { port: 0x10000 }, caBundle: 'YWJj', insecureSkipTLSVerify: true },
    [
      'spec.service.namespace: Required value',
      'spec.service.name: Required value',
      'spec.service.port: Invalid value: 65536: port is not valid: must be between 1 and 65535, inclusive',
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ],
  ],
])('a registration %s', (_, name, spec, expected) => {
  const errors = createErrors(APIServices, { metadata: { name }, spec });
  expect(errors.filter((error) => !error.startsWith('metadata.name: Invalid value: ".'))).toEqual(expected);
});
