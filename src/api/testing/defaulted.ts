import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { updateErrors as errorsOfUpdate } from '#api/update-errors.ts';
import { decodeValue } from '#machinery/codec/json.ts';
import { applyDefaults } from '#machinery/defaults/apply-defaults.ts';
import type { FieldError } from '#machinery/errors/field-error.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import type { Mutable } from '#machinery/schema/schema.ts';

/** When tests change objects. */
export const NOW = '2026-01-02T03:04:05Z';

/** An object as it is after decoding: every default is there. For tests. */
export function defaulted<T extends KubernetesObject>(definition: AnyResourceDefinition, object: unknown): Mutable<T> {
  const decoded = decodeValue(object, definition.schema).object as Mutable<KubernetesObject>;
  decoded.apiVersion = apiVersionOf(definition);
  decoded.kind = definition.kind;
  applyDefaults(definition.schema, decoded);
  definition.strategy.applyDefaults?.(decoded);
  return decoded as Mutable<T>;
}

/** Errors as clients read them. */
export const errorTexts = (errors: readonly FieldError[] | undefined): string[] =>
  (errors ?? []).map(({ field, message }) => `${field}: ${message}`);

/** What is wrong with a new object, as clients read it. */
export function createErrors(definition: AnyResourceDefinition, object: unknown): string[] {
  const created = defaulted(definition, object);
  definition.strategy.prepareForCreate?.(created, NOW);
  const { validate, validateCreate } = definition.strategy;
  return errorTexts([...(validate?.(created) ?? []), ...(validateCreate?.(created) ?? [])]);
}

/** What is wrong with a change of an object, as clients read it. */
export function updateErrors(definition: AnyResourceDefinition, before: unknown, after: unknown): string[] {
  const old = defaulted(definition, before);
  definition.strategy.prepareForCreate?.(old, NOW);
  const updated = defaulted(definition, after);
  (updated as { status?: unknown }).status = deepClone((old as { status?: unknown }).status);
  definition.strategy.prepareForUpdate?.(updated, old, NOW);
  return errorTexts(errorsOfUpdate(definition.strategy, updated, old));
}

/** What is wrong with a change of an object's status, as clients read it. */
export function statusErrors(definition: AnyResourceDefinition, before: unknown, after: unknown): string[] {
  const [old, updated] = [defaulted(definition, before), defaulted(definition, after)];
  const part = definition.subresources?.['status'];
  part?.prepareForUpdate?.(updated, old, NOW);
  return errorTexts(part?.validateUpdate?.(updated, old));
}
