import type { SecureContextOptions } from 'node:tls';

/** A server behind this one, and the path to ask it for. */
export interface ConnectTarget {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** The address to connect to, where it is not to be asked for by `host`. */
  readonly address?: string | undefined;
  /** With the query. */
  readonly path: string;
  /** Whether a header of the request (lower case) is for this server alone. */
  readonly isOurs: (name: string) => boolean;
  /** How this server proves itself to nodes; absent where it shows nothing and asks for no proof either. */
  readonly tls?: (SecureContextOptions & { readonly ca?: string }) | undefined;
}

/** What connecting to it takes. Names in certificates of nodes and pods do not name the address they are reached at. */
export const tlsOptionsOf = ({ tls }: Pick<ConnectTarget, 'tls'>) => ({
  ...tls,
  rejectUnauthorized: tls !== undefined,
  checkServerIdentity: () => undefined,
});

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  ECONNRESET: 'read: connection reset by peer',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
};

/** What clients are told of a connection that could not be made. */
export function dialError({ host, port }: ConnectTarget, error: Error & { readonly code?: string }): string {
  if (error.code?.startsWith('HPE_')) return 'net/http: HTTP/1.x transport connection broken: malformed HTTP response';
  return `dial tcp ${host}:${port}: ${CAUSES[error.code ?? ''] ?? error.message}`;
}
