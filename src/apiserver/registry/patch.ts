import { Scale } from '#api/autoscaling/v1/scale.ts';
import type { KubernetesObject, SubresourceDefinition } from '#api/resource-definition.ts';
import type { PatchType } from '#client/transport.ts';
import { StatusError } from '#machinery/errors/status-error.ts';
import { applyJsonPatch, readJsonPatch } from '#machinery/patch/json-patch.ts';
import { applyMergePatch } from '#machinery/patch/merge-patch.ts';
import { PatchError } from '#machinery/patch/patch-error.ts';
import { applyStrategicMergePatch } from '#machinery/patch/strategic-merge.ts';
import type { MessageSchema, Mutable } from '#machinery/schema/schema.ts';
import type { ResourceRequest } from '../request.ts';
import { APPLY, applyObject } from './apply.ts';
import { patchTypeOf } from './decode-body.ts';
import { trackedBy } from './managed-fields.ts';
import { trackedScale } from './managed-fields-scale.ts';
import { readPatchBody } from './patch-body.ts';
import { insistOnOther, samePlace } from './patched-object.ts';
import { decodePatched, type PatchReading, patchedObject } from './patched-value.ts';
import type { RegistryParts } from './registry-parts.ts';
import { scaleOf, withScale } from './scale.ts';
import { isOfStatusOnly, keepAllButStatus, statusOnly } from './status-part.ts';
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
  const patch = readPatchBody(request.body, type, options.fieldValidation);
  const isStrategic = type === 'application/strategic-merge-patch+json';
  const { fieldValidation } = options;
  const reading: PatchReading = { patch, isStrategic, fieldValidation, warnings: request.warnings };
  const isScale = subresource?.type === 'scale';
  const patcher = createPatcher(isScale ? Scale : parts.definition.schema, type, patch.value);
  const transform = (old: KubernetesObject): Mutable<KubernetesObject> => {
    if (isScale) {
      const scale = decodePatched(Scale, patcher(scaleOf(old, subresource)), reading);
      return insistOnOther(withScale(old, scale, subresource), old);
    }
    const isStatus = subresource?.type === 'status' && isStrategic && isOfStatusOnly(patch.value as object);
    const object = patchedObject(parts.definition, patcher(isStatus ? statusOnly(old) : old), reading);
    if (isStatus) keepAllButStatus(object, old);
    return insistOnOther(samePlace(object, old), old);
  };
  const ownership = isScale ? trackedScale(parts, request, subresource) : trackedBy(parts, request, subresource);
  const { dryRun } = options;
  return { entry: await applyUpdate(parts, { request, transform, dryRun, subresource, ownership }), created: false };
}

/** What upstream says of every patch that is well formed and cannot be applied. */
const NOT_APPLICABLE = 'the server rejected our request due to an error in our request';

/** What does not fit is the client’s fault: 400 for the patch itself, 422 for a patch that cannot be applied. */
function refusing<R>(work: () => R): R {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    const { code, reason } = error;
    const message = code === 422 ? NOT_APPLICABLE : error.message;
    throw new StatusError({ code, reason, message, details: {} });
  }
}

function createPatcher(schema: MessageSchema, type: PatchType, body: unknown): Patcher {
  switch (type) {
    case 'application/json-patch+json': {
      const operations = refusing(() => readJsonPatch(body));
      return (value) => refusing(() => applyJsonPatch(value, operations));
    }
    case 'application/merge-patch+json':
      return (value) => applyMergePatch(value, body);
    default:
      return (value) => refusing(() => applyStrategicMergePatch(schema, value as object, body as object));
  }
}
