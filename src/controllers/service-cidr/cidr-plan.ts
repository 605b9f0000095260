import type { Condition } from '#api/meta/v1/condition.ts';
import type { ServiceCIDR } from '#api/networking/v1/service-cidr.ts';
import { cidrContains, type IpAddress, type IpNetwork, parseCidr, parseIp } from '#machinery/names/ip.ts';

export const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';

/** What has to happen to a ServiceCIDR: its condition, and whether its finalizer is to be there. */
export interface CidrPlan {
  readonly finalizer: boolean;
  readonly condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;
}

/** A range may go once every address in it is also in another range that stays. `addresses` are those in use. */
export function planServiceCidr(
  cidr: ServiceCIDR,
  all: readonly ServiceCIDR[],
  addresses: readonly string[],
): CidrPlan {
  if (!cidr.metadata?.deletionTimestamp) {
    const message = 'Kubernetes Service CIDR is ready';
    return { finalizer: true, condition: { type: 'Ready', status: 'True', reason: '', message } };
  }
  const own = networksOf(cidr);
  const others = all
    .filter(({ metadata }) => metadata?.name !== cidr.metadata?.name && !metadata?.deletionTimestamp)
    .flatMap(networksOf);
  const orphaned = addresses.some((text) => {
    const address = parseIp(text);
    return address !== undefined && isIn(address, own) && !isIn(address, others);
  });
  const message = orphaned
    ? 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR'
    : 'Kubernetes Service CIDR is terminating';
  return { finalizer: orphaned, condition: { type: 'Ready', status: 'False', reason: 'Terminating', message } };
}

const networksOf = ({ spec }: ServiceCIDR): IpNetwork[] => (spec?.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []);

const isIn = (address: IpAddress, networks: readonly IpNetwork[]): boolean =>
  networks.some((network) => cidrContains(network, address));
