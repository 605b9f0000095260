import type { Secret } from '#api/core/v1/secret.ts';

/** A bootstrap token as its secret in kube-system holds it. */
export interface BootstrapToken {
  readonly id: string;
  readonly secret: string;
  /** When it ends, in milliseconds since the epoch; infinite where it does not. */
  readonly expires: number;
  /** Whether it signs the cluster's public information. */
  readonly signs: boolean;
}

export const TOKEN_NAMESPACE = 'kube-system';
const TYPE = 'bootstrap.kubernetes.io/token';
const NAME = /^bootstrap-token-([a-z0-9]{6})$/;
const SECRET = /^[a-z0-9]{16}$/;

export const isTokenSecret = ({ type, metadata }: Secret): boolean =>
  type === TYPE && metadata?.namespace === TOKEN_NAMESPACE;

/** Undefined for a secret that is no proper token. One whose end cannot be read has ended. */
export function readToken(secret: Secret): BootstrapToken | undefined {
  const data = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
  const id = data('token-id');
  const value = data('token-secret');
  if (!isTokenSecret(secret) || NAME.exec(secret.metadata?.name ?? '')?.[1] !== id || !SECRET.test(value))
    return undefined;
  return { id, secret: value, expires: expiry(data('expiration')), signs: data('usage-bootstrap-signing') === 'true' };
}

export function expiry(text: string): number {
  if (text === '') return Number.POSITIVE_INFINITY;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : at;
}
