import type { Pod } from '#api/core/v1/pod.ts';
import { specOf } from '../pod-parts.ts';

export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface DnsSettings {
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  /** What the node itself uses. */
  readonly host: DnsConfig;
}

/** The resolver configuration of a pod by its `dnsPolicy` and `dnsConfig`. */
export function podDns(pod: Pod, settings: DnsSettings): DnsConfig {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = specOf(pod);
  const base = baseDns(dnsPolicy, hostNetwork ?? false, pod.metadata?.namespace ?? '', settings);
  if (!dnsConfig) return base;
  const own = (dnsConfig.options ?? []).map(({ name = '', value }) => (value ? `${name}:${value}` : name));
  const names = new Set(own.map((option) => option.split(':')[0]));
  return {
    servers: unique([...base.servers, ...(dnsConfig.nameservers ?? [])]),
    searches: unique([...base.searches, ...(dnsConfig.searches ?? [])]),
    options: [...base.options.filter((option) => !names.has(option.split(':')[0] as string)), ...own],
  };
}

function baseDns(policy: string, hostNetwork: boolean, namespace: string, settings: DnsSettings): DnsConfig {
  const { host, clusterDns, clusterDomain } = settings;
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const isCluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !hostNetwork);
  if (!isCluster || clusterDns.length === 0) return host;
  const domains = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return { servers: clusterDns, searches: unique([...domains, ...host.searches]), options: ['ndots:5'] };
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** Reads the text of a resolv.conf. */
export function parseResolvConf(text: string): DnsConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split('\n')) {
    const [key, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (key === 'nameserver' && values[0]) servers.push(values[0]);
    else if (key === 'search') searches = values;
    else if (key === 'options') options = values;
  }
  return { servers, searches, options };
}
