import { newBadRequest } from '../errors/status-error.ts';
import { type Applied, applyFields, type FieldsApply } from './apply-fields.ts';
import { conflictsOutside, newApplyConflict } from './conflict.ts';
import { fieldsLastApplied, withLastApplied } from './last-applied.ts';
import type { FieldsEntries } from './managed-fields.ts';
import { isJsonObject, type JsonObject, type MapShape } from './shape.ts';
import { updateFields } from './update-fields.ts';
import { validateConfig, validationText } from './validate-config.ts';

export interface ApplyCall extends FieldsApply {
  /** The kind that is applied, with the writer's API version. */
  readonly kind: string;
  /** The object as it was when nobody tracked it: without any field of its own. */
  readonly blank: JsonObject;
  /** Whether the live object is in the store. */
  readonly exists: boolean;
}

/** What an apply makes of an object. Not defaulted; `object` is `live` itself when nothing changed. */
export type Merged = Pick<Applied, 'object' | 'entries'>;

/** Everyone who owns fields of an object that was never tracked. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/** The manager that takes over from client-side apply. */
const KUBECTL = 'kubectl';

/**
 * Server-side apply of one configuration. Throws a 400 for one of another kind or that does not fit the
 * schema, and a 409 that names every field which others own and which would change.
 */
export function applyConfiguration(call: ApplyCall): Merged {
  checkConfig(call);
  const tracked = { ...call, entries: call.entries.length === 0 ? entriesBefore(call) : call.entries };
  const result = resolveConflicts(tracked, applyFields(tracked));
  if (call.writer.manager !== KUBECTL) return result;
  return { ...result, object: withLastApplied(result.object, call.config) };
}

function checkConfig({ config, kind, writer, versions }: ApplyCall): void {
  const { apiVersion } = writer;
  if (config['apiVersion'] !== apiVersion || config['kind'] !== kind) {
    throw newBadRequest(`invalid object type: ${kindText(textOf(config['apiVersion']), textOf(config['kind']))}`);
  }
  const { metadata } = config;
  if (isJsonObject(metadata) && metadata['managedFields'] !== undefined && metadata['managedFields'] !== null)
    throw newBadRequest('metadata.managedFields must be nil');
  const errors = validateConfig(versions.shape(apiVersion) as MapShape, config);
  if (errors.length === 0) return;
  const { name, namespace } = (isJsonObject(metadata) ? metadata : {}) as Record<string, unknown>;
  const object = `${textOf(namespace)}/${textOf(name)}; ${kindText(apiVersion, kind)}`;
  throw newBadRequest(`failed to create typed patch object (${object}): ${validationText(errors)}`);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`. */
const kindText = (apiVersion: string, kind: string): string =>
  `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;

function entriesBefore(call: ApplyCall): FieldsEntries {
  if (!call.exists) return [];
  return updateFields({
    ...call,
    old: call.blank,
    next: call.live,
    writer: { ...call.writer, manager: BEFORE_FIRST_APPLY, operation: 'Update' },
  });
}

/** What client-side apply wrote goes to `kubectl` without a conflict. */
function resolveConflicts(call: ApplyCall, applied: Applied): Applied {
  const { conflicts } = applied;
  if (conflicts.length === 0) return applied;
  if (call.writer.manager !== KUBECTL) throw newApplyConflict(conflicts);
  const shape = call.versions.shape(call.writer.apiVersion) as MapShape;
  const allowed = fieldsLastApplied(shape, call.live);
  const left = allowed === undefined ? conflicts : conflictsOutside(conflicts, allowed);
  if (left.length > 0) throw newApplyConflict(left);
  return applyFields({ ...call, force: true });
}
