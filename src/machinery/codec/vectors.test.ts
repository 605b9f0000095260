import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kindSchema } from '#api/kinds.ts';
import { apiVersionOf } from '#api/resource-definition.ts';
import { resources } from '#api/resources.ts';
import { encodeBase64 } from '#machinery/objects/base64.ts';
import { formatDurationNanos } from '#machinery/objects/duration.ts';
import { formatMicros, formatSeconds } from '#machinery/objects/time.ts';
import { canonicalQuantity } from '#machinery/quantity/parse-quantity.ts';
import { type MessageSchema, resolveSchema, type ScalarKind, type Schema } from '#machinery/schema/schema.ts';
import { encodeJsonText } from './encode-json.ts';
import { flatFields } from './flat-fields.ts';
import { decodeJson, decodeValue } from './json.ts';
import { decodeProtobuf, encodeProtobuf, readEnvelope } from './protobuf.ts';

// The reference objects stand beside the repository, and may be absent.
const VECTORS = join(import.meta.dirname, '../../../../shared/kubernetes-api/vectors');
const hasVectors = existsSync(VECTORS);

const vectors = hasVectors
  ? readdirSync(VECTORS)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -5))
  : [];

/** `apps.v1.Deployment` as the schema of that kind. */
function schemaOfVector(vector: string): MessageSchema {
  const { apiVersion } = JSON.parse(readFileSync(join(VECTORS, `${vector}.json`), 'utf8'));
  const kind = vector.slice(vector.lastIndexOf('.') + 1);
  const schema = kindSchema(apiVersion ?? 'v1', kind);
  if (schema === undefined) throw new Error(`no schema for ${vector}`);
  return schema;
}

/** Upstream writes the zero time as null. */
const withoutNullTimes = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, member) => member ?? undefined);

describe.skipIf(!hasVectors)('the reference objects (skipped where they are absent)', () => {
  test('there are 91 of them', () => {
    expect(vectors.length).toBe(91);
  });

  test.each(vectors)('%s has one meaning in JSON and in protobuf', (vector) => {
    const schema = schemaOfVector(vector);
    const text = readFileSync(join(VECTORS, `${vector}.json`), 'utf8');
    const bytes = new Uint8Array(readFileSync(join(VECTORS, `${vector}.pb`)));
    const json = JSON.parse(text);

    const decoded = decodeJson(text, schema);
    expect(decoded.problems).toEqual([]);
    expect(withoutNullTimes(decoded.object)).toEqual(withoutNullTimes(json));

    const fromProtobuf = decodeProtobuf(bytes, schema);
    expect(withoutNullTimes(fromProtobuf)).toEqual(withoutNullTimes(json));

    const encoded = encodeProtobuf(decoded.object, schema);
    expect(decodeProtobuf(encoded, schema)).toEqual(fromProtobuf);
    expect(Buffer.from(readEnvelope(encoded).raw).toString('hex')).toBe(
      Buffer.from(readEnvelope(bytes).raw).toString('hex'),
    );
    expect(Buffer.from(encoded).equals(bytes)).toBe(true);
  });
});

const SCALAR_VALUES: Readonly<Record<ScalarKind, fc.Arbitrary<unknown>>> = {
  string: fc.string({ unit: 'grapheme' }),
  bool: fc.boolean(),
  int32: fc.integer(),
  int64: fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n })),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  bytes: fc.uint8Array().map(encodeBase64),
  time: fc.integer({ min: 1, max: 2 ** 33 }).map(formatSeconds),
  microTime: fc
    .tuple(fc.integer({ min: 1, max: 2 ** 33 }), fc.integer({ min: 0, max: 999_999 }))
    .map(([seconds, micros]) => formatMicros({ seconds, nanos: micros * 1000 })),
  duration: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map(formatDurationNanos),
  quantity: fc
    .tuple(fc.integer({ min: 0, max: 10 ** 9 }), fc.constantFrom('', 'm', 'k', 'Mi', 'Gi'))
    .map(([value, suffix]) => canonicalQuantity(`${value}${suffix}`)),
  intOrString: fc.oneof(fc.integer(), fc.string()),
  rawExtension: fc.dictionary(fc.string(), fc.integer()),
  fieldsV1: fc.constant({ 'f:metadata': {} }),
  json: fc.dictionary(fc.string(), fc.string()),
};

function anyValue(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const resolved = resolveSchema(schema);
  switch (resolved.type) {
    case 'scalar':
      return SCALAR_VALUES[resolved.scalar];
    case 'list':
      return fc.array(anyValue(resolved.items, depth + 1), { maxLength: depth > 3 ? 0 : 2 });
    case 'map':
      return fc.dictionary(fc.string(), anyValue(resolved.values, depth + 1), { maxKeys: depth > 3 ? 0 : 2 });
    case 'message':
      return objectOf(resolved, depth);
  }
}

const objectOf = (schema: MessageSchema, depth: number): fc.Arbitrary<unknown> =>
  depth > 4
    ? fc.constant({})
    : fc.record(
        Object.fromEntries(
          flatFields(schema)
            .filter(({ name, field }) => field.tag > 0 && name !== 'kind' && name !== 'apiVersion')
            .map(({ name, field }) => [name, anyValue(field.schema, depth + 1)]),
        ),
        { requiredKeys: [] },
      );

describe('generated objects', () => {
  test.each(
    resources.map((definition) => [`${apiVersionOf(definition)} ${definition.kind}`, definition.schema] as const),
  )('%s keeps its normal form through protobuf and JSON', (_, schema) => {
    fc.assert(
      fc.property(objectOf(schema, 0), (value) => {
        const { object } = decodeValue(value, schema);
        expect(decodeProtobuf(encodeProtobuf(object, schema), schema)).toEqual(object);
        expect(decodeValue(object, schema)).toEqual({ object, problems: [] });
        expect(decodeJson(encodeJsonText(object), schema)).toEqual({ object, problems: [] });
      }),
      { numRuns: 5 },
    );
  });
});
