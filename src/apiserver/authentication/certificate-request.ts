import { table } from '#base/table.ts';
import 'reflect-metadata';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { certificateRequestDer, subjectProblem } from '#api/certificates/v1/certificate-request-der.ts';

/**
 * The organizations in the subject of a certificate request, which is PEM in base64. Import this module when it is first
 * needed: the parser is large. Throws when the request cannot be read.
 */
export const requestedOrganizations = (request: string): readonly string[] => parsed(request).subjectName.getField('O');

/** As `requestedOrganizations`, for the common name; '' when there is none. Of several the last counts. */
export const requestedCommonName = (request: string): string => parsed(request).subjectName.getField('CN').at(-1) ?? '';

function parsed(request: string): Pkcs10CertificateRequest {
  const der = certificateRequestDer(request);
  const problem = der ? subjectProblem(der) : NO_REQUEST;
  if (der === undefined || problem !== undefined) throw new Error(problem);
  return new Pkcs10CertificateRequest(Uint8Array.from(der));
}

const NO_REQUEST = 'asn1: structure error: no certificate request';

const FAILURES = table<string>({
  ECDSA: 'x509: ECDSA verification failure',
  Ed25519: 'x509: Ed25519 verification failure',
});

/** Why it is not shown that who sent a request has its key; undefined when it is. */
export async function signatureProblem(request: string): Promise<string | undefined> {
  const der = certificateRequestDer(request);
  const problem = der ? subjectProblem(der) : NO_REQUEST;
  if (der === undefined || problem !== undefined) return problem;
  let read: Pkcs10CertificateRequest;
  try {
    read = new Pkcs10CertificateRequest(Uint8Array.from(der));
  } catch {
    // The parser's words are about its own classes.
    return NO_REQUEST;
  }
  try {
    if (await read.verify(crypto)) return undefined;
  } catch {
    // Rejects for algorithms and curves that it does not know; a wrong signature is false.
    return 'x509: cannot verify signature: algorithm unimplemented';
  }
  return FAILURES[read.publicKey.algorithm.name] ?? 'crypto/rsa: verification error';
}
