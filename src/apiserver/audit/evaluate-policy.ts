import type { ResourceTarget } from '../request.ts';
import type { UserInfo } from '../user.ts';
import type { AuditLevel, AuditPolicy, GroupResources, PolicyRule } from './policy.ts';

/** What a rule is matched against. */
export interface AuditedRequest {
  readonly user: UserInfo;
  /** As authorization sees it. */
  readonly verb: string;
  readonly path: string;
  readonly target: ResourceTarget | undefined;
}

/** What is written down about a request. */
export interface AuditDecision {
  readonly level: AuditLevel;
  readonly omitStages: ReadonlySet<string>;
  readonly omitManagedFields: boolean;
}

const NOTHING: AuditDecision = { level: 'None', omitStages: new Set(), omitManagedFields: false };

/** The decision of the first rule that matches; nothing is written down where none does. */
export function evaluatePolicy(policy: AuditPolicy): (request: AuditedRequest) => AuditDecision {
  const rules = (policy.rules ?? []).map((rule) => ({
    rule,
    decision: {
      level: rule.level as AuditLevel,
      omitStages: new Set([...(policy.omitStages ?? []), ...(rule.omitStages ?? [])]),
      omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields ?? false,
    },
  }));
  return (request) => rules.find(({ rule }) => matches(rule, request))?.decision ?? NOTHING;
}

const isEmpty = (values: readonly unknown[] | undefined) => values === undefined || values.length === 0;

function matches(rule: PolicyRule, { user, verb, path, target }: AuditedRequest): boolean {
  const { users, userGroups, verbs, namespaces, resources, nonResourceURLs } = rule;
  if (!isEmpty(users) && !users?.includes(user.name)) return false;
  if (!isEmpty(userGroups) && !userGroups?.some((group) => user.groups.includes(group))) return false;
  if (!isEmpty(verbs) && !verbs?.includes(verb)) return false;
  if (!isEmpty(namespaces) || !isEmpty(resources)) return target !== undefined && matchesResource(rule, target);
  if (!isEmpty(nonResourceURLs))
    return target === undefined && !!nonResourceURLs?.some((url) => matchesPath(url, path));
  return true;
}

function matchesResource({ namespaces, resources }: PolicyRule, target: ResourceTarget): boolean {
  if (!isEmpty(namespaces) && !namespaces?.includes(target.namespace)) return false;
  return isEmpty(resources) || !!resources?.some((each) => matchesGroup(each, target));
}

function matchesGroup({ group = '', resources, resourceNames }: GroupResources, target: ResourceTarget): boolean {
  if (group !== target.group) return false;
  if (isEmpty(resources)) return true;
  if (!isEmpty(resourceNames) && !resourceNames?.includes(target.name)) return false;
  const { resource, subresource } = target;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return !!resources?.some(
    (each) =>
      each === '*' || each === whole || (subresource !== '' && each === `*/${subresource}`) || each === `${resource}/*`,
  );
}

const matchesPath = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
