import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { splitServiceAccountUser, type UserInfo } from '../user.ts';
import { isOnlyName, type WantedUser } from './impersonation-headers.ts';

/** One way in which somebody may be allowed to act as somebody else. */
export interface ImpersonationMode {
  /** As verbs name it: `impersonate:<name>` and `impersonate-on:<name>:<verb>`; '' for plain `impersonate`. */
  readonly name: string;
  readonly applies: (wanted: WantedUser, requester: UserInfo) => boolean;
  /** The node may be any that the requester runs on: neither its name nor what tells it apart is part of the question. */
  readonly isForOwnNode?: boolean;
}

const NODE_NAME = 'authentication.kubernetes.io/node-name';
const NODE_USER = 'system:node:';

/** The node that a user name is the agent of. */
export function nodeOf(userName: string): string | undefined {
  const name = userName.startsWith(NODE_USER) ? userName.slice(NODE_USER.length) : '';
  return name !== '' && isDNS1123Subdomain(name).length === 0 ? name : undefined;
}

/** All modes, in the order in which they are tried. */
export const impersonationModes: readonly ImpersonationMode[] = [
  { name: 'associated-node', applies: isOwnNode, isForOwnNode: true },
  { name: 'arbitrary-node', applies: (wanted) => isOnlyName(wanted) && nodeOf(wanted.name) !== undefined },
  {
    name: 'serviceaccount',
    applies: (wanted) => isOnlyName(wanted) && splitServiceAccountUser(wanted.name) !== undefined,
  },
  {
    name: 'user-info',
    applies: ({ name }) => nodeOf(name) === undefined && splitServiceAccountUser(name) === undefined,
  },
  { name: '', applies: () => true },
];

/** Whether a service account's token is of a pod on the node that it wants to act as. */
function isOwnNode(wanted: WantedUser, requester: UserInfo): boolean {
  const node = nodeOf(wanted.name);
  if (node === undefined || !isOnlyName(wanted) || splitServiceAccountUser(requester.name) === undefined) return false;
  const names = requester.extra?.[NODE_NAME] ?? [];
  return names.length === 1 && names[0] === node;
}
