import type { Mutable } from '#machinery/schema/schema.ts';
import type { RoleRef } from './role-ref.ts';
import type { Subject } from './subject.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** Fills in the groups that roles, users and groups belong to; service accounts are of the core group. */
export function applyBindingDefaults(binding: {
  subjects?: Mutable<Subject>[] | undefined;
  roleRef: Mutable<RoleRef>;
}): void {
  binding.roleRef.apiGroup ||= RBAC_GROUP;
  for (const subject of binding.subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC_GROUP;
  }
}
