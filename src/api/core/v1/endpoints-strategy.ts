import type { Strategy } from '#api/resource-definition.ts';
import { ipWarnings } from '#machinery/names/ip-checks.ts';
import type { EndpointAddress, Endpoints } from './endpoints.ts';
import { validateEndpoints, validateEndpointsUpdate } from './endpoints-validation.ts';

export const endpointsStrategy: Strategy<Endpoints> = {
  validateCreate: validateEndpoints,
  validateUpdate: validateEndpointsUpdate,
  warn: endpointsWarnings,
  allowCreateOnUpdate: true,
  applyDefaults(endpoints) {
    for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
  },
};

/** Addresses that are not written as they should be. The controller that makes most endpoints writes none of those. */
function endpointsWarnings({ metadata, subsets = [] }: Endpoints): string[] {
  if (metadata?.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return [];
  const each = (addresses: readonly EndpointAddress[] = [], field: string): string[] =>
    addresses.flatMap(({ ip }, position) => ipWarnings(`${field}[${position}].ip`, ip));
  return subsets.flatMap(({ addresses, notReadyAddresses }, position) => [
    ...each(addresses, `subsets[${position}].addresses`),
    ...each(notReadyAddresses, `subsets[${position}].notReadyAddresses`),
  ]);
}
