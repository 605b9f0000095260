import type { Strategy } from '#api/resource-definition.ts';
import type { Endpoints } from './endpoints.ts';
import { validateEndpoints } from './endpoints-validation.ts';

export const endpointsStrategy: Strategy<Endpoints> = {
  validate: validateEndpoints,
  allowCreateOnUpdate: true,
  applyDefaults(endpoints) {
    for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
  },
};
