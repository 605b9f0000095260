import { checkEach, checkText, optionalOneOf, requireText } from '#api/checks.ts';
import type { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { append } from '#base/append.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from './affinity.ts';

/** The rules of where a pod wants to run, and beside whom. */
export function validateAffinity(affinity: Affinity, field: FieldPath): FieldError[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const errors: FieldError[] = [];
  if (nodeAffinity) {
    const at = field.child('nodeAffinity');
    const hard = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    if (hard) append(errors, validateNodeSelector(hard, at.child('requiredDuringSchedulingIgnoredDuringExecution')));
    const soft = at.child('preferredDuringSchedulingIgnoredDuringExecution');
    append(
      errors,
      checkEach(nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution, soft, ({ weight, preference }, place) => [
        ...checkWeight(place.child('weight'), weight),
        // Preferences never had the rule that values are those of labels.
        ...validateNodeSelectorTerm(preference, place.child('preference'), false),
      ]),
    );
  }
  if (podAffinity) append(errors, validatePodAffinity(podAffinity, field.child('podAffinity')));
  if (podAntiAffinity) append(errors, validatePodAffinity(podAntiAffinity, field.child('podAntiAffinity')));
  return errors;
}

/** Also for the nodes that a persistent volume is reached from. */
export function validateNodeSelector({ nodeSelectorTerms }: NodeSelector, field: FieldPath): FieldError[] {
  const at = field.child('nodeSelectorTerms');
  if (!nodeSelectorTerms?.length) return [required(at, 'must have at least one node selector term')];
  return checkEach(nodeSelectorTerms, at, (term, place) => validateNodeSelectorTerm(term, place));
}

const validateNodeSelectorTerm = (
  { matchExpressions, matchFields }: NodeSelectorTerm,
  field: FieldPath,
  checkValues = true,
): FieldError[] => [
  ...checkEach(matchExpressions, field.child('matchExpressions'), (each, at) =>
    validateNodeRequirement(each, at, checkValues),
  ),
  ...checkEach(matchFields, field.child('matchFields'), validateFieldRequirement),
];

function validateNodeRequirement(
  { key, operator, values = [] }: NodeSelectorRequirement,
  field: FieldPath,
  checkValues: boolean,
): FieldError[] {
  const at = field.child('values');
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(at, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.push(forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1)
      errors.push(required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else errors.push(invalid(field.child('operator'), operator, 'not a valid selector operator'));
  append(errors, checkText(field.child('key'), key, isQualifiedName));
  if (!checkValues) return errors;
  return [...errors, ...checkEach(values, at, (value, place) => checkText(place, value, isValidLabelValue))];
}

function validateFieldRequirement(
  { key, operator, values = [] }: NodeSelectorRequirement,
  field: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn')
    errors.push(invalid(field.child('operator'), operator, 'not a valid selector operator'));
  else if (values.length !== 1)
    errors.push(
      required(
        field.child('values'),
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      ),
    );
  if (key !== 'metadata.name') return [...errors, invalid(field.child('key'), key, 'not a valid field selector key')];
  return [
    ...errors,
    ...checkEach(values, field.child('values'), (value, at) => checkText(at, value, isDNS1123Subdomain)),
  ];
}

const checkWeight = (field: FieldPath, weight: number): FieldError[] =>
  weight < 1 || weight > 100 ? [invalid(field, weight, 'must be in the range 1-100')] : [];

const validatePodAffinity = (affinity: PodAffinity, field: FieldPath): FieldError[] => [
  ...checkEach(
    affinity.requiredDuringSchedulingIgnoredDuringExecution,
    field.child('requiredDuringSchedulingIgnoredDuringExecution'),
    validatePodAffinityTerm,
  ),
  ...checkEach(
    affinity.preferredDuringSchedulingIgnoredDuringExecution,
    field.child('preferredDuringSchedulingIgnoredDuringExecution'),
    ({ weight, podAffinityTerm }, at) => [
      ...checkWeight(at.child('weight'), weight),
      ...validatePodAffinityTerm(podAffinityTerm, at.child('podAffinityTerm')),
    ],
  ),
];

const validatePodAffinityTerm = (term: PodAffinityTerm, field: FieldPath): FieldError[] => [
  ...validateLabelSelector(term.labelSelector, field.child('labelSelector')),
  ...validateLabelSelector(term.namespaceSelector, field.child('namespaceSelector')),
  ...(term.namespaces ?? []).flatMap((name) => checkText(field.child('namespace'), name, isDNS1123Label)),
  ...validateLabelKeys(term.matchLabelKeys, term.labelSelector, field.child('matchLabelKeys')),
  ...validateLabelKeys(term.mismatchLabelKeys, term.labelSelector, field.child('mismatchLabelKeys')),
  ...(term.matchLabelKeys ?? []).flatMap((key, position) =>
    term.mismatchLabelKeys?.includes(key)
      ? [
          invalid(
            field.child('matchLabelKeys').index(position),
            key,
            'exists in both matchLabelKeys and mismatchLabelKeys',
          ),
        ]
      : [],
  ),
  ...requireTopologyKey(field.child('topologyKey'), term.topologyKey),
  ...checkText(field.child('topologyKey'), term.topologyKey, isQualifiedName),
];

const requireTopologyKey = (field: FieldPath, key: string): FieldError[] =>
  key === '' ? [required(field, 'can not be empty')] : [];

/** Keys whose values are taken from the labels of the pod itself. */
function validateLabelKeys(
  keys: readonly string[] | undefined,
  selector: LabelSelector | undefined,
  field: FieldPath,
): FieldError[] {
  if (!keys?.length) return [];
  if (selector === undefined) return [forbidden(field, 'must not be specified when labelSelector is not set')];
  return checkEach(keys, field, (key, at) => checkText(at, key, isQualifiedName));
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** The rules of what a pod puts up with. */
export const validateTolerations = (tolerations: readonly Toleration[] | undefined, field: FieldPath): FieldError[] =>
  checkEach(tolerations, field, (toleration, at) => {
    const { key, operator, value = '', effect, tolerationSeconds } = toleration;
    const errors = key ? checkText(at.child('key'), key, isQualifiedName) : [];
    if (!key && operator !== 'Exists')
      errors.push(
        invalid(
          at.child('operator'),
          operator ?? '',
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      errors.push(
        invalid(at.child('effect'), effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"),
      );
    append(errors, checkOperator(at.child('operator'), toleration, value));
    if (effect) append(errors, optionalOneOf(at.child('effect'), effect, EFFECTS));
    return errors;
  });

function checkOperator(field: FieldPath, toleration: Toleration, value: string): FieldError[] {
  switch (toleration.operator ?? '') {
    case 'Equal':
    case '': {
      const wrong = isValidLabelValue(value);
      return wrong.length > 0 ? [invalid(field, value, wrong.join(';'))] : [];
    }
    case 'Exists':
      return value === '' ? [] : [invalid(field, value, "value must be empty when `operator` is 'Exists'")];
    case 'Gt':
    case 'Lt':
      // Their feature is off, though upstream names them among what it supports.
      return [notSupported(field, toleration.operator, ['Equal', 'Exists', 'Lt', 'Gt'])];
    default:
      return [notSupported(field, toleration.operator, ['Equal', 'Exists'])];
  }
}

/** The rules of how evenly pods are spread. */
export function validateSpread(
  constraints: readonly TopologySpreadConstraint[] | undefined,
  field: FieldPath,
): FieldError[] {
  const pairOf = ({ topologyKey, whenUnsatisfiable }: TopologySpreadConstraint) =>
    `{${topologyKey}, ${whenUnsatisfiable}}`;
  const last = new Map((constraints ?? []).map((each, position) => [pairOf(each), position]));
  let position = -1;
  return checkEach(constraints, field, (constraint, at) => {
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint;
    const errors = [
      ...aboveZero(at.child('maxSkew'), maxSkew),
      ...requireTopologyKey(at.child('topologyKey'), topologyKey),
      ...optionalOneOf(at.child('whenUnsatisfiable'), whenUnsatisfiable ?? '', ['DoNotSchedule', 'ScheduleAnyway']),
    ];
    const pair = pairOf(constraint);
    position++;
    if ((last.get(pair) ?? position) > position)
      errors.push(duplicate(at.child('{topologyKey, whenUnsatisfiable}'), pair));
    if (minDomains !== undefined) {
      append(errors, aboveZero(at.child('minDomains'), minDomains));
      if (whenUnsatisfiable !== 'DoNotSchedule')
        errors.push(
          invalid(
            at.child('minDomains'),
            minDomains,
            `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
          ),
        );
    }
    for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const)
      append(errors, optionalOneOf(at.child(name), constraint[name], ['Honor', 'Ignore']));
    append(errors, validateLabelKeys(constraint.matchLabelKeys, constraint.labelSelector, at.child('matchLabelKeys')));
    return [...errors, ...validateLabelSelector(constraint.labelSelector, at.child('labelSelector'))];
  });
}

const aboveZero = (field: FieldPath, value: number): FieldError[] =>
  value <= 0 ? [invalid(field, value, 'must be greater than zero')] : [];

/** The names a pod's scheduling gates and readiness gates go by. */
export const validateGateName = (name: string | undefined, field: FieldPath): FieldError[] =>
  requireText(field, name, isQualifiedName);
