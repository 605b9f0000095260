import type { StatusError } from '#machinery/errors/status-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import type { Attributes, Decide, ResourceAttributes } from '../authorization/authorizer.ts';
import { forbiddenError } from '../authorization/forbidden.ts';
import {
  ANONYMOUS,
  AUTHENTICATED_GROUP,
  SYSTEM_MASTERS,
  splitServiceAccountUser,
  UNAUTHENTICATED_GROUP,
  type UserInfo,
} from '../user.ts';
import type { WantedUser } from './impersonation-headers.ts';
import { type ImpersonationMode, impersonationModes, nodeOf } from './impersonation-modes.ts';

const AUTHENTICATION_GROUP = 'authentication.k8s.io';
/** From so many groups or extras on, it is first asked whether all of them may be had. */
const MANY = 4;
/** Users of whom it is remembered how they impersonated last. */
const REMEMBERED = 10_000;

/** Decides who may act as whom: under the conditions of one of the modes, or by plain `impersonate`. */
export class Impersonation {
  readonly #decide: Decide;
  /** The mode that last let somebody, by user name, is tried first. */
  readonly #lastModes = new Map<string, ImpersonationMode>();

  constructor(decide: Decide) {
    this.#decide = decide;
  }

  /** The user that a request with these attributes acts as. Rejects with a 403 when its user may not act as that one. */
  async actAs(wanted: WantedUser, attributes: Attributes): Promise<UserInfo> {
    const { user } = attributes;
    let refused: StatusError | undefined;
    for (const mode of this.#modesFor(user)) {
      if (!mode.applies(wanted, user)) continue;
      const error = await this.#refusal(mode, wanted, attributes);
      if (error === undefined) {
        this.#remember(user, mode);
        return actedUser(wanted, mode, user);
      }
      refused ??= error;
    }
    throw refused ?? new Error('impersonate: no mode applies');
  }

  *#modesFor(user: UserInfo): Iterable<ImpersonationMode> {
    const last = this.#lastModes.get(user.name);
    if (last !== undefined) yield last;
    for (const mode of impersonationModes) if (mode !== last) yield mode;
  }

  #remember(user: UserInfo, mode: ImpersonationMode): void {
    this.#lastModes.set(user.name, mode);
    if (this.#lastModes.size <= REMEMBERED) return;
    const [oldest] = this.#lastModes.keys();
    if (oldest !== undefined) this.#lastModes.delete(oldest);
  }

  /** Why this mode does not let the request be made; undefined when it does. */
  async #refusal(
    mode: ImpersonationMode,
    wanted: WantedUser,
    attributes: Attributes,
  ): Promise<StatusError | undefined> {
    const requester = mode.isForOwnNode ? onOwnNode(attributes.user) : attributes.user;
    if (mode.name !== '') {
      const verb = `impersonate-on:${mode.name}:${attributes.verb}`;
      const refused = await this.#ask({ ...attributes, user: requester, verb });
      if (refused) return refused;
    }
    for (const questions of questionsOf(mode, wanted, requester)) {
      const refused = await this.#askAll(questions);
      if (refused) return refused;
    }
    return undefined;
  }

  async #askAll({ all, each, never }: Questions): Promise<StatusError | undefined> {
    if (never) return never;
    if (all && (await this.#ask(all)) === undefined) return undefined;
    for (const attributes of each) {
      const refused = await this.#ask(attributes);
      if (refused) return refused;
    }
    return undefined;
  }

  async #ask(attributes: Attributes): Promise<StatusError | undefined> {
    const { allowed, reason, evaluationError } = await this.#decide(attributes);
    if (allowed) return undefined;
    return forbiddenError(attributes, [evaluationError, reason].filter(Boolean).join(': '));
  }
}

/** What must be allowed for one part of a user: all of `each`, or `all` for the whole. */
interface Questions {
  readonly each: readonly ResourceAttributes[];
  readonly all?: ResourceAttributes | undefined;
  /** What nobody may, whatever is allowed. */
  readonly never?: StatusError | undefined;
}

function* questionsOf(mode: ImpersonationMode, wanted: WantedUser, user: UserInfo): Generator<Questions> {
  const isPlain = mode.name === '';
  const verb = isPlain ? 'impersonate' : `impersonate:${mode.name}`;
  const common = { user, verb, subresource: '', namespace: '', name: '' };
  // Plain impersonation is older than the group of these resources.
  const named = isPlain ? { group: '', version: 'v1' } : { group: AUTHENTICATION_GROUP, version: 'v1' };
  const added = { group: AUTHENTICATION_GROUP, version: 'v1' };
  const { uid, groups, extra } = wanted;

  yield { each: [{ ...common, ...named, ...whom(mode, wanted) }] };
  if (uid !== '') yield { each: [{ ...common, ...added, resource: 'uids', name: uid }] };
  if (groups.length > 0) {
    const about = { ...common, ...named, resource: 'groups' };
    yield {
      never: isPlain ? undefined : forbiddenGroups(groups, about),
      all: !isPlain && groups.length >= MANY ? { ...about, name: '*' } : undefined,
      each: groups.map((name) => ({ ...about, name })),
    };
  }
  const extras = Object.entries(extra).flatMap(([key, values]) => values.map((value) => ({ key, value })));
  if (extras.length > 0) {
    const about = { ...common, ...added, resource: 'userextras' };
    const isLarge = extras.length >= MANY;
    yield {
      never: isPlain ? undefined : forbiddenExtra(extra, about),
      all: !isPlain && isLarge ? { ...about, subresource: '*', name: '*' } : undefined,
      each: extras.map(({ key, value }) => ({ ...about, subresource: key, name: value })),
    };
  }
}

function whom(mode: ImpersonationMode, { name }: WantedUser) {
  const account = splitServiceAccountUser(name);
  if (account) return { resource: 'serviceaccounts', ...account };
  const node = mode.name === '' ? undefined : nodeOf(name);
  if (node === undefined) return { resource: 'users', name };
  return { resource: 'nodes', name: mode.isForOwnNode ? '*' : node };
}

/** An own node is the same question on every node: nothing that tells its pods apart is part of it. */
const onOwnNode = (user: UserInfo): UserInfo => ({
  ...user,
  extra: { 'authentication.kubernetes.io/associated-node-keys': Object.keys(user.extra ?? {}).sort() },
});

function forbiddenGroups(groups: readonly string[], about: ResourceAttributes): StatusError | undefined {
  if (groups.includes('')) return forbiddenError(about, 'impersonating the empty string group is not allowed');
  if (!groups.includes(SYSTEM_MASTERS)) return undefined;
  const reason = `impersonating the ${SYSTEM_MASTERS} group is not allowed`;
  return forbiddenError({ ...about, name: SYSTEM_MASTERS }, reason);
}

function forbiddenExtra(extra: WantedUser['extra'], about: ResourceAttributes): StatusError | undefined {
  for (const [key, values] of Object.entries(extra)) {
    if (key === '') return forbiddenError(about, 'impersonating the empty string key in extra is not allowed');
    const [wrong] = keyErrors(key);
    if (wrong !== undefined) {
      return forbiddenError(about, `impersonating an invalid key in extra is not allowed: extra.key: ${wrong}`);
    }
    if (values.includes('')) {
      return forbiddenError(about, 'impersonating the empty string value in extra is not allowed');
    }
  }
  return undefined;
}

const PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

function keyErrors(key: string): string[] {
  const [, domain = '', path = ''] = /^([^/]*)\/(.*)$/s.exec(key) ?? [];
  const wrong = (value: string, detail: string) => `Invalid value: ${JSON.stringify(value)}: ${detail}`;
  if (domain === '' || path === '') return [wrong(key, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  return [
    ...isDNS1123Subdomain(domain).map((detail) => wrong(domain, detail)),
    ...(PATH.test(path)
      ? []
      : [wrong(path, `Invalid path (regex used for validation is '${PATH.source.slice(1, -1)}')`)]),
  ];
}

function actedUser({ name, uid, groups, extra }: WantedUser, mode: ImpersonationMode, requester: UserInfo): UserInfo {
  return {
    name,
    ...(uid ? { uid } : {}),
    groups: withState(name, groupsOf(name, groups, mode)),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
    impersonator: requester,
    ...(mode.name === '' ? {} : { impersonationConstraint: `impersonate:${mode.name}` }),
  };
}

/** Service accounts, and nodes of those who may act as nodes, have their groups when none are named. */
function groupsOf(name: string, groups: readonly string[], mode: ImpersonationMode): readonly string[] {
  const account = splitServiceAccountUser(name);
  if (account && groups.length === 0) return ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`];
  return mode.name !== '' && nodeOf(name) !== undefined ? ['system:nodes'] : groups;
}

/** Everybody is either authenticated or not. */
function withState(name: string, groups: readonly string[]): readonly string[] {
  const state = name === ANONYMOUS ? UNAUTHENTICATED_GROUP : AUTHENTICATED_GROUP;
  return groups.includes(UNAUTHENTICATED_GROUP) || groups.includes(state) ? groups : [...groups, state];
}
