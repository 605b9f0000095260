import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import type { Client } from '#client/client.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';

/** Takes one finalizer from an object, as it was read: a conflict rejects, an object that is gone is fine. */
export async function removeFinalizer<T extends KubernetesObject>(
  client: Client,
  { definition, object, finalizer }: { definition: ResourceDefinition<T>; object: T; finalizer: string },
): Promise<void> {
  const finalizers = (object.metadata?.finalizers ?? []).filter((each) => each !== finalizer);
  await ignoring(isNotFound, client.of(definition).update({ ...object, metadata: { ...object.metadata, finalizers } }));
}
