import { maskTrailingDash } from '#api/meta/v1/object-meta-validation.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { Namespace } from './namespace.ts';
import { validateNamespace } from './namespace-validation.ts';

const NAME_LABEL = 'kubernetes.io/metadata.name';
const FINALIZER = 'kubernetes';

export const namespaceStrategy: Strategy<Namespace> = {
  validate: validateNamespace,
  validateName: (name, prefix) => isDNS1123Label(prefix ? maskTrailingDash(name) : name),
  applyDefaults: labelByName,
  prepareForCreate(namespace) {
    labelByName(namespace);
    namespace.status = { phase: 'Active' };
    const finalizers = namespace.spec?.finalizers ?? [];
    if (!finalizers.includes(FINALIZER)) namespace.spec = { ...namespace.spec, finalizers: [...finalizers, FINALIZER] };
  },
  prepareForUpdate(namespace, old) {
    labelByName(namespace);
    namespace.spec = { ...(old.spec as Mutable<Namespace['spec']>) };
    namespace.status = { ...(old.status as Mutable<Namespace['status']>) };
  },
};

/** So that selectors of namespaces can name one. */
function labelByName({ metadata }: Mutable<Namespace>): void {
  if (metadata?.name) metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name };
}

/** Finalizing changes what the namespace waits for, and nothing that others report. */
export function prepareFinalize(namespace: Mutable<Namespace>, old: Namespace): void {
  namespace.status = { ...(old.status as Mutable<Namespace['status']>) };
}
