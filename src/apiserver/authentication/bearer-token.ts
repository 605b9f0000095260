import type { IncomingRequest } from './incoming-request.ts';

const PROTOCOL_PREFIX = 'base64url.bearer.authorization.k8s.io.';

/**
 * The bearer token of a request: of its Authorization header, or for browsers, which cannot set that on a WebSocket, of
 * the list of subprotocols.
 */
export function bearerToken(request: IncomingRequest): string | undefined {
  const match = /^bearer ([^ ]+)/i.exec(request.header('authorization').trim());
  return match?.[1] ?? protocolToken(request.header('sec-websocket-protocol'));
}

/** Whether a token stands behind more than one blank, where it is not read. */
export const isTokenTooFar = (request: IncomingRequest): boolean =>
  /^bearer {2}/i.test(request.header('authorization').trim());

/** Whether a subprotocol is none, but carries a token. */
export const isBearerProtocol = (protocol: string): boolean => protocol.startsWith(PROTOCOL_PREFIX);

/** A list of subprotocols as others may see it: without the token. */
export const withoutBearerProtocol = (protocols: string): string =>
  protocols.includes(PROTOCOL_PREFIX)
    ? protocols
        .split(',')
        .map((each) => each.trim())
        .filter((each) => !isBearerProtocol(each))
        .join(', ')
    : protocols;

function protocolToken(protocols: string): string | undefined {
  if (!protocols.includes(PROTOCOL_PREFIX)) return undefined;
  const named = protocols.split(',').map((each) => each.trim());
  const encoded = named.find(isBearerProtocol);
  // The server must be able to choose another protocol than the token.
  if (encoded === undefined || named.length < 2) return undefined;
  return Buffer.from(encoded.slice(PROTOCOL_PREFIX.length), 'base64url').toString() || undefined;
}
