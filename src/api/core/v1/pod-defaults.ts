import type { Mutable } from '#machinery/schema/schema.ts';
import type { Container } from './container.ts';
import { applyContainerDefaults } from './container-defaults.ts';
import type { Pod } from './pod.ts';
import { applyPodLevelResourceDefaults } from './pod-level-resources.ts';
import type { PodSpec } from './pod-spec.ts';
import { applyVolumeDefaults } from './volume-defaults.ts';

/** Fills what a pod leaves open: what every template has, and what only pods themselves get. */
export function applyPodDefaults(pod: Mutable<Pod>): void {
  const spec = pod.spec;
  if (spec === undefined) return;
  applyPodSpecDefaults(spec);
  // A negative grace period is as good as none.
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  containers.forEach(requestLimits);
  if (spec.resources) applyPodLevelResourceDefaults(spec, spec.resources);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) containers.forEach(openHostPorts);
}

/** Fills what the spec of a pod or of a pod template leaves open. */
export function applyPodSpecDefaults(spec: Mutable<PodSpec>): void {
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  syncServiceAccount(spec);
  for (const list of [spec.initContainers, spec.containers, spec.ephemeralContainers]) {
    list?.forEach(applyContainerDefaults);
  }
  spec.volumes?.forEach(applyVolumeDefaults);
}

/** The old name of the field follows the new one; alone it stands for it. */
export function syncServiceAccount(spec: Mutable<PodSpec>): void {
  if (!spec.serviceAccountName && !spec.serviceAccount) return;
  spec.serviceAccountName ||= spec.serviceAccount as string;
  spec.serviceAccount = spec.serviceAccountName;
}

/** A container that limits a resource and does not ask for any asks for its limit. */
function requestLimits(container: Mutable<Container>): void {
  const limits = container.resources?.limits;
  if (limits === undefined || container.resources === undefined) return;
  container.resources.requests = { ...limits, ...container.resources.requests };
}

/** On the node's own network a container's port is the node's. */
function openHostPorts(container: Mutable<Container>): void {
  for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
}
