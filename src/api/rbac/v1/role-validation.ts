import { checkEach } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import type { ClusterRole } from './cluster-role.ts';
import type { PolicyRule } from './policy-rule.ts';
import type { Role } from './role.ts';

const RULES = new FieldPath('rules');

export const validateRole = ({ rules }: Role): FieldError[] =>
  checkEach(rules, RULES, (rule, at) => validateRule(rule, at, true));

export const validateClusterRole = ({ rules, aggregationRule }: ClusterRole): FieldError[] => [
  ...checkEach(rules, RULES, (rule, at) => validateRule(rule, at, false)),
  ...(aggregationRule ? validateAggregation(aggregationRule.clusterRoleSelectors ?? []) : []),
];

function validateRule(rule: PolicyRule, field: FieldPath, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if (verbs.length === 0) errors.push(required(field.child('verbs'), 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const at = field.child('nonResourceURLs');
    if (namespaced) errors.push(invalid(at, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalid(at, nonResourceURLs, detail));
    }
    return errors;
  }
  if (apiGroups.length === 0) {
    errors.push(required(field.child('apiGroups'), 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(required(field.child('resources'), 'resource rules must supply at least one resource'));
  }
  return errors;
}

function validateAggregation(
  selectors: NonNullable<NonNullable<ClusterRole['aggregationRule']>['clusterRoleSelectors']>,
): FieldError[] {
  const field = new FieldPath('aggregationRule').child('clusterRoleSelectors');
  if (selectors.length > 0)
    return checkEach(selectors, field, (selector, at) => {
      const errors = validateLabelSelector(selector, at);
      return errors.length === 0 ? [] : [...errors, invalid(at, null, 'invalid label selector.')];
    });
  return [required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
}
