import { joinErrors } from '../authentication/token-union.ts';
import { SYSTEM_MASTERS, type UserInfo } from '../user.ts';
import {
  ALLOW,
  type Attributes,
  type Authorizer,
  isPathAttributes,
  NO_OPINION,
  noOpinion,
  type Opinion,
} from './authorizer.ts';
import { describeGrant, roleNotFound } from './describe-grant.ts';
import { nameAllowed, type Rule, ruleAllowsAnyName } from './rule.ts';

export interface Binding {
  readonly metadata?: { readonly name?: string | undefined; readonly namespace?: string | undefined } | undefined;
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[] | undefined;
}

export interface RoleRef {
  readonly apiGroup?: string | undefined;
  readonly kind: string;
  readonly name: string;
}

export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Where the authorizer reads roles and bindings; backed by the watch caches. */
export interface RbacSource {
  /** Another number whenever anything below may answer differently. */
  revision(): number;
  clusterRoleRules(name: string): readonly Rule[] | undefined;
  roleRules(namespace: string, name: string): readonly Rule[] | undefined;
  clusterRoleBindings(): readonly Binding[];
  roleBindings(namespace: string): readonly Binding[];
}

/** What one binding gives to a user. */
interface Grant {
  readonly rules: readonly Rule[];
  readonly reason: string;
}

interface Grants {
  readonly grants: readonly Grant[];
  /** Bindings whose roles are missing. */
  readonly errors: readonly string[];
}

/** A rule that covers what is asked, for the names it is for. */
interface Candidate {
  readonly rule: Rule;
  readonly opinion: Opinion;
}

/** Members of `system:masters` may do everything. */
export const mastersAuthorizer: Authorizer = {
  authorize: ({ user }) => (user.groups.includes(SYSTEM_MASTERS) ? ALLOW : NO_OPINION),
};

/** Paths are without number: what is remembered of one user is forgotten past this. */
const MAX_REMEMBERED = 10_000;
/** They may be as long as a request's head, too. */
const LONGEST_REMEMBERED = 512;
/** Users are made up in reviews, with as many groups as fit into one. */
const LONGEST_SUBJECT = 16_384;

/**
 * Role-based access control over the roles and bindings that the source holds now. What it found out is remembered by
 * user, until a role or binding changes.
 */
export class RbacAuthorizer implements Authorizer {
  readonly #source: RbacSource;
  #revision = Number.NaN;
  #subjects = new Map<string, SubjectRules>();
  /** The same object stands for the same user in every request of a connection. */
  #users = new WeakMap<UserInfo, SubjectRules>();

  constructor(source: RbacSource) {
    this.#source = source;
  }

  authorize(attributes: Attributes): Opinion {
    return this.#subject(attributes.user).authorize(attributes);
  }

  /** Every rule that holds for a user in a namespace ('' for the cluster scope), and what could not be read. */
  rulesFor(user: UserInfo, namespace: string): { readonly rules: readonly Rule[]; readonly errors: readonly string[] } {
    const { grants, errors } = this.#subject(user).grants(namespace);
    return { rules: grants.flatMap(({ rules }) => rules), errors };
  }

  #subject(user: UserInfo): SubjectRules {
    const revision = this.#source.revision();
    if (revision !== this.#revision) {
      this.#revision = revision;
      this.#subjects = new Map();
      this.#users = new WeakMap();
    }
    let subject = this.#users.get(user);
    if (subject === undefined) {
      const key = JSON.stringify([user.name, user.groups]);
      subject = this.#subjects.get(key);
      if (subject === undefined) {
        if (this.#subjects.size >= MAX_REMEMBERED) this.#subjects.clear();
        subject = new SubjectRules(this.#source, user);
        if (key.length <= LONGEST_SUBJECT) this.#subjects.set(key, subject);
      }
      this.#users.set(user, subject);
    }
    return subject;
  }
}

/** What one user holds, at one state of the roles and bindings. */
class SubjectRules {
  readonly #source: RbacSource;
  readonly #user: UserInfo;
  readonly #grants = new Map<string, Grants>();
  readonly #ofResources = new Map<string, readonly Candidate[]>();
  /** Apart: a path may read like a resource in its namespace. */
  readonly #ofPaths = new Map<string, readonly Candidate[]>();

  constructor(source: RbacSource, user: UserInfo) {
    this.#source = source;
    this.#user = user;
  }

  authorize(attributes: Attributes): Opinion {
    const isPath = isPathAttributes(attributes);
    const namespace = isPath ? '' : attributes.namespace;
    const key = isPath
      ? `${attributes.verb} ${attributes.path}`
      : `${attributes.verb} ${attributes.group}/${attributes.resource}/${attributes.subresource} ${namespace}`;
    const remembered = isPath ? this.#ofPaths : this.#ofResources;
    let candidates = remembered.get(key);
    if (candidates === undefined) {
      candidates = this.#find(attributes, namespace);
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      if (key.length <= LONGEST_REMEMBERED) remembered.set(key, candidates);
    }
    for (const { rule, opinion } of candidates) {
      if (isPath || nameAllowed(rule, attributes.name)) return opinion;
    }
    const { errors } = this.grants(namespace);
    return errors.length === 0 ? NO_OPINION : noOpinion(`RBAC: ${joinErrors(errors)}`);
  }

  grants(namespace: string): Grants {
    let grants = this.#grants.get(namespace);
    if (grants === undefined) this.#grants.set(namespace, (grants = this.#collect(namespace)));
    return grants;
  }

  #find(attributes: Attributes, namespace: string): Candidate[] {
    return this.grants(namespace).grants.flatMap(({ rules, reason }) =>
      rules
        .filter((rule) => ruleAllowsAnyName(rule, attributes))
        .map((rule) => ({ rule, opinion: { decision: 'allow', reason } as const })),
    );
  }

  #collect(namespace: string): Grants {
    const grants: Grant[] = [];
    const errors: string[] = [];
    const add = (binding: Binding, within: string) => {
      const subject = binding.subjects?.find((each) => isSubject(each, this.#user, within));
      if (subject === undefined) return;
      const rules = rulesOfRole(this.#source, binding.roleRef, within);
      if (rules === undefined) errors.push(roleNotFound(binding.roleRef));
      else grants.push({ rules, reason: `RBAC: allowed by ${describeGrant(binding, subject, within)}` });
    };
    for (const binding of this.#source.clusterRoleBindings()) add(binding, '');
    if (namespace !== '') for (const binding of this.#source.roleBindings(namespace)) add(binding, namespace);
    return { grants, errors };
  }
}

/** The rules of a role that a binding of this namespace ('' for cluster role bindings) refers to. */
export function rulesOfRole(
  source: RbacSource,
  { kind, name }: RoleRef,
  namespace: string,
): readonly Rule[] | undefined {
  return kind === 'ClusterRole' ? source.clusterRoleRules(name) : source.roleRules(namespace, name);
}

function isSubject(subject: Subject, user: UserInfo, bindingNamespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name;
    case 'Group':
      return user.groups.includes(subject.name);
    case 'ServiceAccount': {
      const namespace = subject.namespace || bindingNamespace;
      return namespace !== '' && user.name === `system:serviceaccount:${namespace}:${subject.name}`;
    }
    default:
      return false;
  }
}
