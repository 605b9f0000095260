/** Who makes a request, after authentication. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** Who acts as this user, where somebody does. */
  readonly impersonator?: UserInfo;
  /** The verb that lets them, where it is a narrower one than `impersonate`. */
  readonly impersonationConstraint?: string;
}

/** Members may do everything; authorization does not look further. */
export const SYSTEM_MASTERS = 'system:masters';
export const AUTHENTICATED_GROUP = 'system:authenticated';
export const UNAUTHENTICATED_GROUP = 'system:unauthenticated';

/** The server's own user, for what it does by itself. */
export const SERVER_USER: UserInfo = { name: 'system:apiserver', groups: [SYSTEM_MASTERS, AUTHENTICATED_GROUP] };

/** The extra that names the credential a user came with. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

export const ANONYMOUS = 'system:anonymous';

/** A request without credentials. */
export const anonymousUser: UserInfo = { name: ANONYMOUS, groups: [UNAUTHENTICATED_GROUP] };

/** The user a service account acts as. */
export function serviceAccountUser(namespace: string, name: string, uid: string, extra?: UserInfo['extra']): UserInfo {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED_GROUP],
    extra,
  };
}

/** The namespace and name in a service account's user name. */
export function splitServiceAccountUser(user: string): { namespace: string; name: string } | undefined {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  return match ? { namespace: match[1] as string, name: match[2] as string } : undefined;
}

/** The node that a user is the agent of; '' for one that does not say which, undefined for everybody else. */
export function splitNodeUser({ name, groups }: UserInfo): string | undefined {
  const prefix = 'system:node:';
  return name.startsWith(prefix) && groups.includes('system:nodes') ? name.slice(prefix.length) : undefined;
}
