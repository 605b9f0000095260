import type { NodeAffinity, NodeSelectorRequirement, NodeSelectorTerm } from '#api/core/v1/affinity.ts';
import { nodeSelectorOperators } from '#api/core/v1/node-selector-operators.ts';
import { type FieldError, type FieldPath, invalid, notSupported } from '#machinery/errors/field-error.ts';
import { requirementErrors } from '#machinery/selectors/requirement.ts';

const FIELD_OPERATORS = ['In', 'NotIn'];

/** What is wrong with a node affinity that a profile adds to every pod's. */
export function validateAddedAffinity(path: FieldPath, affinity: NodeAffinity): FieldError[] {
  const { requiredDuringSchedulingIgnoredDuringExecution: hard } = affinity;
  const { preferredDuringSchedulingIgnoredDuringExecution: soft } = affinity;
  const terms = path.child('requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms');
  const preferences = path.child('preferredDuringSchedulingIgnoredDuringExecution');
  return [
    ...(hard?.nodeSelectorTerms ?? []).flatMap((term, index) => validateTerm(terms.index(index), term)),
    ...(soft ?? []).flatMap(({ weight, preference }, index) =>
      weight && preference ? validateTerm(preferences.index(index), preference) : [],
    ),
  ];
}

const validateTerm = (
  path: FieldPath,
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
): readonly FieldError[] => [
  ...matchExpressions.flatMap((each, index) => validateExpression(path.child('matchExpressions').index(index), each)),
  ...matchFields.flatMap((each, index) => validateField(path.child('matchFields').index(index), each)),
];

function validateExpression(path: FieldPath, { key, operator: name, values = [] }: NodeSelectorRequirement) {
  const operator = nodeSelectorOperators[name];
  return operator === undefined
    ? [notSupported(path.child('operator'), name ?? '', Object.keys(nodeSelectorOperators))]
    : requirementErrors(path, { key: key ?? '', operator, values });
}

function validateField(path: FieldPath, { operator, values = [] }: NodeSelectorRequirement): FieldError[] {
  if (!FIELD_OPERATORS.includes(operator))
    return [notSupported(path.child('operator'), operator ?? '', FIELD_OPERATORS)];
  return values.length === 1 ? [] : [invalid(path.child('values'), values, 'must have one element')];
}
