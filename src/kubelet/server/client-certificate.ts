import type { TLSSocket } from 'node:tls';

/** Who holds the certificate that a connection was made with; undefined when it is none of the authority's. */
export function clientCertificate(
  socket: TLSSocket,
): { readonly commonName: string; readonly organizations: readonly string[] } | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  if (!subject?.CN) return undefined;
  // Node's types know one organization; a certificate may have several.
  const organizations = subject.O as unknown as string | readonly string[] | undefined;
  return { commonName: String(subject.CN), organizations: organizations === undefined ? [] : [organizations].flat() };
}
