import { validateSignerName } from '#api/certificates/v1/certificate-signing-request-validation.ts';
import {
  longestCertificateSeconds,
  SHORTEST_CERTIFICATE_SECONDS,
} from '#api/certificates/v1beta1/pod-certificate-lifetime.ts';
import { type FieldError, type FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { validateUserAnnotations } from './user-annotations.ts';
import type { PodCertificateProjection } from './volume.ts';
import { checkFilePath } from './volume-source-validation.ts';

const KEY_TYPES = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519'];

/** The rules of a certificate that lies in a volume of the pod whose it is. */
export function validatePodCertificate(projection: PodCertificateProjection, field: FieldPath): FieldError[] {
  const { signerName = '', keyType = '', maxExpirationSeconds, userAnnotations } = projection;
  const paths = certificatePaths(projection);
  return [
    ...validateSignerName(signerName, field.child('signerName')),
    ...validateUserAnnotations(userAnnotations, field.child('userAnnotations')),
    ...(KEY_TYPES.includes(keyType) ? [] : [notSupported(field.child('keyType'), keyType, KEY_TYPES)]),
    ...validateLifetime(maxExpirationSeconds, signerName, field.child('maxExpirationSeconds')),
    ...paths.flatMap(({ name, path }) => checkFilePath(field.child(name), path)),
    ...(paths.length === 0 ? [required(field, NO_PATH)] : []),
  ];
}

const NO_PATH = 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath';

/** Where the files of the projection lie, with the fields that say so. */
export const certificatePaths = ({ credentialBundlePath, keyPath, certificateChainPath }: PodCertificateProjection) =>
  Object.entries({ credentialBundlePath, keyPath, certificateChainPath }).flatMap(([name, path]) =>
    path ? [{ name, path }] : [],
  );

function validateLifetime(seconds: number | undefined, signerName: string, field: FieldPath): FieldError[] {
  if (seconds === undefined) return [];
  const longest = longestCertificateSeconds(signerName);
  const wrong = (bound: string) => [invalid(field, seconds, `if provided, maxExpirationSeconds must be ${bound}`)];
  if (seconds < SHORTEST_CERTIFICATE_SECONDS) return wrong(`>= ${SHORTEST_CERTIFICATE_SECONDS}`);
  return seconds > longest ? wrong(`<= ${longest}`) : [];
}
