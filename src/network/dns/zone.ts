import type { Service } from '#api/core/v1/service.ts';
import type { EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';

/** One answer, in the terms of `dns-packet`. */
export type DnsRecord =
  | { readonly type: 'A'; readonly name: string; readonly data: string }
  | { readonly type: 'CNAME' | 'PTR'; readonly name: string; readonly data: string }
  | { readonly type: 'TXT'; readonly name: string; readonly data: string }
  | {
      readonly type: 'SRV';
      readonly name: string;
      readonly data: {
        readonly port: number;
        readonly target: string;
        readonly priority: number;
        readonly weight: number;
      };
    };

/** What is known of the cluster's names. */
export interface ZoneSource {
  service(namespace: string, name: string): Service | undefined;
  slices(namespace: string, service: string): readonly EndpointSlice[];
  hasNamespace(name: string): boolean;
  /** The service or endpoint that has an address. */
  nameOfAddress(ip: string): string | undefined;
}

/** `undefined` means the name does not exist; an empty list that it exists without records of the type. */
export type Resolution = readonly DnsRecord[] | undefined;

const SCHEMA_VERSION = '1.1.0';

/** Answers questions below the cluster's domain, as Kubernetes' DNS specification has it. Names are in lower case, without a dot at the end. */
export function resolveInZone(
  source: ZoneSource,
  domain: string,
  question: { readonly name: string; readonly type: string },
): Resolution {
  const { name, type } = question;
  const labels = name === domain ? [] : name.slice(0, -domain.length - 1).split('.');
  const all = allRecords(source, { domain, name, labels });
  if (all === undefined) return undefined;
  const exact = all.filter((record) => record.type === type);
  if (exact.length > 0 || type === 'CNAME') return exact;
  return all.filter((record) => record.type === 'CNAME');
}

interface Place {
  readonly domain: string;
  readonly name: string;
  readonly labels: readonly string[];
}

function allRecords(source: ZoneSource, place: Place): Resolution {
  const { labels, name } = place;
  if (labels.length === 0) return [];
  if (labels.length === 1 && labels[0] === 'dns-version') return [{ type: 'TXT', name, data: SCHEMA_VERSION }];
  const kind = labels.at(-1);
  const namespace = labels.at(-2);
  if (namespace === undefined) return kind === 'svc' || kind === 'pod' ? [] : undefined;
  const rest = labels.slice(0, -2);
  if (kind === 'pod') return podRecords(source, place, { namespace, rest });
  if (kind === 'svc') return serviceRecords(source, place, { namespace, rest });
  return undefined;
}

/** `10-1-2-3.namespace.pod`: the address stands in the name. */
function podRecords(
  source: ZoneSource,
  { name }: Place,
  at: { namespace: string; rest: readonly string[] },
): Resolution {
  if (!source.hasNamespace(at.namespace)) return undefined;
  if (at.rest.length === 0) return [];
  const [label = ''] = at.rest;
  if (at.rest.length > 1 || !/^\d{1,3}(-\d{1,3}){3}$/.test(label)) return undefined;
  return [{ type: 'A', name, data: label.replaceAll('-', '.') }];
}

function serviceRecords(
  source: ZoneSource,
  place: Place,
  at: { namespace: string; rest: readonly string[] },
): Resolution {
  const { rest, namespace } = at;
  if (rest.length === 0) return source.hasNamespace(namespace) ? [] : undefined;
  const service = source.service(namespace, rest.at(-1) as string);
  if (service === undefined) return undefined;
  const slices = source.slices(namespace, service.metadata?.name ?? '');
  const base = `${service.metadata?.name}.${namespace}.svc.${place.domain}`;
  const prefix = rest.slice(0, -1);
  if (prefix.length === 0) return addressRecords(service, slices, place.name);
  if (prefix.length === 2 && prefix[0]?.startsWith('_')) return portRecords(service, slices, { place, base, prefix });
  return prefix.length === 1
    ? endpointRecords(service, slices, { name: place.name, label: prefix[0] as string })
    : undefined;
}

const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None';

function addressRecords(service: Service, slices: readonly EndpointSlice[], name: string): DnsRecord[] {
  if (service.spec?.type === 'ExternalName') return [{ type: 'CNAME', name, data: service.spec.externalName ?? '' }];
  if (!isHeadless(service)) return service.spec?.clusterIP ? [{ type: 'A', name, data: service.spec.clusterIP }] : [];
  return endpointsOf(slices).map(({ ip }) => ({ type: 'A', name, data: ip }));
}

/** `_port._protocol.service…` */
function portRecords(
  service: Service,
  slices: readonly EndpointSlice[],
  { place, base, prefix }: { place: Place; base: string; prefix: readonly string[] },
): Resolution {
  const [port, protocol] = prefix.map((label) => label.replace(/^_/, ''));
  const matches = (service.spec?.ports ?? []).filter(
    (each) => each.name === port && (each.protocol ?? 'TCP').toLowerCase() === protocol,
  );
  if (matches.length === 0) return undefined;
  const srv = (target: string, number: number): DnsRecord => ({
    type: 'SRV',
    name: place.name,
    data: { port: number, target, priority: 0, weight: 100 },
  });
  if (!isHeadless(service)) return matches.map((each) => srv(base, each.port));
  return endpointsOf(slices).flatMap(({ label, ports }) =>
    ports.filter((each) => each.name === port).map((each) => srv(`${label}.${base}`, each.port)),
  );
}

/** `hostname.service…` of a headless service. */
function endpointRecords(
  service: Service,
  slices: readonly EndpointSlice[],
  at: { name: string; label: string },
): Resolution {
  if (!isHeadless(service)) return undefined;
  const found = endpointsOf(slices).filter(({ label }) => label === at.label);
  return found.length === 0 ? undefined : found.map(({ ip }) => ({ type: 'A', name: at.name, data: ip }));
}

interface NamedEndpoint {
  readonly ip: string;
  /** The endpoint's host name, or its address with dashes. */
  readonly label: string;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

function endpointsOf(slices: readonly EndpointSlice[]): NamedEndpoint[] {
  return slices
    .filter((slice) => slice.addressType === 'IPv4')
    .flatMap((slice) => {
      const ports = (slice.ports ?? []).map((each) => ({ name: each.name ?? '', port: each.port ?? 0 }));
      return (slice.endpoints ?? [])
        .filter((endpoint) => endpoint.conditions?.ready !== false)
        .flatMap((endpoint) =>
          (endpoint.addresses ?? []).map((ip) => ({ ip, label: endpoint.hostname || ip.replaceAll('.', '-'), ports })),
        );
    });
}

/** The PTR answer of `4.3.2.1.in-addr.arpa`; undefined for addresses that are not the cluster's. */
export function resolveReverse(source: ZoneSource, name: string): Resolution {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name);
  if (!match) return undefined;
  const target = source.nameOfAddress([match[4], match[3], match[2], match[1]].join('.'));
  return target === undefined ? undefined : [{ type: 'PTR', name, data: target }];
}
