import { checkEach, checkNumber, checkText, optionalOneOf, requireOneOf, requireText } from '#api/checks.ts';
import { duplicate, type FieldError, type FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { isValidId } from '#machinery/names/port.ts';
import type { AppArmorProfile, PodSecurityContext, SeccompProfile, SecurityContext } from './security-context.ts';

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

/** The rules of a pod's security context. */
export function validatePodSecurityContext(context: PodSecurityContext, field: FieldPath): FieldError[] {
  const errors = [
    ...checkNumber(field.child('fsGroup'), context.fsGroup, isValidId),
    ...checkNumber(field.child('runAsUser'), context.runAsUser, isValidId),
    ...checkNumber(field.child('runAsGroup'), context.runAsGroup, isValidId),
    ...checkEach(context.supplementalGroups, field.child('supplementalGroups'), (group, at) =>
      checkNumber(at, group, isValidId),
    ),
    ...optionalOneOf(field.child('fsGroupChangePolicy'), context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...optionalOneOf(field.child('supplementalGroupsPolicy'), context.supplementalGroupsPolicy, ['Merge', 'Strict']),
    ...optionalOneOf(field.child('seLinuxChangePolicy'), context.seLinuxChangePolicy, ['MountOption', 'Recursive']),
    ...validateProfiles(context, field),
  ];
  const names = new Set<string>();
  errors.push(
    ...checkEach(context.sysctls, field.child('sysctls'), ({ name }, at) => {
      const wrong = requireText(at.child('name'), name, sysctlErrors);
      if (wrong.length === 0 && names.has(name)) wrong.push(duplicate(at.child('name'), name));
      names.add(name);
      return wrong;
    }),
  );
  return errors;
}

const sysctlErrors = (name: string): string[] =>
  name.length <= 253 && SYSCTL.test(name) ? [] : [`must have at most 253 characters and match regex ${SYSCTL.source}`];

/** The rules of a container's security context. */
export function validateSecurityContext(
  context: SecurityContext,
  field: FieldPath,
  hostUsers: boolean | undefined,
): FieldError[] {
  const errors = [
    ...checkNumber(field.child('runAsUser'), context.runAsUser, isValidId),
    ...checkNumber(field.child('runAsGroup'), context.runAsGroup, isValidId),
    ...optionalOneOf(field.child('procMount'), context.procMount, ['Default', 'Unmasked']),
    ...validateProfiles(context, field),
  ];
  if (context.procMount === 'Unmasked' && hostUsers !== false)
    errors.push(invalid(field.child('procMount'), context.procMount, '`hostUsers` must be false to use `Unmasked`'));
  if (context.allowPrivilegeEscalation === false) {
    const refuse = (what: string) =>
      errors.push(invalid(field, context, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`));
    if (context.privileged) refuse('`privileged` to true');
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) refuse('`capabilities.Add` CAP_SYS_ADMIN');
  }
  return errors;
}

const validateProfiles = (
  { seccompProfile, appArmorProfile }: Pick<SecurityContext, 'appArmorProfile' | 'seccompProfile'>,
  field: FieldPath,
): FieldError[] => [
  ...(seccompProfile ? validateProfile(seccompProfile, field.child('seccompProfile'), 'seccomp') : []),
  ...(appArmorProfile ? validateProfile(appArmorProfile, field.child('appArmorProfile'), 'AppArmor') : []),
];

function validateProfile(
  { type, localhostProfile }: AppArmorProfile | SeccompProfile,
  field: FieldPath,
  kind: 'AppArmor' | 'seccomp',
): FieldError[] {
  const errors = requireOneOf(field.child('type'), type, PROFILES);
  const at = field.child('localhostProfile');
  if (type === 'Localhost') {
    if (!localhostProfile) errors.push(required(at, `must be set when ${kind} type is Localhost`));
    else if (kind === 'seccomp')
      errors.push(
        ...checkText(at, localhostProfile, (path) => [
          ...(path.startsWith('/') ? ['must be a relative path'] : []),
          ...(path.split('/').includes('..') ? ["must not contain '..'"] : []),
        ]),
      );
  } else if (localhostProfile !== undefined) {
    errors.push(invalid(at, localhostProfile, `can only be set when ${kind} type is Localhost`));
  }
  return errors;
}
