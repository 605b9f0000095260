import type { TLSSocket } from 'node:tls';
import { certificateChain } from '#client/certificate-chain.ts';
import type { PeerCertificate } from '../authentication/peer-certificate.ts';

const cache = new WeakMap<object, { readonly certificate: PeerCertificate | undefined }>();

/** The certificate of a connection, read once per connection. */
export function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  let known = cache.get(socket);
  if (known === undefined) cache.set(socket, (known = { certificate: read(socket) }));
  return known.certificate;
}

function read(socket: TLSSocket): PeerCertificate | undefined {
  const chain = certificateChain(socket);
  if (chain === undefined) return undefined;
  const { leaf, issuers, validUntil } = chain;
  const subject = leaf.subject as unknown as Readonly<Record<string, string | readonly string[] | undefined>>;
  return { subject, raw: leaf.raw, issuers: issuers.map(({ raw }) => raw), verified: socket.authorized, validUntil };
}
