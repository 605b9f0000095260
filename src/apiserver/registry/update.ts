import { validateObjectMeta, validateObjectMetaUpdate } from '#api/meta/v1/object-meta-validation.ts';
import type { AnyResourceDefinition, KubernetesObject, SubresourceDefinition } from '#api/resource-definition.ts';
import { updateErrors } from '#api/update-errors.ts';
import { append } from '#base/append.ts';
import { dropDisabled } from '#machinery/defaults/drop-disabled.ts';
import { FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { newConflict, newInvalid, newNotFound, OPTIMISTIC_LOCK_MESSAGE } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { formatTime } from '#machinery/objects/time.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { type Admitted, admissionAttributes } from '../admission/attributes.ts';
import type { ResourceRequest, ResourceTarget } from '../request.ts';
import { createDecoded, dryRunEntry } from './create.ts';
import { decodeObject } from './decode-body.ts';
import { finishDeletionOnUpdate } from './delete.ts';
import {
  checkOwners,
  keepOwners,
  keepTimes,
  type Ownership,
  ownersOf,
  setOwners,
  trackedBy,
} from './managed-fields.ts';
import { keepSystemFields, matchName, matchNamespace } from './object-meta.ts';
import { putObject } from './put-object.ts';
import { groupResourceOf, type RegistryParts } from './registry-parts.ts';
import { resetMetadata } from './reset-metadata.ts';
import type { Entry } from './resource-view.ts';
import { revisionOfObject } from './revision.ts';
import { type ScaleObject, scaleOf, setReplicas } from './scale.ts';
import { keepAllButStatus, type Metadata, ownedMetadata, statusOnly } from './status-part.ts';
import { patchedUidError, storedUidConflict, uidOf } from './uid-precondition.ts';
import { parseWriteOptions } from './write-options.ts';

/** Makes the new object from the one that lies there; owns what it returns. May throw a `StatusError`. */
export type Transform = (old: KubernetesObject) => Mutable<KubernetesObject>;

export interface UpdateCall {
  readonly request: ResourceRequest;
  readonly transform: Transform;
  readonly dryRun: boolean;
  /** The part of the object that may change; absent for the main resource. */
  readonly subresource?: SubresourceDefinition<KubernetesObject> | undefined;
  /** The UID that a replacement names: it is refused where another object lies, or none. */
  readonly uid?: string | undefined;
  /** Whether a change of the specification leaves the generation as it is: the cluster's doing rather than a user's wish. */
  readonly keepsGeneration?: boolean;
  /** Who owns what afterwards; by default who did before. */
  readonly ownership?: Ownership;
}

export interface UpdateOutcome {
  readonly entry: Entry;
  readonly created: boolean;
}

/** PUT: replaces the object, or the part of it a subresource stands for. */
export async function updateObject(
  parts: RegistryParts,
  request: ResourceRequest,
  subresource?: SubresourceDefinition<KubernetesObject>,
): Promise<UpdateOutcome> {
  const options = parseWriteOptions(request.query, 'UpdateOptions');
  // Callers in this process send what they were given: all but the status is taken from what lies there anyway.
  const isStatus = subresource?.type === 'status' && request.body.type === 'object';
  const known = isStatus ? metadataSentBack(parts, request) : undefined;
  const body = isStatus
    ? { ...request.body, object: statusOnly(request.body.object as KubernetesObject, known) }
    : request.body;
  const decode = (fieldValidation: typeof options.fieldValidation) => {
    const object = decodeObject(parts.definition, { ...request, body }, fieldValidation);
    if (known) object.metadata = ownedMetadata(known);
    matchNamespace(parts, object, request.target);
    return object;
  };
  const sent = decode(options.fieldValidation);
  matchName(sent, request.target.name);
  const { strategy } = parts.definition;
  const uid = uidOf(sent);
  const isThere = parts.storage.get(request.target.namespace, request.target.name) !== undefined;
  if (!isThere && uid !== undefined) throw gone(parts, { request, uid });
  if (!isThere && strategy.allowCreateOnUpdate && !subresource) {
    await parts.authorizeCreate?.(request);
    revisionOfObject(sent.metadata?.resourceVersion);
    return { entry: await createDecoded(parts, request, sent, { dryRun: options.dryRun }), created: true };
  }
  if (isThere && strategy.requireResourceVersionOnUpdate) requireResourceVersion(parts, sent);
  let attempts = 0;
  // An attempt changes what it is given; the next one starts from what was sent.
  const transform: Transform = (old) => {
    const object = attempts++ === 0 ? sent : decode('Ignore');
    if (isStatus) keepAllButStatus(object, old);
    return object;
  };
  const ownership = trackedBy(parts, request, subresource);
  return {
    entry: await applyUpdate(parts, { request, transform, dryRun: options.dryRun, subresource, ownership, uid }),
    created: false,
  };
}

/** The metadata that lies there, where callers in this process send the very same: it needs not be read again. */
function metadataSentBack({ storage, view }: RegistryParts, { body, target }: ResourceRequest): Metadata | undefined {
  const entry = storage.get(target.namespace, target.name);
  if (entry === undefined || body.type !== 'object') return undefined;
  const { metadata } = view.object(entry);
  return metadata === (body.object as KubernetesObject).metadata ? metadata : undefined;
}

/** Some kinds are never replaced blindly. A patch starts from the object as it is and need not say so. */
function requireResourceVersion({ definition }: RegistryParts, { metadata }: KubernetesObject): void {
  if (revisionOfObject(metadata?.resourceVersion) !== 0) return;
  const field = new FieldPath('metadata').child('resourceVersion');
  const error = invalid(field, 0, 'must be specified for an update');
  // Upstream says here what is asked for, not of which kind it is.
  throw newInvalid({ group: definition.group, kind: definition.plural }, metadata?.name ?? '', [error]);
}

/**
 * Reads, transforms, checks and writes, again from the start when somebody else wrote meanwhile. A client that named no
 * revision has no conflict, however many write: those who were too late go one after another.
 */
export async function applyUpdate(parts: RegistryParts, call: UpdateCall): Promise<Entry> {
  const { storage, definition } = parts;
  const { target, client } = call.request;
  const attempt = () => {
    const current = storage.get(target.namespace, target.name);
    if (current === undefined) throw gone(parts, call);
    return attemptUpdate(parts, call, current);
  };
  const updated = await attempt();
  if (updated !== undefined) return updated;
  return storage.turns.take(storage.key(target.namespace, target.name), async () => {
    for (;;) {
      const outcome = await attempt();
      if (outcome !== undefined) return outcome;
      if (client.signal.aborted) {
        throw newConflict(groupResourceOf(definition), target.name, OPTIMISTIC_LOCK_MESSAGE);
      }
    }
  });
}

/** What is said where there is no object, or no longer. */
const gone = ({ definition }: RegistryParts, { request: { target }, uid }: Pick<UpdateCall, 'request' | 'uid'>) =>
  uid === undefined
    ? newNotFound(groupResourceOf(definition), target.name)
    : storedUidConflict(definition, target, { meant: uid });

/** Undefined when somebody else was faster and the client did not insist on a revision. */
async function attemptUpdate(parts: RegistryParts, call: UpdateCall, current: Entry): Promise<Entry | undefined> {
  const { definition, storage, view } = parts;
  const { request, dryRun } = call;
  const old = view.object(current);
  const object = call.transform(old);
  const insists = checkPreconditions(parts, request.target, { object, old });
  const attributes = admissionAttributes(definition, request, { ...shown(call, object, old), dryRun });
  const own = call.ownership ?? keepOwners;
  // A part that picks what it takes over is compared once it has; all others as the client sent them.
  const isComparedLate = call.subresource?.type === 'part' && !call.subresource.ownedFields && own !== ownersOf;
  const owners = isComparedLate ? ownersOf(old) : own(object, old);
  keepSystemFields(object, old);
  setOwners(object, owners);
  await parts.admission.mutate(attributes);
  takeOver(call, object, attributes.object);
  checkOwners(object, owners, request.warnings);
  prepare(parts, object, old, call);
  if (isComparedLate) setOwners(object, own(object, old));
  await parts.guard?.(attributes);
  const settle = call.subresource === undefined ? parts.hook?.beforeWrite(object, old) : undefined;
  try {
    validate(definition, object, old, call.subresource);
    append(request.warnings, warningsOf(definition, object, old, call.subresource));
    return await parts.admission.validateAndWrite(attributes, async () => {
      stampRevision(object, old);
      keepTimes(object, old);
      if (deepEqual(object, old) && !storage.isStale(current)) return current;
      if (dryRun) return dryRunEntry(parts, object, current.modRevision);
      const finished = await finishDeletionOnUpdate(parts, object, current);
      if (finished !== 'not deleting') return finished;
      const { key, modRevision: revision } = current;
      const outcome = await putObject(parts, { key, object, revision, isApplied: own === ownersOf });
      if (outcome.ok) return outcome.entry;
      if (outcome.current === undefined) throw gone(parts, call);
      if (insists) throw newConflict(groupResourceOf(definition), request.target.name, OPTIMISTIC_LOCK_MESSAGE);
      return undefined;
    });
  } finally {
    settle?.();
  }
}

/** What admission sees of an update: who writes a Scale does not send the object behind it. */
function shown({ subresource }: UpdateCall, object: Mutable<KubernetesObject>, oldObject: KubernetesObject): Admitted {
  if (subresource?.type !== 'scale') return { operation: 'UPDATE', object, oldObject };
  const [scale, old] = [object, oldObject].map((each) => scaleOf(each, subresource) as KubernetesObject);
  return { operation: 'UPDATE', object: scale as Mutable<KubernetesObject>, oldObject: old };
}

/** Replicas that admission changed go to the object behind the Scale. */
function takeOver({ subresource }: UpdateCall, object: Mutable<KubernetesObject>, admitted?: KubernetesObject): void {
  if (subresource?.type === 'scale') setReplicas(object, (admitted as ScaleObject).spec.replicas ?? 0, subresource);
}

/** Checks uid and resourceVersion; answers whether the client named a revision. */
function checkPreconditions(
  { definition }: RegistryParts,
  target: ResourceTarget,
  { object, old }: { readonly object: KubernetesObject; readonly old: KubernetesObject },
): boolean {
  const { uid, resourceVersion, name = '' } = object.metadata ?? {};
  if (uid && uid !== old.metadata?.uid) {
    const refusal = target.verb === 'patch' ? patchedUidError : storedUidConflict;
    throw refusal(definition, target, { meant: uid, found: old.metadata?.uid });
  }
  const revision = revisionOfObject(resourceVersion);
  if (revision === 0) return false;
  if (revision === Number(old.metadata?.resourceVersion)) return true;
  throw newConflict(groupResourceOf(definition), name, OPTIMISTIC_LOCK_MESSAGE);
}

function prepare(
  { definition, clock, featureGates }: RegistryParts,
  object: Mutable<KubernetesObject>,
  old: KubernetesObject,
  { subresource, keepsGeneration }: UpdateCall,
): void {
  if (subresource?.type === 'status') keepAllButStatus(object, old);
  else if (subresource === undefined && definition.subresources?.['status']) keepStatus(object, old);
  resetMetadata(object, old, subresource?.resetFields);
  dropDisabled(definition.schema, object, { old, gates: featureGates });
  const { prepareForUpdate } = subresource ?? definition.strategy;
  prepareForUpdate?.(object, old, formatTime(clock.now()));
  if (definition.strategy.hasGeneration && !keepsGeneration && !sameButStatus(object, old)) {
    const metadata = (object.metadata ??= {});
    metadata.generation = (old.metadata?.generation ?? 0) + 1;
  }
}

type WithParts = { [part: string]: unknown };

function keepStatus(object: Mutable<KubernetesObject>, old: KubernetesObject): void {
  const status = (old as WithParts)['status'];
  if (status === undefined) delete (object as WithParts)['status'];
  else (object as WithParts)['status'] = status;
}

function sameButStatus(object: KubernetesObject, old: KubernetesObject): boolean {
  const rest = ({ metadata: _m, status: _s, ...others }: WithParts) => others;
  return deepEqual(rest(object as WithParts), rest(old as WithParts));
}

function validate(
  definition: AnyResourceDefinition,
  object: KubernetesObject,
  old: KubernetesObject,
  subresource: UpdateCall['subresource'],
): void {
  const { strategy } = definition;
  const errors = [
    ...validateObjectMeta(object.metadata, definition),
    ...validateObjectMetaUpdate(object.metadata, old.metadata),
  ];
  if (subresource?.validateUpdate) append(errors, subresource.validateUpdate(object, old));
  else if (subresource === undefined) {
    append(errors, updateErrors(strategy, object, old));
  }
  if (errors.length > 0) throw newInvalid(definition, object.metadata?.name ?? '', errors);
}

function warningsOf(
  { strategy }: AnyResourceDefinition,
  object: KubernetesObject,
  old: KubernetesObject,
  subresource: UpdateCall['subresource'],
): string[] {
  const { warn } = subresource === undefined || subresource.type === 'scale' ? strategy : subresource;
  return warn?.(object, old) ?? [];
}

/** So that an update that changes nothing compares equal. */
function stampRevision(object: Mutable<KubernetesObject>, old: KubernetesObject): void {
  if (object.metadata && old.metadata?.resourceVersion) object.metadata.resourceVersion = old.metadata.resourceVersion;
}
