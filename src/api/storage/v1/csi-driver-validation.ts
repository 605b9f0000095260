import { checkEach, immutable, optionalOneOf } from '#api/checks.ts';
import { duplicate, type FieldError, FieldPath, invalid, notSupported } from '#machinery/errors/field-error.ts';
import type { CSIDriver, TokenRequest } from './csi-driver.ts';

const SPEC = new FieldPath('spec');
const SHORTEST_PERIOD_SECONDS = 10;
const SHORTEST_TOKEN_SECONDS = 10 * 60;
const LONGEST_TOKEN_SECONDS = 2 ** 32;

export const validateCSIDriver = ({ spec }: CSIDriver): FieldError[] => [
  ...optionalOneOf(SPEC.child('fsGroupPolicy'), spec.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType']),
  ...validateTokenRequests(spec.tokenRequests ?? []),
  ...(spec.volumeLifecycleModes ?? [])
    .filter((mode) => mode !== 'Persistent' && mode !== 'Ephemeral')
    .map((mode) => notSupported(SPEC.child('volumeLifecycleModes'), mode, ['Persistent', 'Ephemeral'])),
  ...((spec.nodeAllocatableUpdatePeriodSeconds ?? SHORTEST_PERIOD_SECONDS) < SHORTEST_PERIOD_SECONDS
    ? [
        invalid(
          SPEC.child('nodeAllocatableUpdatePeriodSeconds'),
          spec.nodeAllocatableUpdatePeriodSeconds,
          `must be greater than or equal to ${SHORTEST_PERIOD_SECONDS} seconds`,
        ),
      ]
    : []),
  ...(spec.serviceAccountTokenInSecrets !== undefined && !spec.tokenRequests?.length
    ? [
        invalid(
          SPEC.child('serviceAccountTokenInSecrets'),
          spec.serviceAccountTokenInSecrets,
          'serviceAccountTokenInSecrets is set but no tokenRequests are specified',
        ),
      ]
    : []),
];

function validateTokenRequests(requests: readonly TokenRequest[]): FieldError[] {
  const seen = new Set<string>();
  return checkEach(requests, SPEC.child('tokenRequests'), ({ audience, expirationSeconds }, at) => {
    if (seen.has(audience)) return [duplicate(at.child('audience'), audience)];
    seen.add(audience);
    const errors: FieldError[] = [];
    if (expirationSeconds === undefined) return errors;
    const field = at.child('expirationSeconds');
    if (expirationSeconds < SHORTEST_TOKEN_SECONDS) {
      errors.push(invalid(field, expirationSeconds, 'may not specify a duration less than 10 minutes'));
    }
    if (expirationSeconds > LONGEST_TOKEN_SECONDS) {
      errors.push(invalid(field, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
    }
    return errors;
  });
}

export const validateCSIDriverUpdate = ({ spec }: CSIDriver, old: CSIDriver): FieldError[] => [
  ...immutable(SPEC.child('attachedRequired'), spec.attachRequired, old.spec.attachRequired),
  ...immutable(SPEC.child('volumeLifecycleModes'), spec.volumeLifecycleModes, old.spec.volumeLifecycleModes),
];
