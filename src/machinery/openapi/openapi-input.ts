import type { MessageSchema } from '#machinery/schema/schema.ts';

/** What a description of the API is made from. Resource definitions satisfy this shape. */
export interface OpenApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** API verbs: create, delete, deletecollection, get, list, patch, update, watch. */
  readonly verbs: readonly string[];
  readonly schema: MessageSchema;
  readonly subresources?: Readonly<Record<string, OpenApiSubresource>> | undefined;
  /** A custom resource's own schema, which stands in the place of one made from `schema`. */
  readonly openApiSchema?: Readonly<Record<string, unknown>> | undefined;
  readonly strategy?: { readonly returnsDeletedObject?: boolean };
}

export interface OpenApiSubresource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly schema?: MessageSchema | undefined;
  /** `connect` subresources carry a stream, not an object: their kind is what their query says. */
  readonly type?: string | undefined;
  /** For one that answers text: the kind of what its query says. */
  readonly textOptions?: string | undefined;
}

/** The schemas that every description needs. */
export interface OpenApiMetaSchemas {
  readonly deleteOptions: MessageSchema;
  readonly listMeta: MessageSchema;
  readonly status: MessageSchema;
  readonly versionInfo: MessageSchema;
  readonly watchEvent: MessageSchema;
}

export interface OpenApiInput {
  readonly resources: readonly OpenApiResource[];
  readonly meta: OpenApiMetaSchemas;
  /** Kinds that are spoken but are no resources: Scale, Eviction, what discovery answers. */
  readonly others: readonly (GroupVersionKind & { readonly schema: MessageSchema })[];
  /** For example `v1.36.0`. */
  readonly serverVersion: string;
}

export type JsonSchema = Record<string, unknown>;

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

export interface GroupVersionKind extends GroupVersion {
  readonly kind: string;
}

/** The definition of a list of a kind, by name. */
export const listName = (resource: OpenApiResource): string => `${resource.schema.name}List`;

/** `/api/v1` or `/apis/apps/v1`. */
export const basePath = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
