import { type FieldError, type FieldPath, forbidden } from '#machinery/errors/field-error.ts';
import { placedContainers } from './placed-containers.ts';
import { APP_ARMOR, SECCOMP_CONTAINER, SECCOMP_POD } from './pod-annotations-validation.ts';
import type { PodSpec } from './pod-spec.ts';
import type { AppArmorProfile, SeccompProfile } from './security-context.ts';

/** Annotations and fields that confine the same container confine it alike; `field` is the place of the spec. */
export const validateProfilesMatch = (
  annotations: Readonly<Record<string, string>>,
  spec: PodSpec,
  field: FieldPath,
): FieldError[] => [
  ...compare(annotations[SECCOMP_POD], spec.securityContext?.seccompProfile, SECCOMP, field),
  ...placedContainers(spec, field).flatMap(({ container: { name, securityContext }, at }) =>
    compare(annotations[`${SECCOMP_CONTAINER}${name}`], securityContext?.seccompProfile, SECCOMP, at),
  ),
  ...(spec.os?.name === 'windows'
    ? []
    : placedContainers(spec, field).flatMap(({ container: { name, securityContext }, at }) => {
        const profile = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
        return compare(annotations[`${APP_ARMOR}${name}`], profile, APP_ARMOR_NAMES, at);
      })),
];

interface Names {
  readonly kind: string;
  readonly field: string;
  /** What annotations may say for the default of the runtime. */
  readonly runtimeDefault: readonly string[];
}

const SECCOMP: Names = {
  kind: 'seccomp',
  field: 'seccompProfile',
  runtimeDefault: ['runtime/default', 'docker/default'],
};
const APP_ARMOR_NAMES: Names = { kind: 'apparmor', field: 'appArmorProfile', runtimeDefault: ['runtime/default'] };

const LOCALHOST = 'localhost/';

function compare(
  annotation: string | undefined,
  profile: AppArmorProfile | SeccompProfile | undefined,
  { kind, field: name, runtimeDefault }: Names,
  field: FieldPath,
): FieldError[] {
  if (annotation === undefined || profile === undefined) return [];
  const at = field.child('securityContext', name);
  const mismatch = [forbidden(at.child('type'), `${kind} type in annotation and field must match`)];
  switch (profile.type) {
    case 'Unconfined':
      return annotation === 'unconfined' ? [] : mismatch;
    case 'RuntimeDefault':
      return runtimeDefault.includes(annotation) ? [] : mismatch;
    case 'Localhost':
      if (!annotation.startsWith(LOCALHOST)) return mismatch;
      return annotation.slice(LOCALHOST.length) === profile.localhostProfile
        ? []
        : [forbidden(at.child('localhostProfile'), `${kind} profile in annotation and field must match`)];
    default:
      return [];
  }
}
