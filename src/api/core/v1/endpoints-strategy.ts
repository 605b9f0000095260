import type { Strategy } from '#api/resource-definition.ts';
import type { Endpoints } from './endpoints.ts';
import { validateEndpoints } from './endpoints-validation.ts';

export const endpointsStrategy: Strategy<Endpoints> = {
  validate: validateEndpoints,
  allowCreateOnUpdate: true,
  warn: () => ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
  applyDefaults(endpoints) {
    for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
  },
};
