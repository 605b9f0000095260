import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';

/** What `metadata` stands for: all that a client may otherwise change. */
const CHANGEABLE = ['labels', 'annotations', 'finalizers', 'ownerReferences'];

/** Takes back the metadata among the `resetFields` of a part: `metadata`, or single fields such as `metadata.labels`. */
export function resetMetadata(
  object: Mutable<KubernetesObject>,
  old: KubernetesObject,
  resetFields: readonly string[] = [],
): void {
  for (const field of resetFields) {
    if (field === 'metadata') for (const name of CHANGEABLE) reset(object, old, name);
    else if (field.startsWith('metadata.')) reset(object, old, field.slice('metadata.'.length));
  }
}

function reset(object: Mutable<KubernetesObject>, old: KubernetesObject, name: string): void {
  const metadata = (object.metadata ??= {}) as Record<string, unknown>;
  const before = (old.metadata as Record<string, unknown> | undefined)?.[name];
  if (before === undefined) delete metadata[name];
  else metadata[name] = before;
}
