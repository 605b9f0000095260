import type { Strategy } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { EndpointSlice } from './endpoint-slice.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './endpoint-slice-validation.ts';

export const endpointSliceStrategy: Strategy<EndpointSlice> = {
  hasGeneration: true,
  applyDefaults(slice) {
    for (const port of slice.ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  prepareForCreate: dropOldTopology,
  prepareForUpdate: dropOldTopology,
  validate: validateEndpointSlice,
  validateUpdate: validateEndpointSliceUpdate,
};

/** Where endpoints are was said in a map in a version that is gone. */
function dropOldTopology({ endpoints }: Mutable<EndpointSlice>): void {
  for (const endpoint of endpoints ?? []) delete endpoint.deprecatedTopology;
}
