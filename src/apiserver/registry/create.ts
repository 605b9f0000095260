import { validateObjectMeta } from '#api/meta/v1/object-meta-validation.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { append } from '#base/append.ts';
import type { FieldsEntries } from '#machinery/apply/managed-fields.ts';
import { dropDisabled } from '#machinery/defaults/drop-disabled.ts';
import { newAlreadyExists, newBadRequest, newInvalid, StatusError } from '#machinery/errors/status-error.ts';
import { formatTime } from '#machinery/objects/time.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { CacheEntry } from '#storage/cache/cache-entry.ts';
import { admissionAttributes } from '../admission/attributes.ts';
import type { ResourceRequest } from '../request.ts';
import { decodeObject } from './decode-body.ts';
import { checkOwners, ownersOfNew, setOwners } from './managed-fields.ts';
import { fillSystemFields, generateName, matchNamespace, wipeSystemFields } from './object-meta.ts';
import { putObject } from './put-object.ts';
import { groupResourceOf, type RegistryParts } from './registry-parts.ts';
import type { Entry } from './resource-view.ts';
import { sharePart } from './share-part.ts';
import { parseWriteOptions } from './write-options.ts';

const GENERATE_ATTEMPTS = 8;

/** Creates the object in the request's body and answers it as stored. */
export async function createObject(parts: RegistryParts, request: ResourceRequest): Promise<Entry> {
  const options = parseWriteOptions(request.query, 'CreateOptions');
  const object = decodeObject(parts.definition, request, options.fieldValidation);
  return createDecoded(parts, request, object, { dryRun: options.dryRun, refusesRevision: true });
}

/**
 * As `createObject`, for an object that is decoded and defaulted already and that this call may change.
 * `owners` are those of its fields; by default who sent it owns them all.
 */
export async function createDecoded(
  parts: RegistryParts,
  request: ResourceRequest,
  object: Mutable<KubernetesObject>,
  options: { readonly dryRun: boolean; readonly owners?: FieldsEntries; readonly refusesRevision?: boolean },
): Promise<Entry> {
  const { definition } = parts;
  wipeSystemFields(object);
  const { dryRun, owners = ownersOfNew(parts, request, object) } = options;
  matchNamespace(parts, object, request.target);
  const revision = takeRevision(object);
  const generated = !object.metadata?.name && Boolean(object.metadata?.generateName);
  generateName(parts, object);
  fillSystemFields(parts, object);
  setOwners(object, owners);

  const named = { ...request, target: { ...request.target, name: object.metadata?.name ?? '' } };
  const attributes = admissionAttributes(definition, named, { operation: 'CREATE', object, dryRun });
  await parts.admission.mutate(attributes);
  checkOwners(object, owners, request.warnings);
  dropDisabled(definition.schema, object, { gates: parts.featureGates });
  definition.strategy.prepareForCreate?.(object, formatTime(parts.clock.now()));
  sharePart(definition, object);
  await parts.guard?.(attributes);
  const settle = parts.hook?.beforeWrite(object, undefined);
  try {
    validateNew(parts, object);
    append(request.warnings, definition.strategy.warn?.(object) ?? []);
    return await parts.admission.validateAndWrite(attributes, async () => {
      if (dryRun) return dryRunEntry(parts, object);
      if (options.refusesRevision && revision > 0) throw revisionOfNew();
      return store(parts, object, { generated, isApplied: options.owners !== undefined });
    });
  } finally {
    settle?.();
  }
}

/** Takes the resourceVersion away that a new object names. Upstream never reads one that is no number. */
function takeRevision({ metadata }: Mutable<KubernetesObject>): number {
  const { resourceVersion = '' } = metadata ?? {};
  if (resourceVersion !== '') delete metadata?.resourceVersion;
  return /^\d+$/.test(resourceVersion) ? Number(resourceVersion) : 0;
}

const revisionOfNew = () => newBadRequest('resourceVersion should not be set on objects to be created');

function validateNew(parts: RegistryParts, object: KubernetesObject): void {
  const { definition } = parts;
  const errors = [
    ...validateObjectMeta(object.metadata, definition),
    ...(definition.strategy.validate?.(object) ?? []),
    ...(definition.strategy.validateCreate?.(object) ?? []),
  ];
  if (errors.length > 0) throw newInvalid(definition, nameForErrors(object), errors);
}

const nameForErrors = ({ metadata }: KubernetesObject): string => metadata?.name || metadata?.generateName || '';

/** Stores under the object's name; a generated name that is taken is made anew. */
async function store(
  parts: RegistryParts,
  object: Mutable<KubernetesObject>,
  { generated, isApplied }: { readonly generated: boolean; readonly isApplied: boolean },
): Promise<Entry> {
  const { storage, definition } = parts;
  for (let attempt = 1; ; attempt++) {
    const { name = '', namespace = '' } = object.metadata ?? {};
    const outcome = await putObject(parts, { key: storage.key(namespace, name), object, revision: 0, isApplied });
    if (outcome.ok) return outcome.entry;
    if (!generated || attempt >= GENERATE_ATTEMPTS) throw alreadyExists(parts, outcome.current, name);
    if (object.metadata) object.metadata.name = '';
    generateName(parts, object);
    if (!object.metadata?.name) throw newAlreadyExists(groupResourceOf(definition), name);
  }
}

function alreadyExists(parts: RegistryParts, current: Entry | undefined, name: string): StatusError {
  const error = newAlreadyExists(groupResourceOf(parts.definition), name);
  if (!current?.object.metadata?.deletionTimestamp) return error;
  return new StatusError({ ...error.status, message: `object is being deleted: ${error.message}` });
}

/** An entry that was never stored, for dry runs; its revision is that of the cache. */
export function dryRunEntry(parts: RegistryParts, object: KubernetesObject, revision = 0): Entry {
  const { storage } = parts;
  const { name = '', namespace = '' } = object.metadata ?? {};
  const stored = parts.view.toStored(object);
  const fields = {
    key: storage.key(namespace, name),
    createRevision: revision,
    modRevision: revision,
    bytes: storage.codec.encode(stored),
  };
  return new CacheEntry(storage.codec, fields);
}
