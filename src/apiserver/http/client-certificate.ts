import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { PeerCertificate } from '../authentication/peer-certificate.ts';

const cache = new WeakMap<object, { readonly certificate: PeerCertificate | undefined }>();

/** The certificate of a connection, read once per connection. */
export function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  let known = cache.get(socket);
  if (known === undefined) cache.set(socket, (known = { certificate: read(socket) }));
  return known.certificate;
}

function read(socket: TLSSocket): PeerCertificate | undefined {
  const peer = socket.getPeerCertificate(true);
  if (!peer || Object.keys(peer).length === 0) return undefined;
  const subject = peer.subject as unknown as Readonly<Record<string, string | readonly string[] | undefined>>;
  const issuers = issuersOf(peer);
  const validUntil = Math.min(...[peer, ...issuers].map(({ valid_to }) => Date.parse(valid_to)));
  return { subject, raw: peer.raw, issuers: issuers.map(({ raw }) => raw), verified: socket.authorized, validUntil };
}

/** A self-signed certificate is its own issuer, which ends the chain. */
function issuersOf(peer: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const issuers: DetailedPeerCertificate[] = [];
  for (let each = peer; each.issuerCertificate && each.issuerCertificate !== each; each = each.issuerCertificate) {
    issuers.push(each.issuerCertificate);
  }
  return issuers;
}
