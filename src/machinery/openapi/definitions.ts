import { flatFields } from '#machinery/codec/flat-fields.ts';
import { type Field, type MessageSchema, resolveSchema, type Schema, type Union } from '#machinery/schema/schema.ts';
import type { Catalog } from './catalog.ts';
import { LEAVES, leafDefinition, type OpenApiVersion } from './leaf-definitions.ts';
import type { JsonSchema } from './openapi-input.ts';

const PREFIXES: Readonly<Record<OpenApiVersion, string>> = { v2: '#/definitions/', v3: '#/components/schemas/' };

export const reference = (name: string, version: OpenApiVersion): JsonSchema => ({
  $ref: `${PREFIXES[version]}${name}`,
});

/** The definitions of these names and of all that they refer to, by name. */
export function collectDefinitions(
  names: Iterable<string>,
  catalog: Catalog,
  version: OpenApiVersion,
): Record<string, JsonSchema> {
  const definitions = new Definitions(catalog, version);
  for (const name of names) definitions.add(name);
  const found = Object.entries(definitions.all).sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(found.map(([name, definition]) => [name, withKinds(definition, catalog.kindsOf(name))]));
}

function withKinds(definition: JsonSchema, kinds: ReturnType<Catalog['kindsOf']>): JsonSchema {
  if (kinds.length === 0) return definition;
  const ordered = [...kinds].sort((a, b) => compare(a.group, b.group) || compare(a.version, b.version));
  return { ...definition, 'x-kubernetes-group-version-kind': ordered };
}

/** Collects definitions and all that they refer to. */
class Definitions {
  readonly all: Record<string, JsonSchema> = {};
  readonly #catalog: Catalog;
  readonly #version: OpenApiVersion;

  constructor(catalog: Catalog, version: OpenApiVersion) {
    this.#catalog = catalog;
    this.#version = version;
  }

  add(name: string, schema = this.#catalog.message(name)): void {
    if (Object.hasOwn(this.all, name)) return;
    // Entered before its members are looked at: some messages contain themselves.
    this.all[name] = {};
    const described = schema && this.#describe(schema);
    this.all[name] = this.#catalog.given(name) ?? described ?? {};
  }

  #describe(schema: MessageSchema): JsonSchema {
    const fields = flatFields(schema);
    const required = fields.filter(({ field }) => isRequired(field)).map(({ name }) => name);
    const properties = [...fields]
      .sort((a, b) => compare(a.name, b.name))
      .map(({ name, field }) => [name, this.#property(field)]);
    return {
      ...(schema.description !== undefined && { description: schema.description }),
      ...(required.length > 0 && { required: required.sort() }),
      type: 'object',
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(schema.atomic && { 'x-kubernetes-map-type': 'atomic' }),
      ...(schema.union && { 'x-kubernetes-unions': [unionOf(schema.union)] }),
    };
  }

  #property({ schema, options, presence }: Field): JsonSchema {
    const hasDefault = presence !== 'pointer' && !options.pointer;
    const isWritten = presence === 'required' || options.shown === 'zero';
    const initial = options.default ?? (hasDefault ? zeroOf(schema, isWritten) : undefined);
    const { description, minimum, maximum } = options;
    return {
      ...(options.shown === 'plain' ? this.#type(schema) : this.#propertyType(schema)),
      ...(description !== undefined && { description }),
      ...(this.#version === 'v3' && {
        ...(initial !== undefined && { default: initial }),
        ...(minimum !== undefined && { minimum }),
        ...(maximum !== undefined && { maximum }),
      }),
      ...extensions(schema, options),
    };
  }

  /** In v3 what a member refers to stands in `allOf`, beside what is said of the member itself. */
  #propertyType(schema: Schema): JsonSchema {
    const type = this.#type(schema);
    return this.#version === 'v3' && '$ref' in type ? { allOf: [type] } : type;
  }

  #type(schema: Schema): JsonSchema {
    const resolved = resolveSchema(schema);
    switch (resolved.type) {
      case 'message':
        this.add(resolved.name, resolved);
        return reference(resolved.name, this.#version);
      case 'list':
        return { type: 'array', items: this.#type(resolved.items) };
      case 'map':
        return { type: 'object', additionalProperties: this.#type(resolved.values) };
      case 'scalar': {
        const leaf = LEAVES[resolved.scalar];
        const definition = leafDefinition(leaf, this.#version);
        const name = resolved.definition ?? leaf.name;
        if (name === undefined) return { ...definition, ...(resolved.enum && { enum: [...resolved.enum].sort() }) };
        this.all[name] = definition;
        return reference(name, this.#version);
      }
    }
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const isRequired = ({ presence, options }: Field): boolean => presence === 'required' || options.shown === 'required';

/** The default that upstream gives to what is not behind a pointer. */
function zeroOf(schema: Schema, isWritten: boolean): unknown {
  const resolved = resolveSchema(schema);
  if (resolved.type === 'message') return {};
  return resolved.type === 'scalar' && isWritten ? LEAVES[resolved.scalar].zero : undefined;
}

function extensions(schema: Schema, options: Field['options']): JsonSchema {
  const isList = resolveSchema(schema).type === 'list' && options.shown !== 'plain';
  const listType = options.listType ?? (isList ? 'atomic' : undefined);
  return {
    ...(listType !== undefined && { 'x-kubernetes-list-type': listType }),
    ...(options.mapKeys !== undefined && { 'x-kubernetes-list-map-keys': [...options.mapKeys] }),
    ...(options.mapType !== undefined && { 'x-kubernetes-map-type': options.mapType }),
    ...(options.mergeKey !== undefined && { 'x-kubernetes-patch-merge-key': options.mergeKey }),
    ...(options.patchStrategy !== undefined && { 'x-kubernetes-patch-strategy': options.patchStrategy }),
  };
}

const unionOf = ({ discriminator, members }: Union): JsonSchema => ({
  ...(discriminator !== undefined && { discriminator }),
  'fields-to-discriminateBy': members,
});
