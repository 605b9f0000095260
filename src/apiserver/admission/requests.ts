import type { Pod } from '#api/core/v1/pod.ts';
import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { newForbidden, type StatusError } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { AdmissionAttributes } from './admission.ts';

/** Whether a request is about this resource (`pods`, `persistentvolumeclaims`, `ingresses.networking.k8s.io`) and this part of it. */
export function isAbout({ definition, target }: AdmissionAttributes, resource: string, subresource = ''): boolean {
  return target.subresource === subresource && resource === resourceOf(definition);
}

/** A resource as plugins name it: `pods`, `ingresses.networking.k8s.io`. */
export const resourceOf = ({ plural, group }: AnyResourceDefinition): string =>
  group === '' ? plural : `${plural}.${group}`;

/** Whether a whole pod is about to be made. */
export const isPodCreation = (attributes: AdmissionAttributes): boolean =>
  attributes.operation === 'CREATE' && isAbout(attributes, 'pods');

/** A plugin's refusal. */
export function forbidden({ definition, target }: AdmissionAttributes, detail: string): StatusError {
  const { group, plural } = definition;
  return newForbidden({ group, resource: plural }, target.name || 'Unknown', detail);
}

/** Whether nothing but owners and finalizers changes: the garbage collector must be able to do its work. */
export const differsInOwnersOnly = (object: KubernetesObject, old: KubernetesObject): boolean =>
  deepEqual(withoutOwners(object), withoutOwners(old));

function withoutOwners({ metadata, ...rest }: KubernetesObject): object {
  const { ownerReferences: _o, finalizers: _f, managedFields: _m, resourceVersion: _r, ...others } = metadata ?? {};
  return { ...rest, metadata: others };
}

/** The pod that an update changes where it runs, and what it was; undefined for any other request. */
export function changeOfBoundPod(
  attributes: AdmissionAttributes,
): { readonly pod: Pod; readonly old: Pod } | undefined {
  const { operation, object, oldObject } = attributes;
  if (operation !== 'UPDATE' || !(isAbout(attributes, 'pods') || isAbout(attributes, 'pods', 'resize')))
    return undefined;
  const [pod, old] = [object as Pod, oldObject as Pod];
  // Only what counts as another generation changes what runs.
  if (!pod.spec?.nodeName || pod.metadata?.generation === old.metadata?.generation) return undefined;
  return { pod, old };
}

/** Several findings as one text: alone as it is, otherwise in brackets. */
export const joinFindings = (findings: readonly string[]): string => {
  const [first = ''] = findings;
  return findings.length === 1 ? first : `[${[...new Set(findings)].join(', ')}]`;
};
