import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { shareRepeated } from '#machinery/objects/shared-json.ts';
import type { Mutable } from '#machinery/schema/schema.ts';

/** Puts the shared value into an object in place of an equal part of its own; see `Strategy.sharedPart`. */
export function sharePart({ strategy }: AnyResourceDefinition, object: Mutable<KubernetesObject>): void {
  const { sharedPart } = strategy;
  const parts = object as Record<string, unknown>;
  if (sharedPart === undefined || parts[sharedPart] === undefined) return;
  const text = jsonOf(parts[sharedPart]);
  const shared = text === undefined ? undefined : shareRepeated(text);
  if (shared !== undefined) parts[sharedPart] = shared;
}

/** Undefined for what has integers past 2^53, which are bigints. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
