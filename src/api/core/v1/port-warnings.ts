import type { FieldPath } from '#machinery/errors/field-error.ts';
import type { Container, ContainerPort } from './container.ts';

/** Containers with their places. */
export type PlacedContainers = readonly (readonly [container: Container, at: FieldPath])[];

interface PlacedPort {
  readonly port: ContainerPort;
  readonly at: FieldPath;
}

/** Ports of a pod that get in each other's way, though they are valid. */
export function portWarnings(containers: PlacedContainers): string[] {
  const ports = containers.flatMap(([container, at]) =>
    (container.ports ?? []).map((port, position) => ({ port, at: at.child('ports').index(position) })),
  );
  return [...ports.flatMap((each, position) => clashWarnings(each, ports.slice(0, position))), ...nameWarnings(ports)];
}

function clashWarnings({ port, at }: PlacedPort, earlier: readonly PlacedPort[]): string[] {
  const { hostIP = '', hostPort = 0, containerPort, protocol } = port;
  const warnings: string[] = [];
  if (hostIP !== '' && hostPort === 0) {
    const shown = `{Name:${port.name ?? ''} HostPort:0 ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
    warnings.push(`${at}: hostIP set without hostPort: ${shown}`);
  }
  for (const { port: other, at: place } of earlier) {
    if (other.containerPort !== containerPort || other.protocol !== protocol) continue;
    const kind = clashOf({ hostIP, hostPort }, { hostIP: other.hostIP ?? '', hostPort: other.hostPort ?? 0 });
    if (kind) warnings.push(`${at}: ${kind} port definition with ${place}`);
  }
  return warnings;
}

interface HostAddress {
  readonly hostIP: string;
  readonly hostPort: number;
}

function clashOf(one: HostAddress, other: HostAddress): string | undefined {
  if (one.hostIP === other.hostIP && one.hostPort === other.hostPort) return 'duplicate';
  if (one.hostPort === 0 || other.hostPort === 0) return 'overlapping';
  const oneIsOpen = (one.hostIP === '') !== (other.hostIP === '');
  return one.hostPort === other.hostPort && oneIsOpen ? 'dangerously ambiguous' : undefined;
}

function nameWarnings(ports: readonly PlacedPort[]): string[] {
  const first = new Map<string, FieldPath>();
  return ports.flatMap(({ port: { name }, at }) => {
    if (!name) return [];
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, at);
      return [];
    }
    const effect = `services and probes that select ports by name will use ${other}`;
    return [`${at}: duplicate port name ${JSON.stringify(name)} with ${other}, ${effect}`];
  });
}
