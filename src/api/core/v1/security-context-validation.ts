import { checkEach, checkNumber, optionalOneOf, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { isValidId } from '#machinery/names/port.ts';
import type { PodSpec } from './pod-spec.ts';
import {
  type AppArmorProfile,
  type PodSecurityContext,
  type SeccompProfile,
  SecurityContext,
} from './security-context.ts';
import { checkDescendingPath } from './volume-source-validation.ts';
import { validateWindowsOptions } from './windows-options-validation.ts';

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

/** Kernel parameters that every IPC namespace has its own of. */
const IPC_SYSCTL =
  /^(kernel[./](sem|shmall|shmmax|shmmni|shm_rmid_forced|shm|msgmax|msgmnb|msgmni|msg)$|fs[./]mqueue[./])/;

type Namespaces = Pick<PodSpec, 'hostIPC' | 'hostNetwork' | 'hostPID' | 'shareProcessNamespace'>;

/** The rules of a pod's security context; `spec` says what the pod shares. */
export function validatePodSecurityContext(
  context: PodSecurityContext,
  field: FieldPath,
  spec: Namespaces = {},
): FieldError[] {
  const { windowsOptions: windows } = context;
  return [
    ...checkNumber(field.child('fsGroup'), context.fsGroup, isValidId),
    ...checkNumber(field.child('runAsUser'), context.runAsUser, isValidId),
    ...checkNumber(field.child('runAsGroup'), context.runAsGroup, isValidId),
    ...checkEach(context.supplementalGroups, field.child('supplementalGroups'), (group, at) =>
      checkNumber(at, group, isValidId),
    ),
    ...(spec.shareProcessNamespace && spec.hostPID
      ? [
          invalid(
            field.child('shareProcessNamespace'),
            true,
            'ShareProcessNamespace and HostPID cannot both be enabled',
          ),
        ]
      : []),
    ...validateSysctls(context.sysctls, field.child('sysctls'), spec),
    ...optionalOneOf(field.child('fsGroupChangePolicy'), context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...validateSeccomp(context.seccompProfile, field.child('seccompProfile')),
    ...(windows ? validateWindowsOptions(windows, field.child('windowsOptions')) : []),
    ...validateAppArmor(context.appArmorProfile, field.child('appArmorProfile')),
    ...optionalOneOf(field.child('supplementalGroupsPolicy'), context.supplementalGroupsPolicy, ['Merge', 'Strict']),
    ...optionalOneOf(field.child('seLinuxChangePolicy'), context.seLinuxChangePolicy, ['Recursive']),
  ];
}

function validateSysctls(
  sysctls: PodSecurityContext['sysctls'],
  field: FieldPath,
  { hostNetwork, hostIPC }: Namespaces,
): FieldError[] {
  const names = new Set<string>();
  return checkEach(sysctls, field, ({ name }, at) => {
    const wrong = requireText(at.child('name'), name, sysctlErrors);
    if (wrong.length === 0 && names.has(name)) wrong.push(duplicate(at.child('name'), name));
    names.add(name);
    if (hostNetwork && /^net[./]/.test(name))
      wrong.push(invalid(at.child('name'), name, "may not be specified when 'hostNetwork' is true"));
    if (hostIPC && IPC_SYSCTL.test(name))
      wrong.push(invalid(at.child('name'), name, "may not be specified when 'hostIPC' is true"));
    return wrong;
  });
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
  const { procMount, windowsOptions: windows } = context;
  const at = field.child('procMount');
  return [
    ...checkNumber(field.child('runAsUser'), context.runAsUser, isValidId),
    ...checkNumber(field.child('runAsGroup'), context.runAsGroup, isValidId),
    ...optionalOneOf(at, procMount, ['Default', 'Unmasked']),
    ...(procMount === 'Unmasked' && hostUsers !== false
      ? [invalid(at, procMount, '`hostUsers` must be false to use `Unmasked`')]
      : []),
    ...validateSeccomp(context.seccompProfile, field.child('seccompProfile')),
    ...escalationErrors(context, field),
    ...(windows ? validateWindowsOptions(windows, field.child('windowsOptions')) : []),
    ...validateAppArmor(context.appArmorProfile, field.child('appArmorProfile')),
  ];
}

/** Who may not gain privileges has none to begin with. */
function escalationErrors(context: SecurityContext, field: FieldPath): FieldError[] {
  if (context.allowPrivilegeEscalation !== false) return [];
  const refused = [
    ...(context.privileged ? ['`privileged` to true'] : []),
    ...(context.capabilities?.add ?? [])
      .filter((name) => name === 'CAP_SYS_ADMIN')
      .map(() => '`capabilities.Add` CAP_SYS_ADMIN'),
  ];
  const shown = refused.length > 0 ? internalForm(context, SecurityContext) : undefined;
  return refused.map((what) => invalid(field, shown, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`));
}

function validateSeccomp(profile: SeccompProfile | undefined, field: FieldPath): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const errors = type
    ? optionalOneOf(field.child('type'), type, PROFILES)
    : [required(field.child('type'), 'type is required when seccompProfile is set')];
  const at = field.child('localhostProfile');
  if (type === 'Localhost')
    append(
      errors,
      localhostProfile === undefined
        ? [required(at, 'must be set when seccomp type is Localhost')]
        : checkDescendingPath(at, localhostProfile),
    );
  else if (localhostProfile !== undefined) {
    // The profile is shown whole, under the names Go gives its fields.
    const shown = { Type: type, LocalhostProfile: localhostProfile };
    errors.push(invalid(at, shown, 'can only be set when seccomp type is Localhost'));
  }
  return errors;
}

const LONGEST_APP_ARMOR_PROFILE = 4095;

export function validateAppArmor(profile: AppArmorProfile | undefined, field: FieldPath): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const at = field.child('localhostProfile');
  switch (type) {
    case 'Localhost': {
      const unset = [required(at, 'must be set when AppArmor type is Localhost')];
      if (localhostProfile === undefined) return unset;
      const errors =
        localhostProfile.trim() !== localhostProfile
          ? [invalid(at, localhostProfile, 'must not be padded with whitespace')]
          : localhostProfile === ''
            ? unset
            : [];
      if (byteLength(localhostProfile) > LONGEST_APP_ARMOR_PROFILE) errors.push(tooLong(at, LONGEST_APP_ARMOR_PROFILE));
      return errors;
    }
    case 'RuntimeDefault':
    case 'Unconfined':
      return localhostProfile === undefined
        ? []
        : [invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost')];
    default:
      return type
        ? optionalOneOf(field.child('type'), type, PROFILES)
        : [required(field.child('type'), 'type is required when appArmorProfile is set')];
  }
}
