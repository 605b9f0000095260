import type { Strategy } from '#api/resource-definition.ts';
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
  validate: validateEndpointSlice,
  validateUpdate: validateEndpointSliceUpdate,
};
