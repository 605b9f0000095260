import { flatFields } from '#machinery/codec/flat-fields.ts';
import {
  type Field,
  list,
  type MessageSchema,
  message,
  opt,
  req,
  resolveSchema,
  type Schema,
  string,
} from '#machinery/schema/schema.ts';
import { LEAVES, leafDefinition, type OpenApiVersion } from './leaf-definitions.ts';
import {
  type GroupVersionKind,
  type JsonSchema,
  listName,
  type OpenApiInput,
  type OpenApiResource,
} from './openapi-input.ts';

export const PATCH_NAME = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch';
export const WATCH_EVENT_NAME = 'io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent';

const PREFIXES: Readonly<Record<OpenApiVersion, string>> = { v2: '#/definitions/', v3: '#/components/schemas/' };

export const reference = (name: string, version: OpenApiVersion): JsonSchema => ({
  $ref: `${PREFIXES[version]}${name}`,
});

/** Collects the definitions of messages and of all that they refer to. */
export class Definitions {
  readonly #version: OpenApiVersion;
  readonly #definitions = new Map<string, JsonSchema>();
  readonly #kinds = new Map<string, GroupVersionKind[]>();

  constructor(version: OpenApiVersion) {
    this.#version = version;
  }

  /** All definitions in order of their names. */
  toJSON(): Record<string, JsonSchema> {
    const names = [...this.#definitions.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.#withKinds(name)]));
  }

  #withKinds(name: string): JsonSchema {
    const definition = this.#definitions.get(name)!;
    const kinds = this.#kinds.get(name);
    if (kinds === undefined) return definition;
    const ordered = [...kinds].sort((a, b) => compare(a.group, b.group) || compare(a.version, b.version));
    return { ...definition, 'x-kubernetes-group-version-kind': ordered };
  }

  /** Adds a message that is the body of a kind. */
  addKind(schema: MessageSchema, kind: GroupVersionKind): void {
    this.add(schema);
    this.#addGroupVersionKind(schema.name, kind);
  }

  /** Adds a definition as it is. */
  addRaw(name: string, definition: JsonSchema, kind?: GroupVersionKind): void {
    this.#definitions.set(name, definition);
    if (kind !== undefined) this.#addGroupVersionKind(name, kind);
  }

  #addGroupVersionKind(name: string, { group, version, kind }: GroupVersionKind): void {
    const kinds = this.#kinds.get(name) ?? [];
    if (!kinds.some((known) => known.group === group && known.version === version && known.kind === kind))
      kinds.push({ group, version, kind });
    this.#kinds.set(name, kinds);
  }

  add(schema: MessageSchema): void {
    if (this.#definitions.has(schema.name)) return;
    // Entered before its members are looked at: some messages contain themselves.
    this.#definitions.set(schema.name, {});
    this.#definitions.set(schema.name, this.#describe(schema));
  }

  #describe(schema: MessageSchema): JsonSchema {
    const fields = flatFields(schema);
    const required = fields.filter(({ field }) => field.presence === 'required').map(({ name }) => name);
    const properties = [...fields]
      .sort((a, b) => compare(a.name, b.name))
      .map(({ name, field }) => [name, this.#property(field)]);
    return {
      ...(schema.description !== undefined && { description: schema.description }),
      ...(required.length > 0 && { required: required.sort() }),
      type: 'object',
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(schema.atomic && { 'x-kubernetes-map-type': 'atomic' }),
    };
  }

  #property({ schema, options, presence }: Field): JsonSchema {
    const initial =
      options.default ??
      (presence === 'pointer' || options.pointer ? undefined : zeroOf(schema, presence === 'required'));
    const described = {
      ...(options.description !== undefined && { description: options.description }),
      ...(this.#version === 'v3' && initial !== undefined && { default: initial }),
      ...(options.minimum !== undefined && this.#version === 'v3' && { minimum: options.minimum }),
      ...(options.maximum !== undefined && this.#version === 'v3' && { maximum: options.maximum }),
      ...extensions(options),
    };
    return { ...this.#describeType(schema, Object.keys(described).length > 0), ...described };
  }

  /** In v3 a reference that has neighbours stands in `allOf`. */
  #describeType(schema: Schema, hasNeighbours: boolean): JsonSchema {
    const type = this.#type(schema);
    return this.#version === 'v3' && '$ref' in type && hasNeighbours ? { allOf: [type] } : type;
  }

  #type(schema: Schema): JsonSchema {
    const resolved = resolveSchema(schema);
    switch (resolved.type) {
      case 'message':
        this.add(resolved);
        return reference(resolved.name, this.#version);
      case 'list':
        return { type: 'array', items: this.#item(resolved.items) };
      case 'map':
        return { type: 'object', additionalProperties: this.#item(resolved.values) };
      case 'scalar': {
        const leaf = LEAVES[resolved.scalar];
        const definition = leafDefinition(leaf, this.#version);
        if (leaf.name === undefined)
          return { ...definition, ...(resolved.enum && { enum: [...resolved.enum].sort() }) };
        this.#definitions.set(leaf.name, definition);
        return reference(leaf.name, this.#version);
      }
    }
  }

  #item(schema: Schema): JsonSchema {
    if (this.#version === 'v2') return this.#type(schema);
    const zero = zeroOf(schema, true);
    return { ...this.#describeType(schema, zero !== undefined), ...(zero !== undefined && { default: zero }) };
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The default that upstream gives to what is not behind a pointer. */
function zeroOf(schema: Schema, required: boolean): unknown {
  const resolved = resolveSchema(schema);
  if (resolved.type === 'message') return {};
  return resolved.type === 'scalar' && required ? LEAVES[resolved.scalar].zero : undefined;
}

function extensions(options: Field['options']): JsonSchema {
  return {
    ...(options.listType !== undefined && { 'x-kubernetes-list-type': options.listType }),
    ...(options.mapKeys !== undefined && { 'x-kubernetes-list-map-keys': [...options.mapKeys] }),
    ...(options.mapType !== undefined && { 'x-kubernetes-map-type': options.mapType }),
    ...(options.mergeKey !== undefined && { 'x-kubernetes-patch-merge-key': options.mergeKey }),
    ...(options.patchStrategy !== undefined && { 'x-kubernetes-patch-strategy': options.patchStrategy }),
  };
}

/** The list of a kind as a message. */
export function listSchema(resource: OpenApiResource, listMeta: MessageSchema): MessageSchema {
  return message(
    listName(resource),
    {
      apiVersion: opt(0, string),
      items: req(2, list(resource.schema)),
      kind: opt(0, string),
      metadata: opt(1, listMeta),
    },
    { description: `A list of ${resource.kind} objects.` },
  );
}

/** All definitions that resources need, in one version of OpenAPI. */
export function collectDefinitions(input: OpenApiInput, version: OpenApiVersion): Record<string, JsonSchema> {
  const definitions = new Definitions(version);
  for (const resource of input.resources) addResource(definitions, resource, input);
  const groupVersions = [
    ...new Map(input.resources.map((resource) => [`${resource.group}/${resource.version}`, resource])).values(),
  ];
  for (const { group, version: apiVersion } of groupVersions) {
    definitions.addKind(input.meta.deleteOptions, { group, version: apiVersion, kind: 'DeleteOptions' });
    definitions.addRaw(WATCH_EVENT_NAME, watchEvent(version), { group, version: apiVersion, kind: 'WatchEvent' });
  }
  definitions.addKind(input.meta.status, { group: '', version: 'v1', kind: 'Status' });
  definitions.addRaw(PATCH_NAME, { description: 'The body of a PATCH request.', type: 'object' });
  definitions.addRaw(LEAVES.rawExtension.name!, leafDefinition(LEAVES.rawExtension, version));
  return definitions.toJSON();
}

function addResource(definitions: Definitions, resource: OpenApiResource, { meta }: OpenApiInput): void {
  const { schema, openApiSchema } = resource;
  if (openApiSchema === undefined) definitions.addKind(schema, kindOf(resource));
  if (resource.verbs.includes('list'))
    definitions.addKind(listSchema(resource, meta.listMeta), { ...kindOf(resource), kind: `${resource.kind}List` });
  if (openApiSchema !== undefined) definitions.addRaw(schema.name, openApiSchema, kindOf(resource));
  for (const subresource of Object.values(resource.subresources ?? {}))
    if (subresource.schema !== undefined) definitions.addKind(subresource.schema, kindOf(subresource));
}

export const kindOf = ({ group, version, kind }: GroupVersionKind): GroupVersionKind => ({ group, version, kind });

const watchEvent = (version: OpenApiVersion): JsonSchema => ({
  description: 'One change of a watched resource.',
  required: ['type', 'object'],
  type: 'object',
  properties: {
    object: { description: 'The object, or a Status.', ...reference(LEAVES.rawExtension.name!, version) },
    type: { description: 'ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.', type: 'string' },
  },
});
