import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bool,
  bytes,
  double,
  inline,
  int32,
  int64,
  intOrString,
  json,
  list,
  map,
  message,
  opt,
  ptr,
  quantity,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { encodeForStore, encodeJsonText, spliceResourceVersion, stringifyJson } from './encode-json.ts';
import { decodeJson, decodeValue } from './json.ts';
import { MAX_DEPTH, parseJsonExactly } from './json-syntax.ts';
import { decodeMessage } from './protobuf-decoder.ts';
import { encodeMessage } from './protobuf-encoder.ts';

const Meta = message('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', {
  name: opt(1, string),
  creationTimestamp: opt(2, time),
  labels: opt(3, map(string)),
  generation: opt(4, int64),
});
const Handler = message('io.k8s.api.core.v1.Handler', { port: ptr(1, intOrString), command: opt(2, list(string)) });
const Container = message('io.k8s.api.core.v1.Container', {
  name: req(1, string),
  stdin: opt(2, bool),
  limits: opt(3, map(quantity)),
  handler: inline(4, Handler),
});
const Spec = message('io.k8s.api.core.v1.PodSpec', {
  containers: req(1, list(Container)),
  replicas: ptr(2, int32),
  weight: opt(3, int32),
  ratio: opt(4, double),
  data: opt(5, bytes),
  raw: opt(6, json),
  divisor: opt(7, quantity),
});
const Pod = message('io.k8s.api.core.v1.Pod', {
  metadata: opt(1, Meta),
  spec: opt(2, Spec),
  kind: opt(0, string),
  apiVersion: opt(0, string),
});

const decodeSpec = (spec: unknown) => decodeJson(JSON.stringify({ spec }), Pod).object.spec;

describe('decoding JSON', () => {
  test('objects are as upstream would write them again', () => {
    expect(JSON.stringify(decodeJson('{"apiVersion":"v1","kind":"Pod"}', Pod).object)).toBe(
      '{"kind":"Pod","apiVersion":"v1","metadata":{},"spec":{"containers":[],"divisor":"0"}}',
    );
  });

  test.each<[string, unknown, unknown]>([
    ['null is absent', { replicas: null, weight: null }, {}],
    ['zero is kept behind a pointer only', { replicas: 0, weight: 0, ratio: 0 }, { replicas: 0 }],
    [
      'empty members go',
      { containers: [{ name: 'a', stdin: false, limits: {}, command: [] }] },
      { containers: [{ name: 'a' }] },
    ],
    [
      'inline members stand in the parent',
      { containers: [{ name: 'a', port: 'http', command: ['x'] }] },
      { containers: [{ name: 'a', port: 'http', command: ['x'] }] },
    ],
    ['null items are zero', { containers: [null] }, { containers: [{ name: '' }] }],
    [
      'quantities are canonical',
      { containers: [{ name: 'a', limits: { cpu: '1000m', memory: 1024 } }], divisor: '1.5' },
      { containers: [{ name: 'a', limits: { cpu: '1', memory: '1024' } }], divisor: '1500m' },
    ],
    ['any JSON is kept', { raw: { a: [1, null, {}] } }, { raw: { a: [1, null, {}] } }],
    ['an empty object is a value of any JSON', { raw: {} }, { raw: {} }],
  ])('%s', (_, given, expected) => {
    expect(decodeSpec(given)).toEqual({ containers: [], divisor: '0', ...(expected as object) });
  });

  test('what upstream holds behind a pointer is not filled in, though it is required', () => {
    const Selector = message('v1.LabelSelector', { matchLabels: opt(1, map(string)) });
    const Spec = message('v1.Spec', { selector: req(1, Selector, { pointer: true }), template: req(2, Selector) });
    expect(decodeJson('{}', Spec).object).toEqual({ template: {} });
  });

  test('times are in UTC, and the zero time is absent', () => {
    const decode = (creationTimestamp: string) =>
      decodeJson(JSON.stringify({ metadata: { creationTimestamp } }), Pod).object.metadata;
    expect(decode('2026-01-02T03:04:05.5+01:00')).toEqual({ creationTimestamp: '2026-01-02T02:04:05Z' });
    expect(decode('0001-01-01T00:00:00Z')).toEqual({});
  });

  test.each<[string, string]>([
    ['[]', 'json: cannot unmarshal array into Go value of type v1.Pod'],
    [
      '{"spec":{"containers":"x"}}',
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      '{"spec":{"containers":[{"name":1}]}}',
      'json: cannot unmarshal number into Go struct field Container.spec.containers.name of type string',
    ],
    [
      '{"spec":{"replicas":1.5}}',
      'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.replicas of type int32',
    ],
    [
      '{"spec":{"replicas":3000000000}}',
      'json: cannot unmarshal number 3000000000 into Go struct field PodSpec.spec.replicas of type int32',
    ],
    [
      '{"metadata":{"labels":{"a":1}}}',
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      '{"metadata":{"labels":[]}}',
      'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    ],
    [
      '{"spec":{"divisor":"x"}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    ['{"spec":{"containers":[{"port":true}]}}', 'json: cannot unmarshal bool into Go value of type int32'],
    ['{"spec":{"data":"a$=="}}', 'illegal base64 data at input byte 1'],
    [
      '{"metadata":{"creationTimestamp":"today"}}',
      'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"',
    ],
    ['', 'unexpected end of JSON input'],
    ['{"a"', 'unexpected end of JSON input'],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{a', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":x}', "invalid character 'x' looking for beginning of value"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} {}', "invalid character '{' after top-level value"],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['\uFEFF{}', "invalid character '\uFEFF' looking for beginning of value"],
    ['["\\x"]', "invalid character 'x' in string escape code"],
  ])('%s is refused', (text, message) => {
    expect(() => decodeJson(text, Pod)).toThrow(expect.objectContaining({ name: 'DecodeError', message }));
  });

  test('unknown and duplicate members are reported in order, and dropped', () => {
    const { object, problems } = decodeJson(
      '{"spec":{"foo":1,"weight":1,"weight":2,"Weight":3,"containers":[{"name":"a","bar":{},"bar":{}}]},"metadata":{"labels":{"a":"b","a":"c"}}}',
      Pod,
    );
    expect(problems).toEqual([
      'unknown field "spec.foo"',
      'duplicate field "spec.weight"',
      'unknown field "spec.Weight"',
      'unknown field "spec.containers[0].bar"',
      'duplicate field "metadata.labels.a"',
    ]);
    expect(object).toEqual({
      metadata: { labels: { a: 'c' } },
      spec: { containers: [{ name: 'a' }], weight: 2, divisor: '0' },
    });
  });

  test('duplicates inside any JSON are seen', () => {
    expect(decodeJson('{"spec":{"raw":{"a":[{"b":1,"b":2}]}}}', Pod).problems).toEqual([
      'duplicate field "spec.raw.a[0].b"',
    ]);
    expect(decodeJson('{"spec":{"raw":{"a":[{"b:":1,"c\\":":2}]}}}', Pod).problems).toEqual([]);
  });

  test('integers past 2^53 are not damaged', () => {
    const text =
      '{"metadata":{"generation":9007199254740993},"spec":{"containers":[],"raw":{"a":-9223372036854775808,"b":1e30},"divisor":"0"}}';
    const { object } = decodeJson(text, Pod);
    expect(object.metadata?.generation).toBe(9007199254740993n);
    expect(stringifyJson(object)).toBe(text.replace('1e30', '1e+30'));
    expect(() => decodeJson('{"metadata":{"generation":9223372036854775808}}', Pod)).toThrow(
      'json: cannot unmarshal number',
    );
  });

  test('nesting is bounded', () => {
    const nest = (depth: number) => `{"spec":{"raw":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    expect(() => decodeJson(nest(MAX_DEPTH), Pod)).toThrow('exceeded max depth');
    expect(decodeJson(nest(900), Pod).problems).toEqual([]);
    expect(() => decodeJson(nest(1_000_000), Pod)).toThrow('exceeded max depth');
  });

  test('invalid UTF-8 is replaced', () => {
    const body = Uint8Array.from([...new TextEncoder().encode('{"kind":"'), 0xff, ...new TextEncoder().encode('"}')]);
    expect(decodeJson(body, Pod).object.kind).toBe('\uFFFD');
  });

  test('members named as those of every object are members like others', () => {
    const { object, problems } = decodeJson(
      '{"__proto__":1,"metadata":{"labels":{"__proto__":"a","constructor":"b"}}}',
      Pod,
    );
    expect(JSON.stringify(object.metadata)).toBe('{"labels":{"__proto__":"a","constructor":"b"}}');
    expect(problems).toEqual(['unknown field "__proto__"']);
  });

  test('a decoded value shares nothing with its source and decodes to itself', () => {
    const source = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'x' }] } };
    const { object } = decodeValue(source, Pod);
    expect(object.metadata?.labels).not.toBe(source.metadata.labels);
    expect(decodeValue(object, Pod).object).toEqual(object);
  });

  test('the exact parser agrees with the native one', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const exact = JSON.stringify(parseJsonExactly(text).value, (_, member) =>
          typeof member === 'bigint' ? Number(member) : member,
        );
        expect(exact).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\ tru1-.eE0n') }), (text) => {
        const attempt = (parse: () => unknown) => {
          try {
            return JSON.stringify(parse());
          } catch {
            return 'error';
          }
        };
        expect(attempt(() => parseJsonExactly(text).value)).toBe(attempt(() => JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('encoding JSON', () => {
  test('kind, apiVersion and metadata come first', () => {
    expect(encodeJsonText({ metadata: { name: 'a' }, apiVersion: 'v1', kind: 'Pod' })).toBe(
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}',
    );
  });

  test.each<[object, string]>([
    [
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', resourceVersion: '7' }, spec: { a: 1 } },
      '{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"42","name":"a"},"spec":{"a":1}}',
    ],
    [{ kind: 'é', metadata: {} }, '{"kind":"é","metadata":{"resourceVersion":"42"}}'],
    [{}, '{"metadata":{"resourceVersion":"42"}}'],
  ])('the revision is put into %j', (object, text) => {
    const { bytes: encoded, prefixLength } = encodeForStore(object);
    expect(new TextDecoder().decode(spliceResourceVersion(encoded, prefixLength, 42))).toBe(text);
  });
});

test('big integers are written as they are, and what is not there as it is without them', () => {
  const big = 2n ** 60n;
  expect(stringifyJson({ a: big, b: undefined, c: [undefined, null, big], d: { e: 'é"' } })).toBe(
    '{"a":1152921504606846976,"c":[null,null,1152921504606846976],"d":{"e":"é\\""}}',
  );
});

test('an optional field that shows its zero has it, left out or not, in both encodings', () => {
  const Budget = message('io.k8s.api.policy.v1.PodDisruptionBudgetStatus', {
    allowed: opt(3, int32, { shown: 'zero' }),
    note: opt(4, string, { shown: 'zero' }),
    quiet: opt(5, int32),
  });
  expect(decodeValue({ quiet: 0 }, Budget).object).toEqual({ allowed: 0, note: '' });
  expect(decodeValue({ allowed: 0, note: 'a' }, Budget).object).toEqual({ allowed: 0, note: 'a' });
  const bytes = encodeMessage(Budget, { allowed: 0, quiet: 1 });
  expect(decodeMessage(Budget, bytes, { depth: 0, embedded: () => undefined })).toEqual({
    allowed: 0,
    note: '',
    quiet: 1,
  });
});
