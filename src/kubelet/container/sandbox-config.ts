import type { Pod } from '#api/core/v1/pod.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { NamespaceOptions, PodSandboxConfig, PortMapping } from '#cri/runtime.ts';
import { POD_NAME_LABEL, POD_NAMESPACE_LABEL, POD_TERMINATION_GRACE_PERIOD, POD_UID_LABEL } from '../names.ts';
import { containerParts, specOf, uidOf } from '../pod-parts.ts';
import { type DnsSettings, podDns } from './dns.ts';
import { podHostname } from './hostname.ts';
import { cgroupParent, podResources } from './resources.ts';

export interface SandboxSettings {
  readonly dns: DnsSettings;
  readonly nodeName: string;
}

/** How a pod's sandbox is to be made. */
export function sandboxConfig(
  pod: Pod,
  options: SandboxSettings & { readonly attempt: number; readonly logDirectory: string },
): PodSandboxConfig {
  const { name = '', namespace = '', labels, annotations } = pod.metadata ?? {};
  const spec = specOf(pod);
  const uid = uidOf(pod);
  const { hostname } = podHostname(pod, { clusterDomain: options.dns.clusterDomain, nodeName: options.nodeName });
  const sysctls = spec.securityContext?.sysctls ?? [];
  return {
    metadata: { name, namespace, uid, attempt: options.attempt },
    hostname,
    logDirectory: options.logDirectory,
    dns: podDns(pod, options.dns),
    portMappings: portMappings(spec),
    labels: { ...labels, ...podLabels(pod) },
    annotations: { ...annotations, [POD_TERMINATION_GRACE_PERIOD]: String(spec.terminationGracePeriodSeconds ?? 30) },
    namespaces: namespacesOf(spec),
    ...(sysctls.length > 0 ? { sysctls: Object.fromEntries(sysctls.map((each) => [each.name, each.value])) } : {}),
    cgroupParent: cgroupParent(spec, uid),
    resources: podResources(spec),
  };
}

export const podLabels = ({ metadata }: Pod): Record<string, string> => ({
  [POD_NAME_LABEL]: metadata?.name ?? '',
  [POD_NAMESPACE_LABEL]: metadata?.namespace ?? '',
  [POD_UID_LABEL]: metadata?.uid ?? '',
});

/** Which namespaces containers share with the pod, keep to themselves, or take from the node. */
export const namespacesOf = ({ hostNetwork, hostPID, hostIPC, shareProcessNamespace }: PodSpec): NamespaceOptions => ({
  network: hostNetwork ? 'NODE' : 'POD',
  pid: hostPID ? 'NODE' : shareProcessNamespace ? 'POD' : 'CONTAINER',
  ipc: hostIPC ? 'NODE' : 'POD',
});

function portMappings(spec: PodSpec): PortMapping[] {
  if (spec.hostNetwork) return [];
  return containerParts(spec).flatMap(({ container }) =>
    (container.ports ?? [])
      .filter(({ hostPort }) => hostPort)
      .map(({ protocol = 'TCP', containerPort, hostPort = 0, hostIP }) => ({
        protocol: protocol as PortMapping['protocol'],
        containerPort,
        hostPort,
        ...(hostIP ? { hostIp: hostIP } : {}),
      })),
  );
}
