import { list, type MessageSchema, message, opt, req, string } from '#machinery/schema/schema.ts';
import {
  type GroupVersion,
  type GroupVersionKind,
  type JsonSchema,
  listName,
  type OpenApiInput,
  type OpenApiResource,
} from './openapi-input.ts';

export const PATCH_NAME = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch';

/** What operations read and answer, by the names of definitions. */
export class Catalog {
  readonly #messages = new Map<string, MessageSchema>();
  readonly #given = new Map<string, JsonSchema>();
  readonly #kinds = new Map<string, GroupVersionKind[]>();

  /** `groupVersions` are those that the document is about: their delete options and watch events are kinds of each. */
  constructor({ meta, resources, others }: OpenApiInput, groupVersions: readonly GroupVersion[]) {
    for (const resource of resources) this.#addResource(resource, meta.listMeta);
    for (const { schema, ...kind } of others) this.#add(schema, kind);
    this.#add(meta.status, { group: '', version: 'v1', kind: 'Status' });
    for (const { group, version } of [{ group: '', version: 'v1' }, ...groupVersions]) {
      this.#add(meta.deleteOptions, { group, version, kind: 'DeleteOptions' });
      this.#add(meta.watchEvent, { group, version, kind: 'WatchEvent' });
    }
    this.#messages.set(meta.versionInfo.name, meta.versionInfo);
    this.#given.set(PATCH_NAME, { description: 'The body of a PATCH request.', type: 'object' });
  }

  message(name: string): MessageSchema | undefined {
    return this.#messages.get(name);
  }

  /** A definition that is as it is, whatever its message says. */
  given(name: string): JsonSchema | undefined {
    return this.#given.get(name);
  }

  /** The kinds whose body a definition is. */
  kindsOf(name: string): readonly GroupVersionKind[] {
    return this.#kinds.get(name) ?? [];
  }

  #addResource(resource: OpenApiResource, listMeta: MessageSchema): void {
    const { group, version, kind, schema, openApiSchema, verbs } = resource;
    this.#add(schema, { group, version, kind });
    if (openApiSchema) this.#given.set(schema.name, openApiSchema);
    if (verbs.includes('list')) this.#add(listSchema(resource, listMeta), { group, version, kind: `${kind}List` });
  }

  #add(schema: MessageSchema, { group, version, kind }: GroupVersionKind): void {
    this.#messages.set(schema.name, schema);
    const kinds = this.#kinds.get(schema.name) ?? [];
    const isKnown = kinds.some((each) => each.group === group && each.version === version && each.kind === kind);
    if (!isKnown) kinds.push({ group, version, kind });
    this.#kinds.set(schema.name, kinds);
  }
}

/** The list of a kind as a message. */
const listSchema = (resource: OpenApiResource, listMeta: MessageSchema): MessageSchema =>
  message(
    listName(resource),
    {
      apiVersion: opt(0, string),
      items: req(2, list(resource.schema), { shown: 'plain' }),
      kind: opt(0, string),
      metadata: opt(1, listMeta),
    },
    { description: `A list of ${resource.kind} objects.` },
  );
