import 'reflect-metadata';
import type { KeyObject } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { readPublicKey } from './public-key.ts';

/** What of a PKCS #10 request is looked at: the key, and whether who has its other half signed the request. */
export interface CertificationRequest {
  readonly key: KeyObject;
  readonly isSigned: () => Promise<boolean>;
}

/** Reads a request in DER; undefined where it is none. Import this module when it is first needed: the parser is large. */
export function readCertificationRequest(der: Uint8Array): CertificationRequest | undefined {
  let request: Pkcs10CertificateRequest;
  try {
    request = new Pkcs10CertificateRequest(Uint8Array.from(der));
  } catch {
    // The parser's words are about its own classes.
    return undefined;
  }
  const key = readPublicKey(new Uint8Array(request.publicKey.rawData));
  return key && { key, isSigned: () => isSigned(request) };
}

async function isSigned(request: Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify(crypto);
  } catch {
    // Rejects for algorithms that it does not know; a wrong signature is false.
    return false;
  }
}
