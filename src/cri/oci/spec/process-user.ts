import { CriError } from '../../runtime.ts';
import type { OciUser } from './oci-types.ts';

/** What decides a process's user. */
export interface UserRequest {
  /** The image's USER: `name`, `uid`, `name:group`, `uid:gid`. */
  readonly imageUser: string;
  readonly runAsUser?: number | undefined;
  readonly runAsGroup?: number | undefined;
  readonly supplementalGroups?: readonly number[] | undefined;
  /** The image's /etc/passwd and /etc/group; empty when it has none. */
  readonly passwd: string;
  readonly group: string;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/**
 * The process's ids and home directory, as containerd computes them: numbers from the pod win over the image's user; the
 * groups that /etc/group gives the user are added. Throws `CriError` when a name is not in the image.
 */
export function resolveUser(request: UserRequest): OciUser & { readonly home: string } {
  const accounts = parsePasswd(request.passwd);
  const [userPart = '', groupPart = ''] = (request.runAsUser?.toString() ?? request.imageUser).split(':');
  const account = findAccount(accounts, userPart);
  const uid = account?.uid ?? Number(userPart);
  const groups = parseGroups(request.group);
  const ownGroup = groupPart === '' ? (account?.gid ?? 0) : findGroup(groups, groupPart);
  const gid = request.runAsGroup ?? ownGroup;
  const memberships = groups.filter(({ members }) => account !== undefined && members.includes(account.name));
  const additional = new Set([gid, ...memberships.map((group) => group.gid), ...(request.supplementalGroups ?? [])]);
  return { uid, gid, additionalGids: [...additional], home: account?.home || '/' };
}

function findAccount(accounts: readonly PasswdEntry[], user: string): PasswdEntry | undefined {
  const wanted = user === '' ? '0' : user;
  const numeric = /^\d+$/.test(wanted);
  const account = accounts.find(({ name, uid }) => (numeric ? uid === Number(wanted) : name === wanted));
  if (account === undefined && !numeric) {
    throw new CriError(
      'Unknown',
      `failed to create containerd container: unable to find user ${user}: no matching entries in passwd file`,
    );
  }
  return account ?? { name: '', uid: Number(wanted), gid: 0, home: '/' };
}

function findGroup(groups: readonly { name: string; gid: number }[], group: string): number {
  if (/^\d+$/.test(group)) return Number(group);
  const found = groups.find(({ name }) => name === group);
  if (found === undefined) {
    throw new CriError(
      'Unknown',
      `failed to create containerd container: unable to find group ${group}: no matching entries in group file`,
    );
  }
  return found.gid;
}

function parsePasswd(text: string): PasswdEntry[] {
  return lines(text).flatMap(([name = '', , uid, gid, , home = '']) =>
    uid === undefined || gid === undefined ? [] : [{ name, uid: Number(uid), gid: Number(gid), home }],
  );
}

function parseGroups(text: string): { name: string; gid: number; members: string[] }[] {
  return lines(text).flatMap(([name = '', , gid, members = '']) =>
    gid === undefined ? [] : [{ name, gid: Number(gid), members: members.split(',').filter(Boolean) }],
  );
}

function lines(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.includes(':') && !line.startsWith('#'))
    .map((line) => line.trim().split(':'));
}
