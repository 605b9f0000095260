import { spokenKinds } from '#api/kinds.ts';
import { DeleteOptions } from '#api/meta/v1/delete-options.ts';
import { ListMeta } from '#api/meta/v1/list-meta.ts';
import { Status } from '#api/meta/v1/status.ts';
import { VersionInfo } from '#api/meta/v1/version-info.ts';
import { WatchEvent } from '#api/meta/v1/watch-event.ts';
import { resources } from '#api/resources.ts';
import {
  enumeration,
  int32,
  intOrString,
  lazy,
  list,
  type MessageSchema,
  map,
  message,
  opt,
  ptr,
  quantity,
  req,
  string,
} from '#machinery/schema/schema.ts';
import type { JsonSchema, OpenApiInput } from '../openapi-input.ts';

const Meta = message('io.example.Meta', { name: opt(1, string) }, { description: 'What every object has.' });
const Tree: MessageSchema = message('io.example.Tree', { children: opt(1, list(lazy<object>(() => Tree))) });
const Toy = message(
  'io.example.v1.Toy',
  {
    apiVersion: opt(0, string),
    kind: opt(0, string),
    metadata: opt(1, Meta),
    size: req(2, int32, { description: 'How large it is.', minimum: 1 }),
    port: ptr(3, intOrString),
    limits: opt(4, map(quantity)),
    parts: opt(5, list(Meta), { patchStrategy: 'merge', mergeKey: 'name', listType: 'map', mapKeys: ['name'] }),
    color: opt(6, enumeration('red', 'blue')),
    tree: ptr(7, Tree),
    labels: opt(8, map(string)),
    names: opt(9, list(string)),
    weight: opt(10, int32, { shown: 'zero' }),
    owner: ptr(11, string, { shown: 'required' }),
  },
  { description: 'Something to play with.', union: { discriminator: 'color', members: { tree: 'Tree' } } },
);

/** A made-up kind with every sort of member. */
export const toys: OpenApiInput = {
  resources: [
    {
      group: 'toys.example.com',
      version: 'v1',
      kind: 'Toy',
      plural: 'toys',
      namespaced: true,
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      schema: Toy,
      subresources: {
        status: {
          group: 'toys.example.com',
          version: 'v1',
          kind: 'Toy',
          verbs: ['get', 'patch', 'update'],
          type: 'status',
        },
      },
    },
  ],
  meta: {
    deleteOptions: DeleteOptions,
    listMeta: ListMeta,
    status: Status,
    versionInfo: VersionInfo,
    watchEvent: WatchEvent,
  },
  others: spokenKinds,
  serverVersion: 'v1.36.0',
};

/** All that Knarr serves. */
export const everything: OpenApiInput = { ...toys, resources };

export const definitionsOf = (document: JsonSchema) => document['definitions'] as Record<string, JsonSchema>;
export const schemasOf = (document: JsonSchema) =>
  (document['components'] as JsonSchema)['schemas'] as Record<string, JsonSchema>;

/** The names of all definitions that a value refers to. */
export function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member.split('/').at(-1)!] : referencesIn(member),
  );
}

export type Operations = Record<string, Record<string, { operationId: string; parameters?: { name: string }[] }>>;
