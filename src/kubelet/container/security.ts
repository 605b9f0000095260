import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { SeccompProfile } from '#api/core/v1/security-context.ts';
import type { Image, LinuxContainerSecurity, NamespaceOptions } from '#cri/runtime.ts';
import type { AnyContainer } from '../pod-parts.ts';
import { configError } from './container-error.ts';

/** Paths below /proc and /sys that containers do not see, as runtimes have them by default. */
const MASKED_PATHS = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** What the container may do: its own security context over the pod's. */
export function containerSecurity(
  spec: PodSpec,
  container: AnyContainer,
  options: { readonly namespaces: NamespaceOptions; readonly supplementalGroups?: readonly number[] },
): LinuxContainerSecurity {
  const own = container.securityContext ?? {};
  const pod = spec.securityContext ?? {};
  const privileged = own.privileged ?? false;
  const user = own.runAsUser ?? pod.runAsUser;
  const group = own.runAsGroup ?? pod.runAsGroup;
  const groups = [
    ...(pod.supplementalGroups ?? []),
    ...(pod.fsGroup === undefined ? [] : [pod.fsGroup]),
    ...(options.supplementalGroups ?? []),
  ];
  const masked = !privileged && own.procMount !== 'Unmasked';
  return {
    privileged,
    ...(own.capabilities
      ? { capabilities: { add: own.capabilities.add ?? [], drop: own.capabilities.drop ?? [] } }
      : {}),
    readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    noNewPrivileges: own.allowPrivilegeEscalation === false && !privileged,
    ...(user === undefined ? {} : { runAsUser: user }),
    ...(group === undefined ? {} : { runAsGroup: group }),
    ...(groups.length > 0 ? { supplementalGroups: [...new Set(groups)] } : {}),
    seccompProfile: privileged ? 'Unconfined' : seccomp(own.seccompProfile ?? pod.seccompProfile),
    maskedPaths: masked ? MASKED_PATHS : [],
    readonlyPaths: masked ? READONLY_PATHS : [],
    namespaces: options.namespaces,
  };
}

function seccomp(profile: SeccompProfile | undefined): LinuxContainerSecurity['seccompProfile'] {
  if (profile?.type === 'RuntimeDefault') return 'RuntimeDefault';
  if (profile?.type === 'Localhost') return { localhostRef: profile.localhostProfile ?? '' };
  return 'Unconfined';
}

/** Refuses a container that may not run as root and would; messages are upstream's. */
export function checkNonRoot(spec: PodSpec, container: AnyContainer, image: Image, podText: string): void {
  const own = container.securityContext ?? {};
  const pod = spec.securityContext ?? {};
  if (!(own.runAsNonRoot ?? pod.runAsNonRoot)) return;
  const user = own.runAsUser ?? pod.runAsUser;
  const where = `(pod: "${podText}", container: ${container.name})`;
  if (user !== undefined) {
    if (user === 0) throw configError(`container's runAsUser breaks non-root policy ${where}`);
    return;
  }
  if (image.uid === 0 || (image.uid === undefined && !image.username)) {
    throw configError(`container has runAsNonRoot and image will run as root ${where}`);
  }
  if (image.uid === undefined) {
    throw configError(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`,
    );
  }
}
