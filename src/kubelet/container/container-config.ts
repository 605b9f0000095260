import type { VolumeMount } from '#api/core/v1/container.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { ContainerConfig, Image, Mount } from '#cri/runtime.ts';
import {
  CONTAINER_HASH,
  CONTAINER_NAME_LABEL,
  CONTAINER_PORTS,
  CONTAINER_RESOURCES,
  CONTAINER_RESTART_COUNT,
  POD_TERMINATION_GRACE_PERIOD,
  TERMINATION_MESSAGE_PATH,
  TERMINATION_MESSAGE_POLICY,
} from '../names.ts';
import { containerLogPath } from '../pod-directories.ts';
import { type ContainerPart, describePod, gracePeriodOf, specOf } from '../pod-parts.ts';
import { containerHash } from '../sync/container-hash.ts';
import { resizableOf } from '../sync/resize.ts';
import { expandReferences } from './expand.ts';
import { containerResources } from './resources.ts';
import { namespacesOf, podLabels } from './sandbox-config.ts';
import { checkNonRoot, containerSecurity } from './security.ts';
import type { EnvEntry } from './service-env.ts';

export interface ContainerConfigInput {
  readonly attempt: number;
  readonly image: Image;
  readonly env: readonly EnvEntry[];
  readonly mounts: readonly Mount[];
  readonly supplementalGroups?: readonly number[];
  readonly nodeMemoryBytes: number;
}

/** How a container is to be made. Throws `ContainerError` when its security context forbids it. */
export function containerConfig(pod: Pod, part: ContainerPart, input: ContainerConfigInput): ContainerConfig {
  const { container } = part;
  const spec = specOf(pod);
  checkNonRoot(spec, container, input.image, describePod(pod));
  const values = new Map(input.env.map(({ key, value }) => [key, value]));
  const expand = (text: string) => expandReferences(text, (name) => values.get(name));
  return {
    metadata: { name: container.name, attempt: input.attempt },
    image: container.image ?? '',
    ...(container.command?.length ? { command: container.command.map(expand) } : {}),
    ...(container.args?.length ? { args: container.args.map(expand) } : {}),
    ...(container.workingDir ? { workingDir: container.workingDir } : {}),
    envs: input.env,
    mounts: input.mounts,
    labels: { ...podLabels(pod), [CONTAINER_NAME_LABEL]: container.name },
    annotations: annotationsOf(pod, part, input.attempt),
    logPath: containerLogPath(container.name, input.attempt),
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    resources: containerResources(spec, container, input.nodeMemoryBytes),
    security: containerSecurity(spec, container, {
      namespaces: namespacesOf(spec),
      ...(input.supplementalGroups ? { supplementalGroups: input.supplementalGroups } : {}),
    }),
    ...(container.lifecycle?.stopSignal ? { stopSignal: container.lifecycle.stopSignal } : {}),
  };
}

const annotationsOf = (pod: Pod, { container }: ContainerPart, attempt: number): Record<string, string> => ({
  [CONTAINER_HASH]: containerHash(container),
  [CONTAINER_RESTART_COUNT]: String(attempt),
  [CONTAINER_RESOURCES]: JSON.stringify(resizableOf(container)),
  [TERMINATION_MESSAGE_PATH]: container.terminationMessagePath ?? '/dev/termination-log',
  [TERMINATION_MESSAGE_POLICY]: container.terminationMessagePolicy ?? 'File',
  [POD_TERMINATION_GRACE_PERIOD]: String(gracePeriodOf(pod)),
  ...(container.ports?.length ? { [CONTAINER_PORTS]: JSON.stringify(container.ports) } : {}),
});

/** The mode in which mounts spread between a volume's place on the node and in the container. */
export const propagationOf = ({ mountPropagation }: VolumeMount): Mount['propagation'] =>
  mountPropagation === 'Bidirectional'
    ? 'BIDIRECTIONAL'
    : mountPropagation === 'HostToContainer'
      ? 'HOST_TO_CONTAINER'
      : 'PRIVATE';
