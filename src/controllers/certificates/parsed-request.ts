import type { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { certificateRequestDer, subjectProblem } from '#api/certificates/v1/certificate-request-der.ts';

/** What a PKCS #10 request asks for. */
export interface ParsedRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
}

/** Reads a PEM request that is base64 text, as `spec.request` is. Rejects when it is none. */
export async function parseRequest(request: string): Promise<ParsedRequest> {
  const { loadX509 } = await import('./x509.ts');
  const { Pkcs10CertificateRequest } = loadX509();
  const parsed = new Pkcs10CertificateRequest(requestDer(request));
  const names = alternativeNames(parsed)?.names.items ?? [];
  const of = (type: string) => names.filter((name) => name.type === type).map(({ value }) => value);
  return {
    commonName: parsed.subjectName.getField('CN').at(-1) ?? '',
    organizations: parsed.subjectName.getField('O'),
    dnsNames: of('dns'),
    ipAddresses: of('ip'),
    emailAddresses: of('email'),
    uris: of('url'),
  };
}

/** The request as DER. Throws where there is none, or one whose subject is not the same to everybody. */
export function requestDer(request: string): Uint8Array<ArrayBuffer> {
  const der = certificateRequestDer(request);
  const problem = der ? subjectProblem(der) : 'there is none';
  if (der === undefined || problem !== undefined) throw new Error(`read certificate request: ${problem}`);
  return Uint8Array.from(der);
}

/** The extension of a request that holds its names besides the subject's. */
export const alternativeNames = (request: Pkcs10CertificateRequest): SubjectAlternativeNameExtension | undefined =>
  (request.getExtension(ALTERNATIVE_NAMES) ?? undefined) as SubjectAlternativeNameExtension | undefined;

const ALTERNATIVE_NAMES = '2.5.29.17';
