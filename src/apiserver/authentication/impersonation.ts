import { newInternalError } from '#machinery/errors/status-error.ts';
import type { Attributes, ResourceAttributes } from '../authorization/authorizer.ts';
import {
  ANONYMOUS,
  AUTHENTICATED_GROUP,
  splitServiceAccountUser,
  UNAUTHENTICATED_GROUP,
  type UserInfo,
} from '../user.ts';
import { extraHeaders, headerValues, type IncomingRequest } from './incoming-request.ts';

/** Rejects with a 403 unless the user may. */
export type Authorize = (attributes: Attributes) => Promise<void>;

const AUTHENTICATION_GROUP = 'authentication.k8s.io';
const PREFIX = 'impersonate-';

/** The user that the Impersonate headers of a request ask to act as; `undefined` without them. */
interface Wanted {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * Who a request is made as: the user itself, or whom its headers name when it may impersonate each part of that user.
 * Rejects with a 403 otherwise.
 */
export async function impersonate(request: IncomingRequest, user: UserInfo, authorize: Authorize): Promise<UserInfo> {
  if (!hasImpersonation(request)) return user;
  const wanted = readWanted(request);
  if (wanted === undefined) return user;
  for (const attributes of attributesOf(wanted, user)) await authorize(attributes);
  return {
    name: wanted.name,
    ...(wanted.uid ? { uid: wanted.uid } : {}),
    groups: groupsOf(wanted),
    ...(Object.keys(wanted.extra).length > 0 ? { extra: wanted.extra } : {}),
    impersonator: user,
  };
}

function hasImpersonation({ rawHeaders }: IncomingRequest): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length > PREFIX.length && name.slice(0, PREFIX.length).toLowerCase() === PREFIX) return true;
  }
  return false;
}

function readWanted(request: IncomingRequest): Wanted | undefined {
  const wanted = {
    name: request.header('impersonate-user'),
    groups: headerValues(request, 'impersonate-group'),
    uid: request.header('impersonate-uid'),
    extra: extraHeaders(request, 'impersonate-extra-'),
  };
  if (wanted.name !== '') return wanted;
  const others = [
    ...wanted.groups.map((group) => `Group ${group}`),
    ...Object.entries(wanted.extra).flatMap(([key, values]) => values.map((value) => `UserExtra ${key}=${value}`)),
    ...(wanted.uid ? [`UID ${wanted.uid}`] : []),
  ];
  if (others.length === 0) return undefined;
  throw newInternalError(`requested [${others.join(' ')}] without impersonating a user`);
}

/** What the user must be allowed to do, one after the other. */
function* attributesOf({ name, groups, uid, extra }: Wanted, user: UserInfo): Generator<ResourceAttributes> {
  const common = { user, verb: 'impersonate', version: '', subresource: '', namespace: '' };
  const account = splitServiceAccountUser(name);
  yield account === undefined
    ? { ...common, group: '', resource: 'users', name }
    : { ...common, group: '', resource: 'serviceaccounts', namespace: account.namespace, name: account.name };
  for (const group of groups) yield { ...common, group: '', resource: 'groups', name: group };
  for (const [key, values] of Object.entries(extra)) {
    for (const value of values) {
      yield {
        ...common,
        group: AUTHENTICATION_GROUP,
        version: 'v1',
        resource: 'userextras',
        subresource: key,
        name: value,
      };
    }
  }
  if (uid !== '') yield { ...common, group: AUTHENTICATION_GROUP, version: 'v1', resource: 'uids', name: uid };
}

/** Service accounts have their groups when none are named; everybody is either authenticated or not. */
function groupsOf({ name, groups }: Wanted): readonly string[] {
  const account = splitServiceAccountUser(name);
  const named =
    groups.length === 0 && account ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`] : groups;
  if (named.includes(UNAUTHENTICATED_GROUP)) return named;
  if (name === ANONYMOUS) return [...named, UNAUTHENTICATED_GROUP];
  return named.includes(AUTHENTICATED_GROUP) ? named : [...named, AUTHENTICATED_GROUP];
}
