import { StatusError } from '../errors/status-error.ts';
import { type FieldSet, type FieldSetPath, hasPath, pathsOf } from './field-set.ts';
import { entryIdentity, type FieldsEntry } from './managed-fields.ts';
import { compareElements, pathText } from './path-element.ts';

/** A field that an applied configuration changes and somebody else owns. */
export interface Conflict {
  readonly owner: FieldsEntry;
  readonly path: FieldSetPath;
}

/** The conflicts with one owner over these fields. */
export const conflictsWith = (owner: FieldsEntry, fields: FieldSet): Conflict[] =>
  pathsOf(fields, compareElements).map((path) => ({ owner, path }));

/** Those that are not about one of these fields. */
export const conflictsOutside = (conflicts: readonly Conflict[], allowed: FieldSet): Conflict[] =>
  conflicts.filter(({ path }) => !hasPath(allowed, path));

/** 409 with a cause for every field. */
export function newApplyConflict(conflicts: readonly Conflict[]): StatusError {
  const sorted = byOwner(conflicts).flatMap(([, same]) => same);
  return new StatusError({
    code: 409,
    reason: 'Conflict',
    message: conflictMessage(sorted),
    details: {
      causes: sorted.map(({ owner, path }) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${ownerText(owner)}`,
        field: pathText(path),
      })),
    },
  });
}

function conflictMessage(conflicts: readonly Conflict[]): string {
  const [only] = conflicts;
  if (only !== undefined && conflicts.length === 1)
    return `Apply failed with 1 conflict: conflict with ${ownerText(only.owner)}: ${pathText(only.path)}`;
  const lines = byOwner(conflicts).flatMap(([, same]) => [
    `conflicts with ${ownerText((same[0] as Conflict).owner)}:`,
    ...same.map(({ path }) => `- ${pathText(path)}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function byOwner(conflicts: readonly Conflict[]): [string, Conflict[]][] {
  const groups = new Map<string, Conflict[]>();
  for (const conflict of conflicts) {
    const identity = entryIdentity(conflict.owner);
    const group = groups.get(identity);
    if (group) group.push(conflict);
    else groups.set(identity, [conflict]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function ownerText({ manager = '', subresource, operation, apiVersion }: FieldsEntry): string {
  const name = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
