import type { Check, CheckPod, PodShape, Violation } from './check.ts';
import { capabilitiesBaseline, capabilitiesRestricted } from './checks/capabilities.ts';
import { appArmorProfile, seccompBaseline, seccompRestricted, seLinuxOptions } from './checks/confinement.ts';
import { hostNamespaces, hostPathVolumes, hostPorts, hostProbes, windowsHostProcess } from './checks/host-access.ts';
import {
  allowPrivilegeEscalation,
  privileged,
  procMountBaseline,
  procMountRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  sysctls,
} from './checks/privileges.ts';
import { LATEST_MINOR, type LevelVersion } from './level-version.ts';

/** Every rule, in the order in which violations are told: by name, those of the baseline first. */
const CHECKS: readonly Check[] = [
  appArmorProfile,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMountBaseline,
  seLinuxOptions,
  seccompBaseline,
  sysctls,
  windowsHostProcess,
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  procMountRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];

const memo = new Map<string, readonly CheckPod[]>();

/** The rules of a level as a version of Kubernetes had them. */
function rulesOf({ level, version }: LevelVersion): readonly CheckPod[] {
  if (level === 'privileged') return [];
  const minor = Math.min(version === 'latest' ? LATEST_MINOR : version, LATEST_MINOR);
  const key = `${level}:${minor}`;
  let rules = memo.get(key);
  if (rules === undefined) memo.set(key, (rules = select(level, minor)));
  return rules;
}

function select(level: 'baseline' | 'restricted', minor: number): readonly CheckPod[] {
  const active = CHECKS.filter((check) => level === 'restricted' || check.level === 'baseline')
    .map((check) => ({ check, form: check.versions.findLast(([from]) => from <= minor)?.[1] }))
    .filter(({ form }) => form !== undefined);
  const overridden = new Set(active.flatMap(({ check }) => check.overrides ?? []));
  return active.filter(({ check }) => !overridden.has(check.id)).map(({ form }) => form as CheckPod);
}

/** What of a pod is not within a level of the Pod Security Standards. */
export const violationsOf = (pod: PodShape, standard: LevelVersion): readonly Violation[] =>
  rulesOf(standard)
    .map((rule) => rule(pod))
    .filter((violation) => violation !== undefined);

export const printReasons = (violations: readonly Violation[]): string =>
  violations.map(({ reason }) => reason).join(', ');

export const printDetails = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ');
