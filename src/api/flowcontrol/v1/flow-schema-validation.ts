import { checkEach, checkText, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import {
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import {
  type FlowSchema,
  FlowSchemaSpec,
  type PolicyRulesWithSubjects,
  type ResourcePolicyRule,
  type Subject,
} from './flow-schema.ts';
import { mandatorySchemas } from './mandatory-objects.ts';

const SPEC = new FieldPath('spec');
const HIGHEST_PRECEDENCE = 10_000;

export function validateFlowSchema({ metadata, spec }: FlowSchema): FieldError[] {
  const { matchingPrecedence = 0, priorityLevelConfiguration, distinguisherMethod, rules } = spec ?? {};
  const errors: FieldError[] = [];
  if (matchingPrecedence <= 0) {
    errors.push(invalid(SPEC.child('matchingPrecedence'), matchingPrecedence, 'must be a positive value'));
  } else if (matchingPrecedence > HIGHEST_PRECEDENCE) {
    const detail = `must not be greater than ${HIGHEST_PRECEDENCE}`;
    errors.push(invalid(SPEC.child('matchingPrecedence'), matchingPrecedence, detail));
  }
  if (matchingPrecedence === 1 && metadata?.name !== 'exempt')
    errors.push(
      invalid(
        SPEC.child('matchingPrecedence'),
        matchingPrecedence,
        "only the schema named 'exempt' may have matchingPrecedence 1",
      ),
    );
  if (distinguisherMethod) {
    const at = SPEC.child('distinguisherMethod', 'type');
    if (!['ByNamespace', 'ByUser'].includes(distinguisherMethod.type))
      errors.push(notSupported(at, { Type: distinguisherMethod.type }, ['ByNamespace', 'ByUser']));
  }
  const name = SPEC.child('priorityLevelConfiguration', 'name');
  if (!priorityLevelConfiguration?.name) errors.push(required(name, 'must reference a priority level'));
  else append(errors, requireText(name, priorityLevelConfiguration.name, isDNS1123Subdomain));
  return [...errors, ...checkEach(rules, SPEC.child('rules'), validateRules), ...fixedErrors(metadata?.name, spec)];
}

/** What sorts requests where nothing else does stays as it is. */
function fixedErrors(name: string | undefined, spec: FlowSchema['spec']): FieldError[] {
  const fixed = mandatorySchemas.find(({ metadata }) => metadata?.name === name)?.spec;
  const shown = internalForm(spec ?? {}, FlowSchemaSpec);
  if (fixed === undefined || deepEqual(shown, internalForm(fixed, FlowSchemaSpec))) return [];
  return [invalid(SPEC, shown, `spec of '${name}' must equal the fixed value`)];
}

function validateRules(rules: PolicyRulesWithSubjects, field: FieldPath): FieldError[] {
  const { subjects, resourceRules = [], nonResourceRules = [] } = rules;
  const errors: FieldError[] =
    subjects.length === 0
      ? [required(field.child('subjects'), 'subjects must contain at least one value')]
      : checkEach(subjects, field.child('subjects'), validateSubject);
  if (resourceRules.length + nonResourceRules.length === 0) {
    errors.push(required(field, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  return [
    ...errors,
    ...checkEach(resourceRules, field.child('resourceRules'), validateResourceRule),
    ...checkEach(nonResourceRules, field.child('nonResourceRules'), ({ verbs, nonResourceURLs }, at) => [
      ...validateVerbs(verbs, at.child('verbs')),
      ...validateUrls(nonResourceURLs, at.child('nonResourceURLs')),
    ]),
  ];
}

const OF_KIND = { serviceAccount: 'ServiceAccount', user: 'User', group: 'Group' } as const;

function validateSubject(subject: Subject, field: FieldPath): FieldError[] {
  const { kind } = subject;
  const own = (Object.keys(OF_KIND) as (keyof typeof OF_KIND)[]).find((name) => OF_KIND[name] === kind);
  if (own === undefined) return [notSupported(field.child('kind'), kind, ['Group', 'ServiceAccount', 'User'])];
  const errors =
    subject[own] === undefined
      ? [required(field.child(own), `${own} is required when subject kind is '${kind}'`)]
      : validateIdentity(subject, field.child(own));
  const others = (['serviceAccount', 'user', 'group'] as const).filter((name) => name !== own && subject[name]);
  for (const name of others)
    errors.push(forbidden(field.child(name), `${name} is forbidden when subject kind is not '${OF_KIND[name]}'`));
  return errors;
}

function validateIdentity({ kind, user, group, serviceAccount }: Subject, field: FieldPath): FieldError[] {
  if (kind !== 'ServiceAccount') return requireText(field.child('name'), (kind === 'User' ? user : group)?.name);
  const { name, namespace } = serviceAccount ?? {};
  const errors = name === '*' ? [] : requireText(field.child('name'), name, isDNS1123Subdomain);
  if (namespace) append(errors, checkText(field.child('namespace'), namespace, isDNS1123Label));
  else errors.push(required(field.child('namespace'), 'must specify namespace for service account'));
  return errors;
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function validateVerbs(verbs: readonly string[], field: FieldPath): FieldError[] {
  if (verbs.length === 0) return [required(field, 'verbs must contain at least one value')];
  if (verbs.includes('*'))
    return verbs.length > 1 ? [invalid(field, verbs, "if '*' is present, must not specify other verbs")] : [];
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(field, verbs, VERBS)];
}

function validateResourceRule(rule: ResourcePolicyRule, field: FieldPath): FieldError[] {
  const { verbs, apiGroups, resources, namespaces = [], clusterScope } = rule;
  const errors = validateVerbs(verbs, field.child('verbs'));
  const checkList = (name: 'apiGroups' | 'resources', values: readonly string[], missing: string) => {
    if (values.length === 0) errors.push(required(field.child(name), missing));
    else if (values.length > 1 && values.includes('*'))
      errors.push(invalid(field.child(name), values, `if '*' is present, must not specify other ${SHOWN[name]}`));
  };
  checkList('apiGroups', apiGroups, 'resource rules must supply at least one api group');
  checkList('resources', resources, 'resource rules must supply at least one resource');
  const at = field.child('namespaces');
  if (namespaces.length === 0 && !clusterScope)
    errors.push(required(at, 'resource rules that are not cluster scoped must supply at least one namespace'));
  else if (namespaces.includes('*')) {
    if (namespaces.length > 1)
      errors.push(invalid(at, namespaces, `if '*' is present, must not specify other namespaces`));
  } else {
    const why = "each member of this list must be '*' or a DNS-1123 label; ";
    append(
      errors,
      checkEach(namespaces, at, (namespace, place) =>
        checkText(place, namespace, (text) => isDNS1123Label(text).map((detail) => why + detail)),
      ),
    );
  }
  return errors;
}

const SHOWN = { apiGroups: 'api groups', resources: 'resources' };

function validateUrls(urls: readonly string[], field: FieldPath): FieldError[] {
  if (urls.length === 0) return [required(field, 'nonResourceURLs must contain at least one value')];
  if (!urls.includes('*')) return checkEach(urls, field, (url, at) => checkText(at, url, urlErrors));
  return urls.length > 1 ? [invalid(field, urls, "if '*' is present, must not specify other non-resource URLs")] : [];
}

/** A path, whose last part may be a wildcard. */
function urlErrors(url: string): string[] {
  if (url === '') return ['must not be empty'];
  if (!url.startsWith('/')) return ['must start with slash'];
  if (url.includes(' ')) return ['must not contain white-space'];
  if (url.includes('//')) return ['must not contain double slash'];
  const wildcards = url.split('*').length - 1;
  return wildcards > 1 || (wildcards === 1 && !url.endsWith('/*')) ? ['wildcard can only do suffix matching'] : [];
}
