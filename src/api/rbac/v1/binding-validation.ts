import { checkEach, checkText, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { RBAC_GROUP } from './rbac-defaults.ts';
import { RoleRef } from './role-ref.ts';
import type { Subject } from './subject.ts';

/** What bindings of both kinds have. */
export interface Binding {
  readonly subjects?: readonly Subject[] | undefined;
  readonly roleRef: RoleRef;
}

const ROLE_REF = new FieldPath('roleRef');

/** The rules of a binding; `namespaced` ones may also refer to a Role. */
export const validateBinding = ({ roleRef, subjects }: Binding, namespaced: boolean): FieldError[] => [
  ...(roleRef.apiGroup === RBAC_GROUP
    ? []
    : [notSupported(ROLE_REF.child('apiGroup'), roleRef.apiGroup ?? '', [RBAC_GROUP])]),
  ...validateRoleKind(roleRef.kind, namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']),
  ...requireText(ROLE_REF.child('name'), roleRef.name, isPathSegmentName),
  ...checkEach(subjects, new FieldPath('subjects'), (subject, at) => validateSubject(subject, at, namespaced)),
];

const validateRoleKind = (kind: string, supported: readonly string[]): FieldError[] =>
  supported.includes(kind) ? [] : [notSupported(ROLE_REF.child('kind'), kind, supported)];

/** A binding is for one role for ever: whoever may change a binding could otherwise grant any role. */
export const validateBindingUpdate = ({ roleRef }: Binding, old: Binding): FieldError[] =>
  deepEqual(roleRef, old.roleRef) ? [] : [invalid(ROLE_REF, internalForm(roleRef, RoleRef), 'cannot change roleRef')];

function validateSubject(subject: Subject, field: FieldPath, namespaced: boolean): FieldError[] {
  const { kind, name, namespace } = subject;
  const errors = requireText(field.child('name'), name);
  switch (kind) {
    case 'ServiceAccount':
      if (name) append(errors, checkText(field.child('name'), name, isDNS1123Subdomain));
      append(errors, validateGroup(subject, '', field));
      if (!namespaced && !namespace) errors.push(required(field.child('namespace')));
      return errors;
    case 'User':
    case 'Group':
      return [...errors, ...validateGroup(subject, RBAC_GROUP, field)];
    default:
      return [...errors, notSupported(field.child('kind'), kind, ['ServiceAccount', 'User', 'Group'])];
  }
}

const validateGroup = ({ apiGroup = '' }: Subject, group: string, field: FieldPath): FieldError[] =>
  apiGroup === group ? [] : [notSupported(field.child('apiGroup'), apiGroup, [group])];
