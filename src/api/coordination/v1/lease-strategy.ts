import type { Strategy } from '#api/resource-definition.ts';
import type { Lease } from './lease.ts';

export const leaseStrategy: Strategy<Lease> = { allowCreateOnUpdate: true };
