import { checkEach, requireOneOf, requireText } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import type { FlowSchema, PolicyRulesWithSubjects } from './flow-schema.ts';

const SPEC = new FieldPath('spec');
const HIGHEST_PRECEDENCE = 10_000;

export function validateFlowSchema({ spec }: FlowSchema): FieldError[] {
  if (spec === undefined) return [required(SPEC)];
  const { matchingPrecedence = 0, priorityLevelConfiguration, distinguisherMethod, rules } = spec;
  const errors: FieldError[] = [];
  if (matchingPrecedence <= 0) {
    errors.push(invalid(SPEC.child('matchingPrecedence'), matchingPrecedence, 'must be a positive value'));
  } else if (matchingPrecedence > HIGHEST_PRECEDENCE) {
    const detail = `must not be greater than ${HIGHEST_PRECEDENCE}`;
    errors.push(invalid(SPEC.child('matchingPrecedence'), matchingPrecedence, detail));
  }
  if (distinguisherMethod) {
    const at = SPEC.child('distinguisherMethod', 'type');
    if (!['ByNamespace', 'ByUser'].includes(distinguisherMethod.type))
      errors.push(notSupported(at, { Type: distinguisherMethod.type }, ['ByNamespace', 'ByUser']));
  }
  const name = SPEC.child('priorityLevelConfiguration', 'name');
  if (priorityLevelConfiguration.name === '') errors.push(required(name, 'must reference a priority level'));
  else errors.push(...requireText(name, priorityLevelConfiguration.name, isDNS1123Subdomain));
  return [...errors, ...checkEach(rules, SPEC.child('rules'), validateRules)];
}

function validateRules(rules: PolicyRulesWithSubjects, field: FieldPath): FieldError[] {
  const { subjects, resourceRules = [], nonResourceRules = [] } = rules;
  const errors: FieldError[] = [];
  if (subjects.length === 0) errors.push(required(field.child('subjects'), 'subjects must contain at least one value'));
  if (resourceRules.length + nonResourceRules.length === 0) {
    errors.push(required(field, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  return [
    ...errors,
    ...checkEach(subjects, field.child('subjects'), ({ kind, user, group, serviceAccount }, at) => {
      const problems = requireOneOf(at.child('kind'), kind, ['Group', 'ServiceAccount', 'User']);
      if (kind === 'User' && !user)
        problems.push(required(at.child('user'), "user is required when subject kind is 'User'"));
      if (kind === 'Group' && !group) {
        problems.push(required(at.child('group'), "group is required when subject kind is 'Group'"));
      }
      if (kind === 'ServiceAccount' && !serviceAccount) {
        const detail = "serviceAccount is required when subject kind is 'ServiceAccount'";
        problems.push(required(at.child('serviceAccount'), detail));
      }
      return problems;
    }),
  ];
}
