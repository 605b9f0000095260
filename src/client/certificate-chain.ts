import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { formatTime } from '#machinery/objects/time.ts';

/** The certificate that somebody showed when he connected, and those above it as far as they are known, the nearest first. */
export interface CertificateChain {
  readonly leaf: DetailedPeerCertificate;
  readonly issuers: readonly DetailedPeerCertificate[];
  /** When the first of them expires, in milliseconds since the Unix epoch. */
  readonly validUntil: number;
}

/** Undefined where none was shown. */
export function certificateChain(socket: TLSSocket): CertificateChain | undefined {
  const leaf = socket.getPeerCertificate(true);
  if (!leaf || Object.keys(leaf).length === 0) return undefined;
  const issuers = issuersOf(leaf);
  return { leaf, issuers, validUntil: Math.min(...[leaf, ...issuers].map(({ valid_to }) => Date.parse(valid_to))) };
}

/** A self-signed certificate is its own issuer, which ends the chain. */
function issuersOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const issuers: DetailedPeerCertificate[] = [];
  for (let each = leaf; each.issuerCertificate && each.issuerCertificate !== each; each = each.issuerCertificate) {
    issuers.push(each.issuerCertificate);
  }
  return issuers;
}

/** Why a certificate is good no more, although it was when its connection began. */
export function expiryError({ validUntil }: Pick<CertificateChain, 'validUntil'>, now: number): string | undefined {
  if (now <= validUntil) return undefined;
  const [current, end] = [now, validUntil].map(formatTime);
  return `x509: certificate has expired or is not yet valid: current time ${current} is after ${end}`;
}
