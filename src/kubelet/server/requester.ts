import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { TokenReviews } from '#api/authentication/v1/token-review.ts';
import type { Client } from '#client/client.ts';
import { clientCertificate } from './client-certificate.ts';

/** Who asks the node for something, as reviews of his rights name him. */
export interface Requester {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface RequesterOptions {
  /** Asks the API server whose token one is. */
  readonly client: Client;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** Who asks, by his certificate, or by a token that the API server knows; undefined for everybody else. */
export async function requesterOf(
  request: IncomingMessage,
  { client, now }: RequesterOptions,
): Promise<Requester | undefined> {
  const holder = clientCertificate(request.socket as TLSSocket, now);
  if (holder !== undefined) return { user: holder.commonName, groups: [...holder.organizations, AUTHENTICATED] };
  const token = /^bearer ([^ ]+)/i.exec((request.headers.authorization ?? '').trim())?.[1];
  if (token === undefined) return undefined;
  const { status } = await client.of(TokenReviews).create({ spec: { token } });
  if (!status?.authenticated) return undefined;
  const { username = '', uid, groups = [], extra } = status.user ?? {};
  return { user: username, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}

const AUTHENTICATED = 'system:authenticated';
