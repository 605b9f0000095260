import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '#base/clock.ts';
import type { TokenAuthenticator } from './authenticator.ts';
import type { FindObject } from './find-object.ts';

interface BootstrapSecret {
  readonly metadata?: { readonly deletionTimestamp?: string | undefined } | undefined;
  readonly type?: string | undefined;
  readonly data?: Readonly<Record<string, string>> | undefined;
}

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const GROUP = 'system:bootstrappers';
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

export interface BootstrapTokenOptions {
  readonly find: FindObject;
  readonly clock: Clock;
}

/** Accepts `id.secret` while kube-system holds the secret of that token and it may be used to authenticate. */
export function createBootstrapTokenAuthenticator({ find, clock }: BootstrapTokenOptions): TokenAuthenticator {
  return {
    authenticateToken(token) {
      const [, id, value] = TOKEN.exec(token) ?? [];
      if (id === undefined || value === undefined) return undefined;
      const secret = find('Secret', 'kube-system', `bootstrap-token-${id}`) as BootstrapSecret | undefined;
      const groups = secret && groupsOf(secret, { id, value, now: clock.now() });
      return groups && { user: { name: `system:bootstrap:${id}`, groups } };
    },
  };
}

/** The groups a token's secret gives; undefined when it does not let the token in. */
function groupsOf(
  secret: BootstrapSecret,
  { id, value, now }: { readonly id: string; readonly value: string; readonly now: number },
): string[] | undefined {
  if (secret.metadata?.deletionTimestamp || secret.type !== 'bootstrap.kubernetes.io/token') return undefined;
  const data = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
  if (!sameText(data('token-secret'), value) || data('token-id') !== id) return undefined;
  if (data('usage-bootstrap-authentication') !== 'true' || hasExpired(data('expiration'), now)) return undefined;
  const extra = data('auth-extra-groups')
    .split(',')
    .filter((group) => group !== '');
  if (!extra.every((group) => EXTRA_GROUP.test(group))) return undefined;
  return [...new Set([GROUP, ...extra])].sort();
}

/** A moment that cannot be read has passed: better a useless token than an eternal one. */
export function hasExpired(expiration: string, now: number): boolean {
  if (expiration === '') return false;
  const at = Date.parse(expiration);
  return Number.isNaN(at) || at <= now;
}

/** In a time that does not tell how much of it is right. */
function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
