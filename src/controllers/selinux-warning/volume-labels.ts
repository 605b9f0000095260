import type { Pod } from '#api/core/v1/pod.ts';
import type { SELinuxOptions } from '#api/core/v1/security-context.ts';

/** What a pod wants of a volume. */
export interface VolumeUse {
  /** `user:role:type:level`, what is not said left empty; '' when nothing is. */
  readonly label: string;
  readonly policy: 'MountOption' | 'Recursive';
}

/** Labels that nodes would complete in ways that are not known here conflict only where both say something else. */
export function labelsConflict(a: string, b: string): boolean {
  const [ofA, ofB] = [partsOf(a), partsOf(b)];
  return ofA.some((part, index) => part !== '' && ofB[index] !== '' && part !== ofB[index]);
}

/** Levels have colons of their own. */
function partsOf(label: string): readonly string[] {
  const [user = '', role = '', type = '', ...level] = label.split(':');
  return [user, role, type, level.join(':')];
}

function labelOf(options: SELinuxOptions | undefined): string {
  const { user = '', role = '', type = '', level = '' } = options ?? {};
  return user || role || type || level ? `${user}:${role}:${type}:${level}` : '';
}

/** The labels with which the containers of a pod see each of its volumes. */
export function labelsOfVolumes({ spec }: Pod): ReadonlyMap<string, ReadonlySet<string>> {
  const labels = new Map<string, Set<string>>();
  for (const container of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
    // Who may do everything is not held back by labels.
    if (container.securityContext?.privileged) continue;
    const label = labelOf(container.securityContext?.seLinuxOptions ?? spec?.securityContext?.seLinuxOptions);
    const names = [...(container.volumeMounts ?? []), ...(container.volumeDevices ?? [])].map(({ name }) => name);
    for (const name of names) labels.set(name, (labels.get(name) ?? new Set()).add(label));
  }
  return labels;
}

/** A conflict as one of the two pods is told of it. */
export interface Conflict {
  readonly reason: 'SELinuxChangePolicyConflict' | 'SELinuxLabelConflict';
  /** Keys of the pod that is told, and of the other one. */
  readonly pod: string;
  readonly other: string;
  readonly message: string;
}

/** What is wrong between a pod and others that use the same volume; both sides are told. */
export function conflictsOf(key: string, uses: ReadonlyMap<string, VolumeUse>): Conflict[] {
  const own = uses.get(key);
  if (own === undefined) return [];
  const conflicts: Conflict[] = [];
  for (const [other, use] of uses) {
    if (other === key) continue;
    if (use.policy !== own.policy) {
      conflicts.push(...told('SELinuxChangePolicyConflict', [key, own.policy], [other, use.policy]));
    }
    if (labelsConflict(own.label, use.label)) {
      conflicts.push(...told('SELinuxLabelConflict', [key, own.label], [other, use.label]));
    }
  }
  return conflicts;
}

type Side = readonly [key: string, value: string];

const told = (reason: Conflict['reason'], a: Side, b: Side): Conflict[] => [
  { reason, pod: a[0], other: b[0], message: messageFor(reason, a, b) },
  { reason, pod: b[0], other: a[0], message: messageFor(reason, b, a) },
];

/** Nothing is given away of other namespaces. */
function messageFor(reason: Conflict['reason'], [key, value]: Side, [other, otherValue]: Side): string {
  const property = reason === 'SELinuxLabelConflict' ? 'SELinux label' : 'SELinuxChangePolicy';
  const end = 'If both pods land on the same node, only one of them may access the volume.';
  const [namespace, name] = other.split('/');
  return key.startsWith(`${namespace}/`)
    ? `${property} "${value}" conflicts with pod ${name} that uses the same volume as this pod with ${property} "${otherValue}". ${end}`
    : `${property}"${value}" conflicts with another pod that uses the same volume as this pod with a different ${property}. ${end}`;
}
