import { trimEnd } from '#base/trim.ts';
import { type Attributes, isPathAttributes } from './authorizer.ts';

/** A policy rule, as far as decisions need it; satisfied by the API type. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly resourceNames?: readonly string[] | undefined;
  readonly nonResourceURLs?: readonly string[] | undefined;
}

/** Whether one rule covers the attributes. */
export function ruleAllows(rule: Rule, attributes: Attributes): boolean {
  if (!ruleAllowsAnyName(rule, attributes)) return false;
  return isPathAttributes(attributes) || nameAllowed(rule, attributes.name);
}

/** Whether a rule covers the attributes for some name at least. */
export function ruleAllowsAnyName(rule: Rule, attributes: Attributes): boolean {
  if (!includes(rule.verbs, attributes.verb)) return false;
  if (isPathAttributes(attributes)) {
    return (rule.nonResourceURLs ?? []).some((pattern) => pathCovers(pattern, attributes.path));
  }
  const { group, resource, subresource } = attributes;
  return includes(rule.apiGroups, group) && resourceMatches(rule.resources ?? [], resource, subresource);
}

/** Whether a rule is for objects of this name. */
export const nameAllowed = ({ resourceNames = [] }: Rule, name: string): boolean =>
  resourceNames.length === 0 || resourceNames.includes(name);

/** Whether a path of a rule covers another one, which may be a pattern itself. */
export const pathCovers = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(trimEnd(pattern, '*')));

const includes = (list: readonly string[] | undefined, value: string) =>
  list !== undefined && (list.includes('*') || list.includes(value));

function resourceMatches(rules: readonly string[], resource: string, subresource: string): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return rules.some((rule) => rule === '*' || rule === combined || (subresource !== '' && rule === `*/${subresource}`));
}
