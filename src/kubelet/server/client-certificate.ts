import type { TLSSocket } from 'node:tls';
import { type CertificateChain, certificateChain, expiryError } from '#client/certificate-chain.ts';

/** Who holds a certificate. */
export interface CertificateHolder {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

const chains = new WeakMap<TLSSocket, CertificateChain>();

/**
 * Who holds the certificate that a connection was made with; undefined when it is none of the authority's, or is good no
 * more: connections live on when their certificates expire.
 */
export function clientCertificate(socket: TLSSocket, now: number): CertificateHolder | undefined {
  if (!socket.authorized) return undefined;
  const chain = chains.get(socket) ?? certificateChain(socket);
  if (chain === undefined) return undefined;
  chains.set(socket, chain);
  const { subject } = chain.leaf;
  if (!subject?.CN || expiryError(chain, now) !== undefined) return undefined;
  // Node's types know one organization; a certificate may have several.
  const organizations = subject.O as unknown as string | readonly string[] | undefined;
  return { commonName: String(subject.CN), organizations: organizations === undefined ? [] : [organizations].flat() };
}
