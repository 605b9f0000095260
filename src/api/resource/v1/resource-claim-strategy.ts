import type { Strategy } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { validateResourceClaim, validateResourceClaimUpdate } from './claim-validation.ts';
import type { ResourceClaim } from './resource-claim.ts';
import type { ResourceClaimSpec } from './resource-claim-spec.ts';

export const resourceClaimStrategy: Strategy<ResourceClaim> = {
  returnsDeletedObject: true,
  applyDefaults: ({ spec }) => applyClaimSpecDefaults(spec),
  prepareForCreate(claim) {
    claim.status = {};
  },
  validate: validateResourceClaim,
  validateUpdate: validateResourceClaimUpdate,
  updateChecks: 'changes only',
};

/** A request asks for exactly one device, unless it says how many or all. */
export function applyClaimSpecDefaults(spec: Mutable<ResourceClaimSpec>): void {
  for (const request of spec.devices?.requests ?? []) {
    for (const wanted of [...(request.exactly ? [request.exactly] : []), ...(request.firstAvailable ?? [])]) {
      wanted.allocationMode ||= 'ExactCount';
      if (wanted.allocationMode === 'ExactCount') wanted.count ||= 1;
    }
  }
}
