import { Binding } from '#api/core/v1/binding.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { FieldPath, notSupported, required } from '#machinery/errors/field-error.ts';
import {
  newBadRequest,
  newConflict,
  newInvalidInPassing,
  newMethodNotAllowed,
} from '#machinery/errors/status-error.ts';
import { withMember } from '#machinery/objects/shared-json.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { NO_ADMISSION } from '../admission/admission.ts';
import { decodeAs } from '../registry/decode-body.ts';
import { timestamp } from '../registry/object-meta.ts';
import type { RegistryParts } from '../registry/registry-parts.ts';
import type { SubresourceHandler } from '../registry/resource-handler.ts';
import { storedRevisionConflict, storedUidConflict } from '../registry/uid-precondition.ts';
import { applyUpdate } from '../registry/update.ts';
import { parseWriteOptions } from '../registry/write-options.ts';
import type { ResourceRequest } from '../request.ts';
import { objectResult } from '../result.ts';
import { admitAction } from './admit-action.ts';
import { withPodCondition } from './pod-condition.ts';

type Bound = KubernetesObject & Pick<Pod, 'spec' | 'status'>;

/** `pods/binding`, and `bindings` in older clients: assigns a pod to a node, once. */
export const bindPod: SubresourceHandler = async (parts, request) => {
  if (request.target.verb !== 'create') throw newMethodNotAllowed();
  const { dryRun } = parseWriteOptions(request.query, 'CreateOptions');
  const binding = decodeAs(Binding, request) as Mutable<Binding>;
  // Older clients name the pod in the binding alone.
  const name = request.target.name || binding.metadata?.name || '';
  if ((binding.metadata?.name ?? '') !== name) {
    throw newBadRequest(`name in URL does not match name in Binding object`);
  }
  validateBinding(binding);
  const target = { ...request.target, name };
  const transform = (old: KubernetesObject) => assign(parts, old, binding);
  const bind = { ...request, target: { ...target, resource: 'pods', subresource: 'binding' } } as ResourceRequest;
  await admitAction(parts, bind, { object: binding, dryRun });
  const call = { request: bind, transform, dryRun, subresource: BINDING, keepsGeneration: true };
  await applyUpdate({ ...parts, admission: NO_ADMISSION }, call);
  return objectResult(
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as KubernetesObject,
    201,
  );
};

/** A part whose every change is made by `assign` itself. */
const BINDING = {
  group: '',
  version: 'v1',
  kind: 'Binding',
  verbs: ['create'],
  type: 'part',
  validateUpdate: () => [],
} as const;

function validateBinding({ target }: Binding): void {
  const errors = [];
  const path = new FieldPath('target');
  if (target?.kind && target.kind !== 'Node')
    errors.push(notSupported(path.child('kind'), target.kind, ['Node', '<empty>']));
  if (!target?.name) errors.push(required(path.child('name')));
  if (errors.length > 0) throw newInvalidInPassing(errors);
}

function assign(parts: RegistryParts, pod: Bound, binding: Binding): Mutable<KubernetesObject> {
  const { metadata = {}, spec, status } = pod;
  checkMeant(parts, metadata, binding.metadata);
  const refuse = (detail: string) => newConflict({ group: '', resource: 'pods/binding' }, metadata.name ?? '', detail);
  if (metadata.deletionTimestamp) throw refuse(`pod ${metadata.name} is being deleted, cannot be assigned to a host`);
  if (spec?.nodeName) throw refuse(`pod ${metadata.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`);
  if (spec?.schedulingGates?.length) throw refuse(`pod ${metadata.name} has non-empty .spec.schedulingGates`);
  const { resourceVersion: _, ...named } = metadata;
  // Where the pod was expected no longer matters once it has a node.
  const { nominatedNodeName: __, conditions, ...known } = status ?? {};
  const now = timestamp(parts.clock.now());
  const bound = {
    ...pod,
    metadata: {
      ...named,
      ...merged('labels', named, binding.metadata),
      ...merged('annotations', named, binding.metadata),
    },
    spec: withMember(spec ?? { containers: [] }, 'nodeName', binding.target.name ?? ''),
    status: { ...known, conditions: withPodCondition(conditions, { type: 'PodScheduled', status: 'True' }, now) },
  };
  return bound as Mutable<KubernetesObject>;
}

/** A binding may say which pod of this name it means, and in which state. */
function checkMeant({ definition }: RegistryParts, pod: ObjectMeta, binding: ObjectMeta = {}): void {
  const { name = '', namespace = '', uid, resourceVersion } = pod;
  const target = { name, namespace };
  if (binding.uid && binding.uid !== uid)
    throw storedUidConflict(definition, target, { meant: binding.uid, found: uid });
  const meant = binding.resourceVersion;
  if (meant && meant !== resourceVersion)
    throw storedRevisionConflict(definition, target, { meant, found: resourceVersion });
}

const merged = (name: 'labels' | 'annotations', pod: ObjectMeta, binding: ObjectMeta | undefined): ObjectMeta =>
  binding?.[name] ? { [name]: { ...pod[name], ...binding[name] } } : {};
