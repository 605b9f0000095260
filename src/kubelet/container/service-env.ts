import type { Service } from '#api/core/v1/service.ts';

export interface EnvEntry {
  readonly key: string;
  readonly value: string;
}

/**
 * The variables that tell a pod of services: those of its own namespace when `links` is set, and always the API
 * server's, `kubernetes` in `default`.
 */
export function serviceEnv(services: readonly Service[], namespace: string, links: boolean): EnvEntry[] {
  const chosen = new Map<string, Service>();
  for (const service of services) {
    const { name = '', namespace: home } = service.metadata ?? {};
    if (!hasClusterIp(service)) continue;
    if (home === 'default' && name === 'kubernetes') {
      if (!chosen.has(name)) chosen.set(name, service);
    } else if (home === namespace && links) chosen.set(name, service);
  }
  return [...chosen.values()].flatMap(variablesOf);
}

const hasClusterIp = ({ spec }: Service): boolean => Boolean(spec?.clusterIP) && spec?.clusterIP !== 'None';

function variablesOf({ metadata, spec }: Service): EnvEntry[] {
  const prefix = (metadata?.name ?? '').toUpperCase().replaceAll('-', '_');
  const host = spec?.clusterIP ?? '';
  const ports = spec?.ports ?? [];
  const [first] = ports;
  if (first === undefined) return [];
  const entries: EnvEntry[] = [
    { key: `${prefix}_SERVICE_HOST`, value: host },
    { key: `${prefix}_SERVICE_PORT`, value: String(first.port) },
  ];
  for (const { name, port } of ports) {
    if (!name) continue;
    entries.push({ key: `${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`, value: String(port) });
  }
  const bracketed = host.includes(':') ? `[${host}]` : host;
  for (const [index, { port, protocol = 'TCP' }] of ports.entries()) {
    const lower = protocol.toLowerCase();
    const url = `${lower}://${bracketed}:${port}`;
    const base = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
    if (index === 0) entries.push({ key: `${prefix}_PORT`, value: url });
    entries.push(
      { key: base, value: url },
      { key: `${base}_PROTO`, value: lower },
      { key: `${base}_PORT`, value: String(port) },
      { key: `${base}_ADDR`, value: host },
    );
  }
  return entries;
}
