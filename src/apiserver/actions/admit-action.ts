import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { admissionAttributes } from '../admission/attributes.ts';
import { matchNamespace } from '../registry/object-meta.ts';
import type { RegistryParts } from '../registry/registry-parts.ts';
import type { ResourceRequest } from '../request.ts';

/**
 * Admits an object that asks for something to be done (`Binding`, `Eviction`, `TokenRequest`), which plugins may change.
 * What they read in it of where that is to be done is where it will be. Rejects with a 400 when it names another namespace.
 */
export async function admitAction(
  parts: RegistryParts,
  request: ResourceRequest,
  { object, dryRun }: { readonly object: Mutable<KubernetesObject>; readonly dryRun: boolean },
): Promise<void> {
  matchNamespace(parts, object, request.target);
  const attributes = admissionAttributes(parts.definition, request, { operation: 'CREATE', object, dryRun });
  await parts.admission.mutate(attributes);
  await parts.admission.validate(attributes);
}
