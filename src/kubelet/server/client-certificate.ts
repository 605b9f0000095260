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
  // Node's types know one of each; a certificate may have several. Of common names the last counts.
  const [names, organizations] = [subject?.CN, subject?.O].map((part) => [part ?? []].flat() as readonly string[]);
  const commonName = names?.at(-1) ?? '';
  if (commonName === '' || expiryError(chain, now) !== undefined) return undefined;
  return { commonName, organizations: organizations ?? [] };
}
