import { checkEach, checkNumber, checkText, optionalOneOf, requireText } from '#api/checks.ts';
import { duplicate, type FieldError, type FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { isValidId } from '#machinery/names/port.ts';
import {
  type AppArmorProfile,
  type PodSecurityContext,
  type SeccompProfile,
  SecurityContext,
} from './security-context.ts';

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

/** Kernel parameters that every IPC namespace has its own of. */
const IPC_SYSCTL =
  /^(kernel[./](sem|shmall|shmmax|shmmni|shm_rmid_forced|shm|msgmax|msgmnb|msgmni|msg)$|fs[./]mqueue[./])/;

/** The rules of a pod's security context. */
export function validatePodSecurityContext(
  context: PodSecurityContext,
  field: FieldPath,
  { hostNetwork, hostIPC }: { readonly hostNetwork?: boolean | undefined; readonly hostIPC?: boolean | undefined } = {},
): FieldError[] {
  const errors = [
    ...checkNumber(field.child('fsGroup'), context.fsGroup, isValidId),
    ...checkNumber(field.child('runAsUser'), context.runAsUser, isValidId),
    ...checkNumber(field.child('runAsGroup'), context.runAsGroup, isValidId),
    ...checkEach(context.supplementalGroups, field.child('supplementalGroups'), (group, at) =>
      checkNumber(at, group, isValidId),
    ),
    ...optionalOneOf(field.child('fsGroupChangePolicy'), context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...optionalOneOf(field.child('supplementalGroupsPolicy'), context.supplementalGroupsPolicy, ['Merge', 'Strict']),
    ...optionalOneOf(field.child('seLinuxChangePolicy'), context.seLinuxChangePolicy, ['Recursive']),
    ...validateProfiles(context, field),
  ];
  const names = new Set<string>();
  errors.push(
    ...checkEach(context.sysctls, field.child('sysctls'), ({ name }, at) => {
      const wrong = requireText(at.child('name'), name, sysctlErrors);
      if (wrong.length === 0 && names.has(name)) wrong.push(duplicate(at.child('name'), name));
      names.add(name);
      if (hostNetwork && /^net[./]/.test(name))
        wrong.push(invalid(at.child('name'), name, "may not be specified when 'hostNetwork' is true"));
      if (hostIPC && IPC_SYSCTL.test(name))
        wrong.push(invalid(at.child('name'), name, "may not be specified when 'hostIPC' is true"));
      return wrong;
    }),
  );
  return errors;
}

const sysctlErrors = (name: string): string[] =>
  name.length <= 253 && SYSCTL.test(name)
    ? []
    : [
        'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
      ];

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
      errors.push(
        invalid(
          field,
          internalForm(context, SecurityContext),
          `cannot set \`allowPrivilegeEscalation\` to false and ${what}`,
        ),
      );
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
  const place = field.child('type');
  const errors = type
    ? optionalOneOf(place, type, PROFILES)
    : [required(place, `type is required when ${kind === 'seccomp' ? 'seccompProfile' : 'appArmorProfile'} is set`)];
  const at = field.child('localhostProfile');
  if (type === 'Localhost') {
    if (!localhostProfile && (kind === 'AppArmor' || localhostProfile === undefined))
      errors.push(required(at, `must be set when ${kind} type is Localhost`));
    else if (kind === 'seccomp' && localhostProfile)
      errors.push(
        ...checkText(at, localhostProfile, (path) => [
          ...(path.startsWith('/') ? ['must be a relative path'] : []),
          ...(path.split('/').includes('..') ? ["must not contain '..'"] : []),
        ]),
      );
  } else if (localhostProfile !== undefined) {
    if (kind === 'AppArmor' && !type) return errors;
    // The profile of seccomp is shown whole, under the names Go gives its fields.
    const shown = kind === 'seccomp' ? { Type: type, LocalhostProfile: localhostProfile } : localhostProfile;
    errors.push(invalid(at, shown, `can only be set when ${kind} type is Localhost`));
  }
  return errors;
}
