import type { UserInfo } from '../user.ts';
import { SYSTEM_MASTERS } from '../user.ts';
import { type Attributes, type Authorizer, type Decision, isPathAttributes } from './authorizer.ts';

/** The parts of RBAC objects that decisions need; satisfied by the API types. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly resourceNames?: readonly string[] | undefined;
  readonly nonResourceURLs?: readonly string[] | undefined;
}

export interface Binding {
  readonly metadata?: { readonly name?: string | undefined; readonly namespace?: string | undefined } | undefined;
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly Subject[] | undefined;
}

export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Where the authorizer reads roles and bindings; backed by the watch caches. */
export interface RbacSource {
  clusterRoleRules(name: string): readonly Rule[] | undefined;
  roleRules(namespace: string, name: string): readonly Rule[] | undefined;
  clusterRoleBindings(): readonly Binding[];
  roleBindings(namespace: string): readonly Binding[];
}

/** Members of `system:masters` may do everything. */
export const mastersAuthorizer: Authorizer = {
  authorize: ({ user }) => (user.groups.includes(SYSTEM_MASTERS) ? { allowed: true, reason: '' } : undefined),
};

/** Role-based access control over the roles and bindings that the source holds now. */
export class RbacAuthorizer implements Authorizer {
  readonly #source: RbacSource;
  constructor(source: RbacSource) {
    this.#source = source;
  }

  authorize(attributes: Attributes): Decision | undefined {
    const namespace = isPathAttributes(attributes) ? '' : attributes.namespace;
    for (const { rules, binding, scope } of this.#grants(attributes.user, namespace)) {
      if (rules.some((rule) => ruleAllows(rule, attributes))) {
        return { allowed: true, reason: describeGrant(binding, scope, attributes.user) };
      }
    }
    return undefined;
  }

  /** Every rule that holds for a user in a namespace ('' for the cluster scope). */
  rulesFor(user: UserInfo, namespace: string): Rule[] {
    return [...this.#grants(user, namespace)].flatMap(({ rules }) => rules);
  }

  *#grants(user: UserInfo, namespace: string) {
    for (const binding of this.#source.clusterRoleBindings()) {
      if (!bindsUser(binding, user, '')) continue;
      const rules = this.#source.clusterRoleRules(binding.roleRef.name);
      if (rules) yield { rules, binding, scope: 'ClusterRoleBinding' };
    }
    if (namespace === '') return;
    for (const binding of this.#source.roleBindings(namespace)) {
      if (!bindsUser(binding, user, namespace)) continue;
      const { kind, name } = binding.roleRef;
      const rules =
        kind === 'ClusterRole' ? this.#source.clusterRoleRules(name) : this.#source.roleRules(namespace, name);
      if (rules) yield { rules, binding, scope: 'RoleBinding' };
    }
  }
}

function bindsUser(binding: Binding, user: UserInfo, bindingNamespace: string): boolean {
  return (binding.subjects ?? []).some((subject) => {
    switch (subject.kind) {
      case 'User':
        return subject.name === user.name;
      case 'Group':
        return user.groups.includes(subject.name);
      case 'ServiceAccount':
        return user.name === `system:serviceaccount:${subject.namespace || bindingNamespace}:${subject.name}`;
      default:
        return false;
    }
  });
}

/** Whether one rule covers the attributes. */
export function ruleAllows(rule: Rule, attributes: Attributes): boolean {
  if (!includes(rule.verbs, attributes.verb)) return false;
  if (isPathAttributes(attributes)) {
    return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, attributes.path));
  }
  const { group, resource, subresource, name } = attributes;
  return (
    includes(rule.apiGroups, group) &&
    resourceMatches(rule.resources ?? [], resource, subresource) &&
    ((rule.resourceNames ?? []).length === 0 || (rule.resourceNames ?? []).includes(name))
  );
}

const includes = (list: readonly string[] | undefined, value: string) =>
  list !== undefined && (list.includes('*') || list.includes(value));

function resourceMatches(rules: readonly string[], resource: string, subresource: string): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return rules.some((rule) => rule === '*' || rule === combined || (subresource !== '' && rule === `*/${subresource}`));
}

const pathMatches = (pattern: string, path: string) =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));

function describeGrant(binding: Binding, scope: string, user: UserInfo): string {
  const { name = '', namespace } = binding.metadata ?? {};
  const bound = scope === 'RoleBinding' ? `${name}/${namespace ?? ''}` : name;
  return `RBAC: allowed by ${scope} ${JSON.stringify(bound)} of ${binding.roleRef.kind} ${JSON.stringify(binding.roleRef.name)} to ${describeSubject(binding, user)}`;
}

function describeSubject(binding: Binding, user: UserInfo): string {
  const subject = (binding.subjects ?? []).find((each) =>
    bindsUser({ ...binding, subjects: [each] }, user, each.namespace ?? ''),
  );
  if (subject === undefined) return `User ${JSON.stringify(user.name)}`;
  const name = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace ?? ''}` : subject.name;
  return `${subject.kind} ${JSON.stringify(name)}`;
}
