import { table } from '#base/table.ts';
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

const FAILURES = table<string>({
  ECDSA: 'x509: ECDSA verification failure',
  Ed25519: 'x509: Ed25519 verification failure',
});

/** Why it is not shown that who sent a request has its key; undefined when it is. */
export async function signatureProblem(request: string): Promise<string | undefined> {
  let parsed: Pkcs10CertificateRequest;
  try {
    parsed = new Pkcs10CertificateRequest(atob(request));
  } catch {
    // The parser's words are about its own classes.
    return 'asn1: structure error: no certificate request';
  }
  try {
    if (await parsed.verify(crypto)) return undefined;
  } catch {
    // Rejects for algorithms and curves that it does not know; a wrong signature is false.
    return 'x509: cannot verify signature: algorithm unimplemented';
  }
  return FAILURES[parsed.publicKey.algorithm.name] ?? 'crypto/rsa: verification error';
}
