import type { Strategy } from '#api/resource-definition.ts';
import type { Endpoints } from './endpoints.ts';

export const endpointsStrategy: Strategy<Endpoints> = {
  allowCreateOnUpdate: true,
  applyDefaults(endpoints) {
    for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
  },
};
