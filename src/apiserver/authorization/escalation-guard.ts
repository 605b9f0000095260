import type { KubernetesObject } from '#api/resource-definition.ts';
import { table } from '#base/table.ts';
import { newForbidden, newNotFound } from '#machinery/errors/status-error.ts';
import type { AdmissionAttributes } from '../admission/admission.ts';
import { differsInOwnersOnly } from '../admission/requests.ts';
import { quoteList } from '../authentication/quote-list.ts';
import type { WriteGuard } from '../registry/registry-parts.ts';
import { SYSTEM_MASTERS, type UserInfo } from '../user.ts';
import type { Decide } from './authorizer.ts';
import { describeRules, uncovered } from './covers.ts';
import { type RbacAuthorizer, type RbacSource, type RoleRef, rulesOfRole } from './rbac.ts';
import type { Rule } from './rule.ts';

export interface EscalationParts {
  readonly decide: Decide;
  readonly rbac: RbacAuthorizer;
  readonly source: RbacSource;
}

const GROUP = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

type RoleObject = KubernetesObject & { readonly rules?: readonly Rule[] | null; readonly aggregationRule?: unknown };
type BindingObject = KubernetesObject & { readonly roleRef: RoleRef };

/** Nobody gives away what they do not hold: roles may hold, and bindings may give, only what their writer has too. */
export function createEscalationGuards(parts: EscalationParts): Readonly<Record<string, WriteGuard>> {
  return {
    [`clusterroles.${GROUP}`]: (attributes) => guardRole(parts, attributes),
    [`roles.${GROUP}`]: (attributes) => guardRole(parts, attributes),
    [`clusterrolebindings.${GROUP}`]: (attributes) => guardBinding(parts, attributes),
    [`rolebindings.${GROUP}`]: (attributes) => guardBinding(parts, attributes),
  };
}

async function guardRole(parts: EscalationParts, attributes: AdmissionAttributes): Promise<void> {
  const { user, target, object, oldObject } = attributes;
  if (object === undefined || isExempt(attributes)) return;
  const { resource, namespace, name } = target;
  // The name of an object that is created is not part of the request.
  const known = attributes.operation === 'CREATE' ? '' : name;
  const escalate = {
    user,
    verb: 'escalate',
    group: GROUP,
    version: '*',
    resource,
    subresource: '',
    namespace,
    name: known,
  };
  if ((await parts.decide(escalate)).allowed) return;
  const role = object as RoleObject;
  confirm(parts, attributes, role.rules ?? []);
  if (!role.aggregationRule && !(oldObject as RoleObject | undefined)?.aggregationRule) return;
  if (missing(parts, attributes, EVERYTHING).length > 0) {
    throw refuse(attributes, 'must have cluster-admin privileges to use an aggregationRule');
  }
}

async function guardBinding(parts: EscalationParts, attributes: AdmissionAttributes): Promise<void> {
  const { user, target, object } = attributes;
  if (object === undefined || isExempt(attributes)) return;
  const { roleRef } = object as unknown as BindingObject;
  const resource = ROLES[roleRef.kind];
  const { namespace } = target;
  if (resource === undefined) return;
  const common = { user, verb: 'bind', group: roleRef.apiGroup ?? GROUP, version: '', subresource: '' };
  if ((await parts.decide({ ...common, resource, namespace, name: roleRef.name })).allowed) return;
  const rules = rulesOfRole(parts.source, roleRef, namespace);
  if (rules === undefined) throw newNotFound({ group: GROUP, resource }, roleRef.name);
  confirm(parts, attributes, rules);
}

/** Other kinds of roles are refused by validation. */
const ROLES = table<string>({ ClusterRole: 'clusterroles', Role: 'roles' });

/** The powerful give what they like, and the garbage collector must be able to do its work. */
function isExempt({ user, object, oldObject }: AdmissionAttributes): boolean {
  if (user.groups.includes(SYSTEM_MASTERS)) return true;
  return oldObject !== undefined && differsInOwnersOnly(object as KubernetesObject, oldObject);
}

function confirm(parts: EscalationParts, attributes: AdmissionAttributes, rules: readonly Rule[]): void {
  const lacking = missing(parts, attributes, rules);
  if (lacking.length === 0) return;
  const { errors } = parts.rbac.rulesFor(attributes.user, attributes.target.namespace);
  const detail = `${describeUser(attributes.user)} is attempting to grant RBAC permissions not currently held:\n${describeRules(lacking)}`;
  throw refuse(attributes, errors.length > 0 ? `${detail}; resolution errors: [${errors.join(' ')}]` : detail);
}

const missing = ({ rbac }: EscalationParts, { user, target }: AdmissionAttributes, rules: readonly Rule[]): Rule[] =>
  uncovered(rbac.rulesFor(user, target.namespace).rules, rules);

const describeUser = ({ name, groups }: UserInfo) => `user ${JSON.stringify(name)} (groups=${quoteList(groups)})`;

const refuse = ({ target, object }: AdmissionAttributes, detail: string) =>
  newForbidden({ group: GROUP, resource: target.resource }, object?.metadata?.name ?? '', detail);
