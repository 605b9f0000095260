import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { append } from '#base/append.ts';
import { applyConfiguration, type Merged } from '#machinery/apply/apply-configuration.ts';
import { isJsonObject, type JsonObject } from '#machinery/apply/shape.ts';
import { newBadRequest, newConflict, newNotFound, StatusError } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ResourceRequest } from '../request.ts';
import { createDecoded } from './create.ts';
import { decodeApplied, decodeValueAs, problemTexts } from './decode-body.ts';
import { blankOf, ownersOf, setOwners, trackingOf, writerOf } from './managed-fields.ts';
import { SCALE_TRACKING, SCALE_VERSION, ScaleOwners } from './managed-fields-scale.ts';
import { matchName } from './object-meta.ts';
import { insistOnOther, samePlace } from './patched-object.ts';
import { groupResourceOf, type RegistryParts } from './registry-parts.ts';
import type { Entry } from './resource-view.ts';
import { scaleOf, withScale } from './scale.ts';
import { applyUpdate, type Transform, type UpdateCall, type UpdateOutcome } from './update.ts';
import type { WriteOptions } from './write-options.ts';

/** The media type of server-side apply. */
export const APPLY = 'application/apply-patch+yaml';

type Subresource = NonNullable<UpdateCall['subresource']>;
type ApplyOptions = WriteOptions & { readonly subresource: Subresource | undefined };

/** Server-side apply of a configuration to an object, or to a part of it; creates the object where there is none. */
export async function applyObject(
  parts: RegistryParts,
  request: ResourceRequest,
  options: ApplyOptions,
): Promise<UpdateOutcome> {
  const config = decodeConfiguration(request, options);
  const { namespace, name } = request.target;
  const { subresource, dryRun } = options;
  if (parts.storage.get(namespace, name) === undefined) {
    if (subresource) throw newNotFound(groupResourceOf(parts.definition), name);
    const entry = await create(parts, request, { ...options, config });
    if (entry !== undefined) return { entry, created: true };
  }
  const transform =
    subresource?.type === 'scale'
      ? scaleTransform(parts, request, { ...options, subresource, config })
      : objectTransform(parts, request, { ...options, config });
  const ownership = ownersOf;
  return { entry: await applyUpdate(parts, { request, transform, dryRun, subresource, ownership }), created: false };
}

type Call = ApplyOptions & { readonly config: JsonObject };

/** The configuration in the body. Keys that stand there twice are a warning or an error, as the client asks. */
function decodeConfiguration(request: ResourceRequest, { fieldValidation }: ApplyOptions): JsonObject {
  const { value, problems } = decodeApplied(request, 'error decoding YAML: error converting YAML to JSON: ');
  if (!isJsonObject(value)) {
    throw newBadRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonType(value)} into Go value of type map[string]interface {}`,
    );
  }
  const texts = problems.map((problem) => `error converting YAML to JSON: ${problem}`);
  if (texts.length > 0 && fieldValidation === 'Strict')
    throw newBadRequest(`error strict decoding YAML: ${texts.join(', ')}`);
  if (fieldValidation === 'Warn') append(request.warnings, texts.flatMap(problemTexts));
  return value;
}

const jsonType = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

/** Undefined when somebody else created the object meanwhile. */
async function create(parts: RegistryParts, request: ResourceRequest, call: Call): Promise<Entry | undefined> {
  const { definition } = parts;
  const { name } = request.target;
  const merged = applyConfiguration({
    ...callOf(parts, request, call),
    entries: [],
    live: {},
    exists: false,
  });
  await parts.authorizeCreate?.(request);
  const object = decodeMerged(definition, merged);
  const { metadata = {} } = object;
  if (metadata.uid) {
    const detail = `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`;
    throw newConflict(groupResourceOf(definition), name, detail);
  }
  matchName(object, name);
  delete metadata.resourceVersion;
  try {
    return await createDecoded(parts, request, object, { dryRun: call.dryRun, owners: merged.entries });
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'AlreadyExists') return undefined;
    throw error;
  }
}

function objectTransform(parts: RegistryParts, request: ResourceRequest, call: Call): Transform {
  return (old) => {
    const { managedFields: _, ...metadata } = old.metadata ?? {};
    const live = { ...old, metadata } as JsonObject;
    const merged = applyConfiguration({
      ...callOf(parts, request, call),
      entries: ownersOf(old),
      live,
      exists: true,
    });
    const object = decodeMerged(parts.definition, merged);
    return insistOnOther(samePlace(object, old), old);
  };
}

function callOf(parts: RegistryParts, request: ResourceRequest, { force, config, subresource }: Call) {
  return {
    ...trackingOf(parts, request, subresource),
    writer: writerOf(parts, request, 'Apply'),
    kind: parts.definition.kind,
    blank: blankOf(parts.definition),
    config,
    force,
  };
}

/** The merged object in normal form and defaulted, with its owners; owned by the caller. */
function decodeMerged(definition: AnyResourceDefinition, { object, entries }: Merged): Mutable<KubernetesObject> {
  const decoded = decodeValueAs(definition, object, { fieldValidation: 'Ignore', warnings: [] });
  setOwners(decoded, entries);
  return decoded;
}

/** Applying a Scale: what it says of replicas goes to the object behind it. */
function scaleTransform(
  parts: RegistryParts,
  request: ResourceRequest,
  call: Call & { readonly subresource: Subresource },
): Transform {
  const { subresource } = call;
  return (old) => {
    const mapping = new ScaleOwners(parts, subresource, ownersOf(old));
    const merged = applyConfiguration({
      ...callOf(parts, request, call),
      ...SCALE_TRACKING,
      writer: { ...writerOf(parts, request, 'Apply'), apiVersion: SCALE_VERSION },
      kind: 'Scale',
      entries: mapping.toScale(),
      live: scaleOf(old, subresource) as unknown as JsonObject,
      exists: true,
    });
    const object = withScale(old, merged.object as Parameters<typeof withScale>[1], subresource);
    setOwners(object, mapping.toParent(merged.entries));
    return insistOnOther(object, old);
  };
}
