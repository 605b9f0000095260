import type { Strategy } from '#api/resource-definition.ts';
import { ipWarnings } from '#machinery/names/ip-checks.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { EndpointSlice } from './endpoint-slice.ts';
import {
  validateEndpointSlice,
  validateEndpointSliceCreate,
  validateEndpointSliceUpdate,
} from './endpoint-slice-validation.ts';

export const endpointSliceStrategy: Strategy<EndpointSlice> = {
  hasGeneration: true,
  applyDefaults(slice) {
    for (const port of slice.ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  prepareForCreate: dropOldTopology,
  prepareForUpdate(slice, old) {
    dropOldTopology(slice);
    countLabels(slice, old);
  },
  warn: endpointSliceWarnings,
  validate: validateEndpointSlice,
  validateCreate: validateEndpointSliceCreate,
  validateUpdate: validateEndpointSliceUpdate,
};

/** Where endpoints are was said in a map in a version that is gone. */
function dropOldTopology({ endpoints }: Mutable<EndpointSlice>): void {
  for (const endpoint of endpoints ?? []) delete endpoint.deprecatedTopology;
}

/** Labels say whose endpoints they are, so that they count as a change of them. */
function countLabels({ metadata }: Mutable<EndpointSlice>, old: EndpointSlice): void {
  if (metadata && !deepEqual(metadata.labels ?? {}, old.metadata?.labels ?? {}))
    metadata.generation = (old.metadata?.generation ?? 0) + 1;
}

/** These write addresses as they should be. */
const CAREFUL_CONTROLLERS: readonly unknown[] = [
  'endpointslice-controller.k8s.io',
  'endpointslicemirroring-controller.k8s.io',
];

function endpointSliceWarnings({ metadata, addressType, endpoints }: EndpointSlice): string[] {
  if (addressType === 'FQDN') return ['spec.addressType: FQDN endpoints are deprecated'];
  if (CAREFUL_CONTROLLERS.includes(metadata?.labels?.['endpointslice.kubernetes.io/managed-by'])) return [];
  return (endpoints ?? []).flatMap(({ addresses }, i) =>
    addresses.flatMap((address, j) => ipWarnings(`endpoints[${i}].addresses[${j}]`, address)),
  );
}
