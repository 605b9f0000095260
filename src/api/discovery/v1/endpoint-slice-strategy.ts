import type { Strategy } from '#api/resource-definition.ts';
import type { EndpointSlice } from './endpoint-slice.ts';

export const endpointSliceStrategy: Strategy<EndpointSlice> = {
  hasGeneration: true,
  applyDefaults(slice) {
    for (const port of slice.ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
};
