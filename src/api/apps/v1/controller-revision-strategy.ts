import { immutable, nonNegative } from '#api/checks.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath, required } from '#machinery/errors/field-error.ts';
import type { ControllerRevision } from './controller-revision.ts';

const ROOT = new FieldPath();

export const controllerRevisionStrategy: Strategy<ControllerRevision> = {
  validate: ({ revision }) => nonNegative(ROOT.child('revision'), revision),
  validateCreate({ data }) {
    if (data === undefined || data === null) return [required(ROOT.child('data'), 'data is mandatory')];
    const isObject = typeof data === 'object' && !Array.isArray(data);
    return isObject ? [] : [required(ROOT.child('data'), 'data must be a valid JSON object')];
  },
  validateUpdate: ({ data }, old) => immutable(ROOT.child('data'), data, old.data),
};
