import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { admissionAttributes } from '../admission/attributes.ts';
import type { RegistryParts } from '../registry/registry-parts.ts';
import type { ResourceRequest } from '../request.ts';

/** Admits an object that asks for something to be done (`Binding`, `Eviction`, `TokenRequest`), which plugins may change. */
export async function admitAction(
  parts: RegistryParts,
  request: ResourceRequest,
  { object, dryRun }: { readonly object: Mutable<KubernetesObject>; readonly dryRun: boolean },
): Promise<void> {
  const attributes = admissionAttributes(parts.definition, request, { operation: 'CREATE', object, dryRun });
  await parts.admission.mutate(attributes);
  await parts.admission.validate(attributes);
}
