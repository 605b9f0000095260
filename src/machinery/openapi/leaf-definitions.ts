import type { ScalarKind } from '#machinery/schema/schema.ts';
import type { JsonSchema } from './openapi-input.ts';

export type OpenApiVersion = 'v2' | 'v3';

interface Leaf {
  /** The definition that stands for it, for leaves that have one. */
  readonly name?: string;
  readonly v2: JsonSchema;
  readonly v3?: JsonSchema;
  /** What upstream gives as default of a required member in v3. */
  readonly zero?: unknown;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** How leaves are described. */
export const LEAVES: Readonly<Record<ScalarKind, Leaf>> = {
  string: { v2: { type: 'string' }, zero: '' },
  bool: { v2: { type: 'boolean' }, zero: false },
  int32: { v2: { type: 'integer', format: 'int32' }, zero: 0 },
  int64: { v2: { type: 'integer', format: 'int64' }, zero: 0 },
  double: { v2: { type: 'number', format: 'double' }, zero: 0 },
  bytes: { v2: { type: 'string', format: 'byte' } },
  time: {
    name: `${META}.Time`,
    v2: { description: 'A moment in RFC 3339, in whole seconds.', type: 'string', format: 'date-time' },
  },
  microTime: {
    name: `${META}.MicroTime`,
    v2: { description: 'A moment in RFC 3339, in microseconds.', type: 'string', format: 'date-time' },
  },
  duration: {
    name: `${META}.Duration`,
    v2: { description: 'A length of time such as 1m30s.', type: 'string' },
  },
  quantity: {
    name: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    v2: { description: 'An exact number with a suffix, such as 500m, 2 or 1.5Gi.', type: 'string' },
    v3: {
      description: 'An exact number with a suffix, such as 500m, 2 or 1.5Gi.',
      oneOf: [{ type: 'string' }, { type: 'number' }],
    },
  },
  intOrString: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    v2: { description: 'A number or a text.', type: 'string', format: 'int-or-string' },
    v3: {
      description: 'A number or a text.',
      format: 'int-or-string',
      oneOf: [{ type: 'integer' }, { type: 'string' }],
    },
  },
  rawExtension: {
    name: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
    v2: { description: 'An object of any kind.', type: 'object' },
  },
  fieldsV1: {
    name: `${META}.FieldsV1`,
    v2: { description: 'A set of fields as a tree of names.', type: 'object' },
  },
  json: {
    name: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
    v2: { description: 'Any JSON value.' },
  },
};

export const leafDefinition = (leaf: Leaf, version: OpenApiVersion): JsonSchema =>
  version === 'v3' ? (leaf.v3 ?? leaf.v2) : leaf.v2;
