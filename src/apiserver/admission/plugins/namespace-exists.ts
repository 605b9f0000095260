import { Namespaces } from '#api/core/v1/namespace.ts';
import { newNotFound } from '#machinery/errors/status-error.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';

/** Nothing happens in a namespace that does not exist. */
export const createNamespaceExists = (source: AdmissionReader): AdmissionPlugin => ({
  name: 'NamespaceExists',
  validate({ operation, target, definition }) {
    if (operation === 'CONNECT' || !definition.namespaced || target.namespace === '') return;
    if (source.get(Namespaces, '', target.namespace) !== undefined) return;
    throw newNotFound({ group: '', resource: 'namespaces' }, target.namespace);
  },
});
