import 'reflect-metadata';
import { Pkcs10CertificateRequest } from '@peculiar/x509';

/**
 * The organizations in the subject of a certificate request, which is PEM in base64. Import this module when it is first
 * needed: the parser is large. Throws when the request cannot be read.
 */
export const requestedOrganizations = (request: string): readonly string[] =>
  new Pkcs10CertificateRequest(atob(request)).subjectName.getField('O');

/** As `requestedOrganizations`, for the common name; '' when there is none. */
export const requestedCommonName = (request: string): string =>
  new Pkcs10CertificateRequest(atob(request)).subjectName.getField('CN')[0] ?? '';
