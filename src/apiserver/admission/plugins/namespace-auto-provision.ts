import { Namespaces } from '#api/core/v1/namespace.ts';
import { isAlreadyExists } from '#machinery/errors/status-error.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionSource } from '../admission-source.ts';
import { forbidden } from '../requests.ts';

/** Makes the namespace of a new object where there is none. */
export const createNamespaceAutoProvision = (source: AdmissionSource): AdmissionPlugin => ({
  name: 'NamespaceAutoProvision',
  async mutate(attributes) {
    const { operation, target, definition, dryRun } = attributes;
    if (operation !== 'CREATE' || !definition.namespaced || target.namespace === '' || dryRun) return;
    if (source.get(Namespaces, '', target.namespace) !== undefined) return;
    try {
      await source.create(Namespaces, { metadata: { name: target.namespace } });
    } catch (error) {
      if (isAlreadyExists(error)) return;
      throw forbidden(attributes, error instanceof Error ? error.message : String(error));
    }
  },
});
