import type { Pod } from '#api/core/v1/pod.ts';
import { specOf } from '../pod-parts.ts';

const MAX_HOSTNAME = 63;

/** The host name of a pod and the domain it stands in ('' without a subdomain). */
export function podHostname(
  pod: Pod,
  { clusterDomain, nodeName }: { readonly clusterDomain: string; readonly nodeName: string },
): { readonly hostname: string; readonly domain: string } {
  const { hostname, subdomain, setHostnameAsFQDN, hostnameOverride, hostNetwork } = specOf(pod);
  if (hostnameOverride) return { hostname: hostnameOverride, domain: '' };
  if (hostNetwork) return { hostname: nodeName, domain: '' };
  const own = hostname || truncate(pod.metadata?.name ?? '');
  const domain = subdomain ? `${subdomain}.${pod.metadata?.namespace}.svc.${clusterDomain}` : '';
  return { hostname: setHostnameAsFQDN && domain ? `${own}.${domain}` : own, domain };
}

/** Host names are at most 63 characters and do not end in a dash or dot. */
const truncate = (name: string): string => name.slice(0, MAX_HOSTNAME).replace(/[-.]+$/, '');
