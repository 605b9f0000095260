import { immutable, nonNegative } from '#api/checks.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath, required } from '#machinery/errors/field-error.ts';
import type { ControllerRevision } from './controller-revision.ts';

const ROOT = new FieldPath();

export const controllerRevisionStrategy: Strategy<ControllerRevision> = {
  validate: ({ revision, data }) => [
    ...nonNegative(ROOT.child('revision'), revision),
    ...(data === undefined || data === null ? [required(ROOT.child('data'), 'data is mandatory')] : []),
  ],
  validateUpdate: ({ data }, old) => immutable(ROOT.child('data'), data, old.data),
};
