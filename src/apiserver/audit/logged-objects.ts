import { kindSchema } from '#api/kinds.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { decodeProtobuf, hasProtobufMagic, readEnvelope } from '#machinery/codec/protobuf.ts';
import { parseYaml } from '#machinery/codec/yaml.ts';
import type { RequestContext } from '../filters/request-context.ts';
import { resultObject } from '../result.ts';

/** The object in a request's body; undefined where there is none or it cannot be read. */
export function requestObject({ body }: RequestContext, omitManagedFields: boolean): unknown {
  if (body === undefined || body.type === 'none') return undefined;
  const value = body.type === 'object' ? body.object : parse(body);
  return omitManagedFields ? withoutManagedFields(value) : value;
}

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
