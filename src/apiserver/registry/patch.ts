import type { KubernetesObject, SubresourceDefinition } from '#api/resource-definition.ts';
import type { PatchType } from '#client/transport.ts';
import { newBadRequest, newUnsupportedMediaType, StatusError } from '#machinery/errors/status-error.ts';
import { applyJsonPatch, readJsonPatch } from '#machinery/patch/json-patch.ts';
import { applyMergePatch } from '#machinery/patch/merge-patch.ts';
import { isObject, PatchError } from '#machinery/patch/patch-error.ts';
import { applyStrategicMergePatch } from '#machinery/patch/strategic-merge.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ResourceRequest } from '../request.ts';
import { decodePatch, decodeValueAs } from './decode-body.ts';
import type { RegistryParts } from './registry-parts.ts';
import type { Entry } from './resource-view.ts';
import { scaleOf, withScale } from './scale.ts';
import { applyUpdate } from './update.ts';
import { parseWriteOptions } from './write-options.ts';

/** How a patch turns one JSON value into another; the result is fresh. */
type Patcher = (value: unknown) => unknown;

const SUPPORTED = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

/** PATCH of an object or of a part of it. */
export async function patchObject(
  parts: RegistryParts,
  request: ResourceRequest,
  subresource?: SubresourceDefinition<KubernetesObject>,
): Promise<Entry> {
  const options = parseWriteOptions(request.query, 'PatchOptions');
  const { type, body } = decodePatch(request, SUPPORTED);
  const patcher = refusing(() => createPatcher(parts, type, body));
  const decode = (value: unknown) =>
    decodeValueAs(parts.definition, value, { fieldValidation: options.fieldValidation, warnings: request.warnings });
  const transform = (old: KubernetesObject): Mutable<KubernetesObject> => {
    if (subresource?.type === 'scale') {
      const scale = patcher(withoutRevision(scaleOf(old, subresource))) as Parameters<typeof withScale>[1];
      return withScale(old, scale, subresource);
    }
    return samePlace(decode(patcher(withoutRevision(old))), old);
  };
  return applyUpdate(parts, { request, transform, dryRun: options.dryRun, subresource });
}

/** What does not fit is the client's fault: 400 for the patch itself, 422 for a patch that cannot be applied. */
function refusing<R>(work: () => R): R {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    const reason = error.code === 422 ? 'Invalid' : 'BadRequest';
    throw new StatusError({ code: error.code, reason, message: error.message });
  }
}

/** A patch insists on a revision only if it names one itself. */
function withoutRevision<T extends { readonly metadata?: KubernetesObject['metadata'] }>(object: T): T {
  const { resourceVersion: _, ...metadata } = object.metadata ?? {};
  return { ...object, metadata };
}

/** A patch may not move an object: names and namespaces stand in the path. */
function samePlace(object: Mutable<KubernetesObject>, old: KubernetesObject): Mutable<KubernetesObject> {
  const { name, namespace } = object.metadata ?? {};
  if (name !== old.metadata?.name) {
    throw newBadRequest(
      `the name of the object (${name ?? ''}) does not match the name on the URL (${old.metadata?.name})`,
    );
  }
  if ((namespace ?? '') !== (old.metadata?.namespace ?? '')) {
    throw newBadRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return object;
}

function createPatcher(parts: RegistryParts, type: PatchType, body: unknown): Patcher {
  switch (type) {
    case 'application/json-patch+json': {
      const operations = readJsonPatch(body);
      return (value) => refusing(() => applyJsonPatch(value, operations));
    }
    case 'application/merge-patch+json':
      return (value) => applyMergePatch(value, body);
    case 'application/strategic-merge-patch+json':
      if (!isObject(body))
        throw newBadRequest('json: cannot unmarshal patch into Go value of type map[string]interface {}');
      return (value) => refusing(() => applyStrategicMergePatch(parts.definition.schema, value as object, body));
    default:
      throw newUnsupportedMediaType(
        `the body of the request was in an unknown format - accepted media types include: ${SUPPORTED.join(', ')}`,
      );
  }
}
