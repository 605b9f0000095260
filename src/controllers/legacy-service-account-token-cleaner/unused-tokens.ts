import type { Secret } from '#api/core/v1/secret.ts';
import type { ServiceAccount } from '#api/core/v1/service-account.ts';
import { dayOf, isDay } from '#machinery/objects/day.ts';

/** What a cleaner knows when it looks for tokens that nobody uses. */
export interface TokenState {
  readonly secrets: readonly Secret[];
  readonly account: (namespace: string, name: string) => ServiceAccount | undefined;
  /** Names of the secrets that pods of a namespace need. */
  readonly needed: (namespace: string) => ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How long a token is kept after its last use, and once more after it is marked invalid. */
  readonly periodMs: number;
}

/** Tokens that are marked invalid now, and those whose mark is old enough. */
export interface UnusedTokens {
  readonly invalidate: readonly Secret[];
  readonly remove: readonly Secret[];
}

export const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

/** Which tokens have gone unused for a whole period, among those that were made for an account without being asked for. */
export function unusedTokens({ secrets, account, needed, now, periodMs }: TokenState): UnusedTokens {
  const keptFrom = dayOf(now - periodMs);
  const isUnused = ({ type, metadata = {} }: Secret): boolean => {
    const { name = '', namespace = '', labels = {}, annotations = {}, creationTimestamp = '' } = metadata;
    if (type !== TYPE || metadata.deletionTimestamp) return false;
    if (!(Date.parse(creationTimestamp) < now - periodMs)) return false;
    const lastUsed = labels[LAST_USED];
    // A date nobody can read says nothing: the token stays.
    if (lastUsed !== undefined && (!isDay(lastUsed) || lastUsed >= keptFrom)) return false;
    const owner = account(namespace, annotations[NAME] ?? '');
    if (annotations[UID] && annotations[UID] !== owner?.metadata?.uid) return false;
    const isGenerated = owner?.secrets?.some((each) => each.name === name) ?? false;
    return isGenerated && !needed(namespace).has(name);
  };
  const unused = secrets.filter(isUnused);
  const markOf = ({ metadata }: Secret) => metadata?.labels?.[INVALID_SINCE] ?? '';
  return {
    invalidate: unused.filter((secret) => !isDay(markOf(secret))),
    remove: unused.filter((secret) => isDay(markOf(secret)) && markOf(secret) < keptFrom),
  };
}
