import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '#api/flowcontrol/v1/flow-schema.ts';
import type { ResourceTarget } from '../request.ts';
import { splitServiceAccountUser, type UserInfo } from '../user.ts';

/** What a request is sorted by. */
export interface FlowRequest {
  readonly user: UserInfo;
  /** As authorization sees it. */
  readonly verb: string;
  readonly path: string;
  readonly target: ResourceTarget | undefined;
}

/** Schemas in the order in which they are tried: by precedence, then by name. */
export const inMatchingOrder = (schemas: readonly FlowSchema[]): FlowSchema[] =>
  [...schemas].sort(
    (a, b) =>
      (a.spec?.matchingPrecedence ?? 0) - (b.spec?.matchingPrecedence ?? 0) ||
      ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1),
  );

/** Whether one of a schema's rules covers a request. */
export const matchesSchema = ({ spec }: FlowSchema, request: FlowRequest): boolean =>
  spec?.rules?.some((rule) => matchesRule(rule, request)) ?? false;

/** What keeps the flows of a schema apart: '' for one flow of all. */
export function flowDistinguisher({ spec }: FlowSchema, { user, target }: FlowRequest): string {
  switch (spec?.distinguisherMethod?.type) {
    case 'ByUser':
      return user.name;
    case 'ByNamespace':
      return target?.namespace ?? '';
    default:
      return '';
  }
}

function matchesRule({ subjects, resourceRules, nonResourceRules }: PolicyRulesWithSubjects, request: FlowRequest) {
  if (!subjects.some((subject) => matchesSubject(subject, request.user))) return false;
  const { target } = request;
  return target
    ? (resourceRules?.some((rule) => matchesResource(rule, request.verb, target)) ?? false)
    : (nonResourceRules?.some((rule) => matchesPath(rule, request)) ?? false);
}

function matchesSubject({ kind, user, group, serviceAccount }: Subject, { name, groups }: UserInfo): boolean {
  switch (kind) {
    case 'User':
      return user !== undefined && (user.name === '*' || user.name === name);
    case 'Group':
      return group !== undefined && (group.name === '*' || groups.includes(group.name));
    default: {
      if (serviceAccount === undefined) return false;
      const own = splitServiceAccountUser(name);
      return (
        own?.namespace === serviceAccount.namespace && (serviceAccount.name === '*' || serviceAccount.name === own.name)
      );
    }
  }
}

const covers = (values: readonly string[], value: string) => values.includes('*') || values.includes(value);

function matchesResource(rule: ResourcePolicyRule, verb: string, target: ResourceTarget): boolean {
  const { group, resource, subresource, namespace } = target;
  if (!covers(rule.verbs, verb) || !covers(rule.apiGroups, group)) return false;
  if (!covers(rule.resources, subresource === '' ? resource : `${resource}/${subresource}`)) return false;
  return namespace === '' ? rule.clusterScope === true : covers(rule.namespaces ?? [], namespace);
}

const matchesPath = ({ verbs, nonResourceURLs }: NonResourcePolicyRule, { verb, path }: FlowRequest): boolean =>
  covers(verbs, verb) &&
  nonResourceURLs.some(
    (pattern) =>
      pattern === '*' || pattern === path || (pattern.endsWith('/*') && path.startsWith(pattern.slice(0, -1))),
  );
