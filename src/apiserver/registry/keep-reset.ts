import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';

/**
 * Who sends an empty list of managedFields wants nobody to own anything, as who sends one empty entry does. Empty lists
 * are not in decoded objects; `sent` is the value before it was decoded.
 */
export function keepReset(object: Mutable<KubernetesObject>, sent: unknown): Mutable<KubernetesObject> {
  const { managedFields } = (sent as KubernetesObject | undefined)?.metadata ?? {};
  if (managedFields?.length === 0 && object.metadata) object.metadata.managedFields = [{}];
  return object;
}
