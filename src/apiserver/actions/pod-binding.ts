import { Binding } from '#api/core/v1/binding.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { FieldPath, notSupported, required } from '#machinery/errors/field-error.ts';
import { newBadRequest, newConflict, newInvalid, newMethodNotAllowed } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { NO_ADMISSION } from '../admission/admission.ts';
import { decodeAs } from '../registry/decode-body.ts';
import { timestamp } from '../registry/object-meta.ts';
import { ownedCopy } from '../registry/owned-copy.ts';
import type { RegistryParts } from '../registry/registry-parts.ts';
import type { SubresourceHandler } from '../registry/resource-handler.ts';
import { applyUpdate } from '../registry/update.ts';
import { parseWriteOptions } from '../registry/write-options.ts';
import type { ResourceRequest } from '../request.ts';
import { objectResult } from '../result.ts';
import { admitAction } from './admit-action.ts';

type Bound = Mutable<KubernetesObject> & {
  spec?: { nodeName?: string };
  status?: { nominatedNodeName?: string; conditions?: { type: string; status: string; lastTransitionTime?: string }[] };
};

/** `pods/binding`, and `bindings` in older clients: assigns a pod to a node, once. */
export const bindPod: SubresourceHandler = async (parts, request) => {
  if (request.target.verb !== 'create') throw newMethodNotAllowed();
  const { dryRun } = parseWriteOptions(request.query, 'CreateOptions');
  const binding = decodeAs(Binding, request) as Mutable<Binding>;
  validateBinding(binding);
  const name = request.target.name || binding.metadata?.name || '';
  if (binding.metadata?.name && binding.metadata.name !== name) {
    throw newBadRequest(`name in URL does not match name in Binding object`);
  }
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

function validateBinding({ metadata, target }: Binding): void {
  const errors = [];
  const path = new FieldPath('target');
  if (target?.kind && target.kind !== 'Node')
    errors.push(notSupported(path.child('kind'), target.kind, ['Node', '<empty>']));
  if (!target?.name) errors.push(required(path.child('name')));
  if (errors.length > 0) throw newInvalid({ group: '', kind: 'Binding' }, metadata?.name ?? '', errors);
}

function assign(parts: RegistryParts, old: KubernetesObject, binding: Binding): Bound {
  const pod = ownedCopy(old) as Bound;
  const metadata = (pod.metadata ??= {});
  const refuse = (detail: string) => newConflict({ group: '', resource: 'pods/binding' }, metadata.name ?? '', detail);
  if (binding.metadata?.uid && binding.metadata.uid !== metadata.uid) {
    throw refuse(
      `Precondition failed: UID in precondition: ${binding.metadata.uid}, UID in object meta: ${metadata.uid}`,
    );
  }
  if (metadata.deletionTimestamp) throw refuse(`pod ${metadata.name} is being deleted, cannot be assigned to a host`);
  const spec = (pod.spec ??= {});
  if (spec.nodeName) throw refuse(`pod ${metadata.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`);
  spec.nodeName = binding.target.name as string;
  // Where the pod was expected no longer matters once it has a node.
  delete pod.status?.nominatedNodeName;
  Object.assign((metadata.annotations ??= {}), binding.metadata?.annotations);
  Object.assign((metadata.labels ??= {}), binding.metadata?.labels);
  delete metadata.resourceVersion;
  setScheduled(pod, timestamp(parts.clock.now()));
  return pod;
}

function setScheduled(pod: Bound, now: string): void {
  const status = (pod.status ??= {});
  const conditions = (status.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled');
  status.conditions = [...conditions, { type: 'PodScheduled', status: 'True', lastTransitionTime: now }];
}
