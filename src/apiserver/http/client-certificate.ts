import type { TLSSocket } from 'node:tls';
import type { ClientCertificate } from './exchange.ts';

const cache = new WeakMap<object, { readonly certificate: ClientCertificate | 'unverified' | undefined }>();

/** The certificate of a connection, read once per connection. */
export function certificateOf(socket: TLSSocket): ClientCertificate | 'unverified' | undefined {
  let known = cache.get(socket);
  if (known === undefined) cache.set(socket, (known = { certificate: read(socket) }));
  return known.certificate;
}

function read(socket: TLSSocket): ClientCertificate | 'unverified' | undefined {
  const peer = socket.getPeerCertificate();
  if (!peer || Object.keys(peer).length === 0) return undefined;
  if (!socket.authorized) return 'unverified';
  const { CN, O } = peer.subject as { CN?: string | string[]; O?: string | string[] };
  const organizations = O === undefined ? [] : Array.isArray(O) ? O : [O];
  return { commonName: Array.isArray(CN) ? (CN[0] ?? '') : (CN ?? ''), organizations };
}
