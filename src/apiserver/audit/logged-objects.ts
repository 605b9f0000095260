import { kindSchema } from '#api/kinds.ts';
import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { decodeValue } from '#machinery/codec/json.ts';
import { decodeProtobuf, hasProtobufMagic, readEnvelope } from '#machinery/codec/protobuf.ts';
import { parseYaml } from '#machinery/codec/yaml.ts';
import { applyDefaults } from '#machinery/defaults/apply-defaults.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { RequestContext } from '../filters/request-context.ts';
import { finishDecoded } from '../registry/decode-body.ts';
import { resultObject } from '../result.ts';

export interface RequestObjectOptions {
  readonly omitManagedFields: boolean;
  /** Of what is created or replaced; undefined where that cannot be told. */
  readonly definition: AnyResourceDefinition | undefined;
}

/** What a request's body says; undefined where there is none or it cannot be read. */
export function sentValue({ body }: RequestContext): unknown {
  if (body === undefined || body.type === 'none') return undefined;
  return body.type === 'object' ? body.object : parse(body);
}

/**
 * What the log says of the object in a request's body: objects as they were read, with their defaults and without what is
 * no field of theirs, patches as they were sent.
 */
export function requestObject(
  context: RequestContext,
  { omitManagedFields, definition }: RequestObjectOptions,
): unknown {
  const value = asRead(sentValue(context), context.target?.verb, definition);
  return omitManagedFields ? withoutManagedFields(value) : value;
}

function asRead(value: unknown, verb: string | undefined, definition: AnyResourceDefinition | undefined): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (verb === 'delete' || verb === 'deletecollection') return { ...DELETE_OPTIONS, ...value };
  if (verb !== 'create' && verb !== 'update') return value;
  const { apiVersion = definition && apiVersionOf(definition), kind = definition?.kind } = value as KubernetesObject;
  const isMain = definition && kind === definition.kind && apiVersion === apiVersionOf(definition);
  const schema = isMain ? definition.schema : kindSchema(apiVersion ?? '', kind ?? '');
  if (schema === undefined) return value;
  try {
    const { object } = decodeValue(value, schema);
    if (isMain) return finishDecoded(definition, object as Mutable<KubernetesObject>);
    applyDefaults(schema, object);
    return { kind, apiVersion, ...object };
  } catch (error) {
    // The client was told; upstream logs no object that it could not read.
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** What the options of a deletion are where nobody says it. */
const DELETE_OPTIONS = { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' };

/** The object that was answered. */
export function responseObject({ result }: RequestContext, omitManagedFields: boolean): unknown {
  if (result === undefined) return undefined;
  const object = resultObject(result);
  return omitManagedFields ? withoutManagedFields(object) : object;
}

function parse({ bytes, contentType }: { readonly bytes: Uint8Array; readonly contentType: string }): unknown {
  try {
    if (hasProtobufMagic(bytes)) return parseProtobuf(bytes);
    const text = new TextDecoder().decode(bytes);
    return contentType.includes('yaml') ? parseYaml(text).value : JSON.parse(text);
  } catch {
    // The client was told; there is nothing to log but that.
    return undefined;
  }
}

function parseProtobuf(bytes: Uint8Array): unknown {
  const { apiVersion, kind } = readEnvelope(bytes);
  const schema = kindSchema(apiVersion, kind);
  return schema && decodeProtobuf(bytes, schema, { lookup: kindSchema });
}

/** A copy without `metadata.managedFields`, also of the items of a list. */
function withoutManagedFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { items } = value as { items?: unknown };
  if (Array.isArray(items)) return { ...value, items: items.map(withoutManagedFields) };
  const { metadata } = value as KubernetesObject;
  if (metadata === undefined || !('managedFields' in metadata)) return value;
  const { managedFields: _, ...rest } = metadata;
  return { ...value, metadata: rest };
}
