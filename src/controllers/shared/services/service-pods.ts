import type { Pod } from '#api/core/v1/pod.ts';
import type { Service, ServicePort } from '#api/core/v1/service.ts';
import { isPodFinished } from '../pods.ts';

/** A port of a pod that a Service leads to. */
export interface ResolvedPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

export const isHeadless = ({ spec }: Service): boolean => spec?.clusterIP === 'None';

export const addressesOf = ({ status }: Pod): readonly string[] =>
  status?.podIPs?.length ? status.podIPs.map(({ ip }) => ip) : status?.podIP ? [status.podIP] : [];

/** Whether a pod may be among a Service's endpoints: it has an address and has not come to its end. */
export const mayServe = (pod: Pod, { terminating }: { readonly terminating: boolean }): boolean =>
  !isPodFinished(pod) && addressesOf(pod).length > 0 && (terminating || pod.metadata?.deletionTimestamp === undefined);

/** The pod's own name in the Service's domain, where it asks for one. */
export const hostnameFor = ({ spec, metadata }: Pod, service: Service): string | undefined =>
  spec?.hostname && spec.subdomain === service.metadata?.name && metadata?.namespace === service.metadata?.namespace
    ? spec.hostname
    : undefined;

/** Where a Service's ports lead in a pod; a named port that the pod does not have is left out. */
export function portsOf({ spec }: Service, pod: Pod): ResolvedPort[] {
  const resolved: ResolvedPort[] = [];
  for (const servicePort of spec?.ports ?? []) {
    const port = targetPort(servicePort, pod);
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    if (port !== undefined) resolved.push({ name, port, protocol, ...(appProtocol ? { appProtocol } : {}) });
  }
  return resolved;
}

function targetPort({ targetPort: target, port, protocol = 'TCP' }: ServicePort, { spec }: Pod): number | undefined {
  if (target === undefined || target === 0 || target === '') return port;
  if (typeof target === 'number') return target;
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...(spec?.containers ?? []), ...sidecars]) {
    const found = container.ports?.find((one) => one.name === target && (one.protocol ?? 'TCP') === protocol);
    if (found) return found.containerPort;
  }
  return undefined;
}
