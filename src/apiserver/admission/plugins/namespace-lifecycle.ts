import { type Namespace, Namespaces } from '#api/core/v1/namespace.ts';
import { newForbidden, newNotFound } from '#machinery/errors/status-error.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';

/** These can never be deleted. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);
/** Reviews ask about namespaces that need not exist. */
const EXEMPT = new Set(['localsubjectaccessreviews.authorization.k8s.io']);

/** Nothing is created in a namespace that does not exist or is being deleted. */
export function createNamespaceLifecycle(source: AdmissionReader): AdmissionPlugin {
  const namespaceOf = (name: string) => source.get(Namespaces, '', name);
  return {
    name: 'NamespaceLifecycle',
    mutate(attributes) {
      const { operation, target } = attributes;
      if (operation === 'DELETE' && isNamespace(attributes) && IMMORTAL.has(target.name)) {
        throw newForbidden({ group: '', resource: 'namespaces' }, target.name, 'this namespace may not be deleted');
      }
      check(attributes, namespaceOf);
    },
  };
}

const isNamespace = ({ definition }: AdmissionAttributes) => definition.group === '' && definition.kind === 'Namespace';

function check(attributes: AdmissionAttributes, namespaceOf: (name: string) => Namespace | undefined): void {
  const { operation, target, definition, object } = attributes;
  if (operation !== 'CREATE' || !definition.namespaced || target.namespace === '') return;
  if (EXEMPT.has(`${definition.plural}.${definition.group}`)) return;
  const namespace = namespaceOf(target.namespace);
  if (namespace === undefined) throw newNotFound({ group: '', resource: 'namespaces' }, target.namespace);
  if (!namespace.metadata?.deletionTimestamp) return;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${target.namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw newForbidden(
    { group: definition.group, resource: definition.plural },
    object?.metadata?.name ?? '',
    `unable to create new content in namespace ${target.namespace} because it is being terminated`,
    [cause],
  );
}
