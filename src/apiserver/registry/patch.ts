import type { KubernetesObject, SubresourceDefinition } from '#api/resource-definition.ts';
import type { PatchType } from '#client/transport.ts';
import { newBadRequest, newUnsupportedMediaType, StatusError } from '#machinery/errors/status-error.ts';
import { applyJsonPatch, readJsonPatch } from '#machinery/patch/json-patch.ts';
import { applyMergePatch } from '#machinery/patch/merge-patch.ts';
import { isObject, PatchError } from '#machinery/patch/patch-error.ts';
import { applyStrategicMergePatch } from '#machinery/patch/strategic-merge.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ResourceRequest } from '../request.ts';
import { APPLY, applyObject } from './apply.ts';
import { decodePatch, decodeValueAs, patchTypeOf } from './decode-body.ts';
import { trackedBy } from './managed-fields.ts';
import { trackedScale } from './managed-fields-scale.ts';
import { insistOnOther, samePlace } from './patched-object.ts';
import type { RegistryParts } from './registry-parts.ts';
import { scaleOf, withScale } from './scale.ts';
import { applyUpdate, type UpdateOutcome } from './update.ts';
import { parsePatchOptions } from './write-options.ts';

/** How a patch turns one JSON value into another; the result is fresh. */
type Patcher = (value: unknown) => unknown;

const SUPPORTED: readonly PatchType[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  APPLY,
];

/** PATCH of an object or of a part of it. Only applying creates what is not there. */
export async function patchObject(
  parts: RegistryParts,
  request: ResourceRequest,
  subresource?: SubresourceDefinition<KubernetesObject>,
): Promise<UpdateOutcome> {
  const type = patchTypeOf(request, SUPPORTED);
  const options = parsePatchOptions(request.query, type === APPLY);
  if (type === APPLY) return applyObject(parts, request, { ...options, subresource });
  const patcher = refusing(() => createPatcher(parts, type, decodePatch(request).value));
  const decode = (value: unknown) =>
    decodeValueAs(parts.definition, value, { fieldValidation: options.fieldValidation, warnings: request.warnings });
  const transform = (old: KubernetesObject): Mutable<KubernetesObject> => {
    if (subresource?.type === 'scale') {
      const scale = patcher(scaleOf(old, subresource)) as Parameters<typeof withScale>[1];
      return insistOnOther(withScale(old, scale, subresource), old);
    }
    return insistOnOther(samePlace(decode(patcher(old)), old), old);
  };
  const ownership =
    subresource?.type === 'scale' ? trackedScale(parts, request, subresource) : trackedBy(parts, request, subresource);
  const { dryRun } = options;
  return { entry: await applyUpdate(parts, { request, transform, dryRun, subresource, ownership }), created: false };
}

/** What does not fit is the client's fault: 400 for the patch itself, 422 for a patch that cannot be applied. */
function refusing<R>(work: () => R): R {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    const { code, reason, message } = error;
    throw new StatusError({ code, reason, message });
  }
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
