/** A parameter of a request. */
export interface OperationParameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'boolean' | 'integer' | 'string';
  readonly description: string;
}

export const query = (name: string, type: OperationParameter['type'], description: string): OperationParameter => ({
  name,
  in: 'query',
  type,
  description,
});
export const path = (name: string, description: string): OperationParameter => ({
  name,
  in: 'path',
  type: 'string',
  description,
});

export const PRETTY = query('pretty', 'string', 'Whether the answer is indented: "true" or "false".');
export const NAMESPACE = path('namespace', 'The namespace of the object.');
export const objectName = (kind: string): OperationParameter => path('name', `The name of the ${kind}.`);

const DRY_RUN = query('dryRun', 'string', 'Nothing is stored when this is "All".');
const FIELD_MANAGER = query('fieldManager', 'string', 'The name of whoever makes the change.');
const FIELD_VALIDATION = query(
  'fieldValidation',
  'string',
  'What happens to unknown and duplicate fields: "Ignore", "Warn" or "Strict".',
);
const FORCE = query('force', 'boolean', 'Whether an apply takes over fields that others own.');

export const LIST_PARAMETERS: readonly OperationParameter[] = [
  query('allowWatchBookmarks', 'boolean', 'Whether a watch gets events of type BOOKMARK.'),
  query('continue', 'string', 'Where the next page of a list begins, as the previous page said.'),
  query('fieldSelector', 'string', 'Conditions on fields.'),
  query('labelSelector', 'string', 'Conditions on labels.'),
  query('limit', 'integer', 'The largest number of items in an answer.'),
  query('resourceVersion', 'string', 'The version that the answer is about.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is meant: "Exact" or "NotOlderThan".'),
  query('shardSelector', 'string', 'Which part of all objects is meant, for clients that share them out.'),
  query('sendInitialEvents', 'boolean', 'Whether a watch begins with an event for each object that exists.'),
  query('timeoutSeconds', 'integer', 'How long a list or watch may take.'),
  query('watch', 'boolean', 'Whether changes are sent as they happen.'),
];

export const WRITE_PARAMETERS: readonly OperationParameter[] = [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION];
export const PATCH_PARAMETERS: readonly OperationParameter[] = [...WRITE_PARAMETERS, FORCE];
export const DELETE_PARAMETERS: readonly OperationParameter[] = [
  DRY_RUN,
  query('gracePeriodSeconds', 'integer', 'How long the object may take to end.'),
  query(
    'ignoreStoreReadErrorWithClusterBreakingPotential',
    'boolean',
    'Whether an object that cannot be read is deleted all the same.',
  ),
  query('orphanDependents', 'boolean', 'Whether dependents are kept; propagationPolicy says more.'),
  query('propagationPolicy', 'string', 'What happens to dependents: "Orphan", "Background" or "Foreground".'),
];
