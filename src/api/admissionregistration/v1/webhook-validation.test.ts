import { expect, test } from 'vitest';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { ValidatingWebhookConfigurations } from './validating-webhook-configuration.ts';

const RULE = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
const WEBHOOK = {
  name: 'a.example.com',
  clientConfig: { url: 'https://example.com/check' },
  rules: [RULE],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};

test.each<[string, object, string[]]>([
  ['that is well', {}, []],
  [
    'without a full name',
    { name: 'a.b' },
    ['webhooks[0].name: Invalid value: "a.b": should be a domain with at least three segments separated by dots'],
  ],
  [
    'that is nowhere',
    { clientConfig: {} },
    ['webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
  ],
  [
    'without encryption',
    { clientConfig: { url: 'http://example.com?x=1' } },
    [
      'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
      'webhooks[0].clientConfig.url: Invalid value: "x=1": query parameters are not permitted in the URL',
    ],
  ],
  [
    'at an address that tells too much and too little',
    { clientConfig: { url: 'x://u:p@/?a=b#c' } },
    [
      'webhooks[0].clientConfig.url: Invalid value: "x": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
      'webhooks[0].clientConfig.url: Invalid value: "": host must be specified; desired format: https://host[/path]',
      'webhooks[0].clientConfig.url: Invalid value: "u:p": user information is not permitted in the URL',
      'webhooks[0].clientConfig.url: Invalid value: "c": fragments are not permitted in the URL',
      'webhooks[0].clientConfig.url: Invalid value: "a=b": query parameters are not permitted in the URL',
    ],
  ],
  [
    'at an address that is none',
    { clientConfig: { url: 'https://x:y/' } },
    [
      'webhooks[0].clientConfig.url: Required value: url must be a valid URL: parse "https://x:y/": invalid port ":y" after host; desired format: https://host[/path]',
    ],
  ],
  [
    'of a service without a name, at a path that is none',
    { clientConfig: { service: { name: '', namespace: 'b', port: 0, path: 'xy//A' } } },
    [
      'webhooks[0].clientConfig.service.namespace: Required value',
      'webhooks[0].clientConfig.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
      'webhooks[0].clientConfig.service.path: Invalid value: "xy//A": must start with a \'/\'',
      'webhooks[0].clientConfig.service.path: Invalid value: "xy//A": segment[1] may not be empty',
      `webhooks[0].clientConfig.service.path: Invalid value: "xy//A": segment[2]: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ],
  ],
  [
    'that says too little',
    { sideEffects: undefined, admissionReviewVersions: [], timeoutSeconds: 31 },
    [
      'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun',
      'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
      'webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1',
    ],
  ],
  [
    'that hears of everything and more',
    { rules: [{ ...RULE, operations: ['*', 'CREATE'], resources: ['*/*', 'pods'] }] },
    [
      'webhooks[0].rules[0].operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations',
      'webhooks[0].rules[0].resources: Invalid value: ["*/*","pods"]: if \'*/*\' is present, must not specify other resources',
    ],
  ],
  [
    'whose conditions are no expressions, no questions or nameless',
    {
      matchConditions: [
        { name: 'a', expression: 'request.wher == "x"' },
        { name: 'b', expression: 'request.name' },
        { name: '', expression: "'x' in object.metadata.labels" },
        { name: 'a', expression: ' ' },
      ],
    },
    [
      'webhooks[0].matchConditions[0].expression: Invalid value: "request.wher == \\"x\\"": compilation failed: ERROR: <input>:1:8: undefined field \'wher\'\n | request.wher == "x"\n | .......^',
      'webhooks[0].matchConditions[1].expression: Invalid value: "request.name": must evaluate to bool but got string',
      'webhooks[0].matchConditions[2].name: Required value',
      'webhooks[0].matchConditions[3].expression: Required value',
      'webhooks[0].matchConditions[3].name: Duplicate value: "a"',
    ],
  ],
])('a webhook %s', (_, parts, expected) => {
  const object = { metadata: { name: 'a' }, webhooks: [{ ...WEBHOOK, ...parts }] };
  expect(createErrors(ValidatingWebhookConfigurations, object)).toEqual(expected);
});

test('webhooks of one configuration have names of their own', () => {
  const object = { metadata: { name: 'a' }, webhooks: [WEBHOOK, WEBHOOK] };
  expect(createErrors(ValidatingWebhookConfigurations, object)).toEqual([
    'webhooks[1].name: Duplicate value: "a.example.com"',
  ]);
});

test('what is wrong already may stay, what is new may not', () => {
  const stored = { ...WEBHOOK, sideEffects: 'Some', matchConditions: [{ name: 'a', expression: 'gone()' }] };
  const object = { metadata: { name: 'a' }, webhooks: [stored, stored] };
  expect(updateErrors(ValidatingWebhookConfigurations, object, object)).toEqual([]);
  const worse = { ...object, webhooks: [stored, { ...stored, sideEffects: 'Other' }, stored] };
  expect(updateErrors(ValidatingWebhookConfigurations, object, worse)).toEqual([
    expect.stringContaining('webhooks[0].matchConditions[0].expression: Invalid value: "gone()": compilation failed'),
    'webhooks[1].sideEffects: Unsupported value: "Other": supported values: "None", "NoneOnDryRun", "Some", "Unknown"',
    expect.stringContaining('webhooks[1].matchConditions[0].expression: Invalid value: "gone()": compilation failed'),
    expect.stringContaining('webhooks[2].matchConditions[0].expression: Invalid value: "gone()": compilation failed'),
  ]);
});
