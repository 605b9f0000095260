import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { type JsonObject, type MapShape, shapeOf } from '#machinery/apply/shape.ts';
import type { Versions } from '#machinery/apply/versions.ts';
import { decodeValue } from '#machinery/codec/json.ts';
import type { RegistryParts } from './registry-parts.ts';

/** All served versions of a kind. */
export function versionsOf({ definition, versionOf }: Pick<RegistryParts, 'definition' | 'versionOf'>): Versions {
  const find = (apiVersion: string) => (apiVersion === apiVersionOf(definition) ? definition : versionOf?.(apiVersion));
  return {
    shape(apiVersion) {
      const found = find(apiVersion);
      return found && kindShape(found);
    },
    convert(object, from, to) {
      if (from === to) return object;
      const [source, target] = [find(from), find(to)];
      return source && target && convert(object, source, target);
    },
  };
}

/** The shape of a kind; made once. */
export const kindShape = ({ schema }: AnyResourceDefinition): MapShape => shapeOf(schema) as MapShape;

function convert(object: JsonObject, from: AnyResourceDefinition, to: AnyResourceDefinition): JsonObject {
  const { object: decoded } = decodeValue(object, from.schema);
  const stored: KubernetesObject = from.storage ? from.storage.toStorage(decoded) : (decoded as KubernetesObject);
  const converted = to.storage ? to.storage.fromStorage(stored) : stored;
  return { ...converted, kind: to.kind, apiVersion: apiVersionOf(to) } as JsonObject;
}
