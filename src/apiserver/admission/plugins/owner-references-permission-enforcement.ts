import type { OwnerReference } from '#api/meta/v1/object-meta.ts';
import { type AnyResourceDefinition, apiVersionOf } from '#api/resource-definition.ts';
import { resources } from '#api/resources.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionSource } from '../admission-source.ts';
import { forbidden, isAbout } from '../requests.ts';

/**
 * Owners decide over the life of what they own: only who may delete an object changes its owners, and only who may
 * update the finalizers of an owner lets it wait for the object.
 */
export function createOwnerReferencesPermissionEnforcement(source: Pick<AdmissionSource, 'decide'>): AdmissionPlugin {
  const refusal = async (attributes: AdmissionAttributes, asked: Question) => {
    const decision = await source.decide({ user: attributes.user, ...asked });
    return decision.allowed ? undefined : `${decision.reason}, ${decision.evaluationError ?? '<nil>'}`;
  };
  return {
    name: 'OwnerReferencesPermissionEnforcement',
    async validate(attributes) {
      const { operation, definition, target, object, oldObject } = attributes;
      if (operation !== 'CREATE' && operation !== 'UPDATE') return;
      // The node agent and the scheduler report of pods that they may not delete.
      if (isAbout(attributes, 'pods', 'status')) return;
      const owners = object?.metadata?.ownerReferences ?? [];
      const before = oldObject?.metadata?.ownerReferences ?? [];
      if (deepEqual(owners, before)) return;
      const self = await refusal(attributes, {
        ...questionOf(definition, 'delete', target.namespace),
        name: target.name,
      });
      if (self) throw forbidden(attributes, `cannot set an ownerRef on a resource you can't delete: ${self}`);
      for (const owner of newlyBlocking(owners, before)) {
        const kind = definitionOf(owner);
        if (kind === undefined) {
          const detail = `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}`;
          throw forbidden(attributes, detail);
        }
        const question = questionOf(kind, 'update', kind.namespaced ? target.namespace : '');
        const found = await refusal(attributes, { ...question, subresource: 'finalizers', name: owner.name });
        if (found) {
          const detail = `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${found}`;
          throw forbidden(attributes, detail);
        }
      }
    },
  };
}

type Question = ReturnType<typeof questionOf> & { readonly name: string };

const questionOf = ({ group, version, plural }: AnyResourceDefinition, verb: string, namespace: string) => ({
  verb,
  group,
  version,
  resource: plural,
  subresource: '',
  namespace,
});

/** Owners that wait for the object now and did not before. */
function newlyBlocking(owners: readonly OwnerReference[], before: readonly OwnerReference[]): OwnerReference[] {
  const waited = new Set(before.filter(({ blockOwnerDeletion }) => blockOwnerDeletion).map(({ uid }) => uid));
  return owners.filter(({ blockOwnerDeletion, uid }) => blockOwnerDeletion && !waited.has(uid));
}

const definitionOf = ({ apiVersion, kind }: OwnerReference): AnyResourceDefinition | undefined =>
  resources.find((definition) => definition.kind === kind && apiVersionOf(definition) === apiVersion);
