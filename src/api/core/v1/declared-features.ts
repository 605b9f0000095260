import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Container } from './container.ts';
import type { PodSpec } from './pod-spec.ts';

const NONE: readonly string[] = [];

/** Features that a node must declare in its status for the pod to run there, in order; most pods need none. */
export function featuresToRun({
  containers = [],
  initContainers = [],
  hostNetwork,
  hostUsers,
}: PodSpec): readonly string[] {
  const restartsAll = containers.some(restartsAllContainers) || initContainers.some(restartsAllContainers);
  const maps = hostNetwork === true && hostUsers === false;
  if (!restartsAll && !maps) return NONE;
  return [
    ...(restartsAll ? ['RestartAllContainersOnContainerExits'] : []),
    ...(maps ? ['UserNamespacesHostNetworkSupport'] : []),
  ];
}

const restartsAllContainers = ({ restartPolicyRules }: Container): boolean =>
  restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers') ?? false;

/** Features that a node must declare for a pod there to become what it is to be, in order. */
export function featuresToUpdate(spec: PodSpec, old: PodSpec): readonly string[] {
  const resizesPod = !deepEqual(spec.resources ?? {}, old.resources ?? {});
  const resizesStart = (old.initContainers ?? []).some(
    ({ restartPolicy, resources }, index) =>
      restartPolicy !== 'Always' && !deepEqual(spec.initContainers?.[index]?.resources ?? {}, resources ?? {}),
  );
  return [
    ...(resizesPod ? ['InPlacePodLevelResourcesVerticalScaling'] : []),
    ...(resizesStart ? ['InPlacePodVerticalScalingInitContainers'] : []),
  ];
}
