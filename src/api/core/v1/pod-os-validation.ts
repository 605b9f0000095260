import { type FieldError, type FieldPath, forbidden, notSupported, required } from '#machinery/errors/field-error.ts';
import type { PodSpec } from './pod-spec.ts';
import type { PodSecurityContext, SecurityContext } from './security-context.ts';

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** What Linux alone knows, in the order it is refused. */
const LINUX_POD: readonly (keyof PodSecurityContext)[] = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
];
const LINUX_CONTAINER: readonly (keyof SecurityContext)[] = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

/** A pod that names its operating system uses what that system has. */
export function validateOs(spec: PodSpec, field: FieldPath): FieldError[] {
  const { os } = spec;
  if (os === undefined) return [];
  if (!os.name) return [required(field.child('os', 'name'))];
  if (os.name === 'linux') return refuseWindowsOptions(spec, field);
  if (os.name === 'windows') return refuseLinuxOptions(spec, field);
  return [notSupported(field.child('os'), os.name, ['linux', 'windows'])];
}

function refuseWindowsOptions(spec: PodSpec, field: FieldPath): FieldError[] {
  return contextsOf(spec, field)
    .filter(({ context }) => context.windowsOptions !== undefined)
    .map(({ at }) => forbidden(at.child('windowsOptions'), 'windows options cannot be set for a linux pod'));
}

function refuseLinuxOptions(spec: PodSpec, field: FieldPath): FieldError[] {
  const refused: FieldPath[] = [];
  const refusePod = (...names: ('hostIPC' | 'hostPID' | 'hostUsers' | 'shareProcessNamespace')[]) => {
    for (const name of names) {
      const value = spec[name];
      if (name === 'hostPID' || name === 'hostIPC' ? value : value !== undefined) refused.push(field.child(name));
    }
  };
  for (const { context, at, isPod } of contextsOf(spec, field)) {
    for (const name of isPod ? LINUX_POD : LINUX_CONTAINER) {
      const value = (context as Readonly<Record<string, unknown>>)[name];
      // What stands in the spec itself is refused among the rest.
      if (isPod && name === 'seccompProfile') refusePod('hostUsers', 'hostPID', 'hostIPC');
      if (isPod && name === 'runAsUser') refusePod('shareProcessNamespace');
      if (value !== undefined && !(name === 'sysctls' && (value as []).length === 0)) refused.push(at.child(name));
    }
  }
  return refused.map((at) => forbidden(at, 'cannot be set for a windows pod'));
}

interface Placed {
  readonly context: PodSecurityContext | SecurityContext;
  readonly at: FieldPath;
  readonly isPod: boolean;
}

/** Every security context of a pod: its own and those of its containers. */
function contextsOf(spec: PodSpec, field: FieldPath): Placed[] {
  const placed: Placed[] = [];
  const add = (context: Placed['context'] | undefined, at: FieldPath, isPod: boolean) => {
    if (context) placed.push({ context, at: at.child('securityContext'), isPod });
  };
  add(spec.securityContext, field, true);
  for (const list of LISTS) {
    for (const [position, { securityContext }] of (spec[list] ?? []).entries())
      add(securityContext, field.child(list).index(position), false);
  }
  return placed;
}
