import { describe, expect, test } from 'vitest';
import type { Attributes, ResourceAttributes } from '../authorization/authorizer.ts';
import type { UserInfo } from '../user.ts';
import { Impersonation } from './impersonation.ts';
import type { WantedUser } from './impersonation-headers.ts';

const agent: UserInfo = {
  name: 'system:serviceaccount:monitoring:agent',
  groups: ['system:serviceaccounts'],
  extra: { 'authentication.kubernetes.io/node-name': ['a'], 'authentication.kubernetes.io/pod-name': ['agent-1'] },
};
const wanted = (name: string, rest: Partial<WantedUser> = {}): WantedUser => ({
  name,
  uid: '',
  groups: [],
  extra: {},
  ...rest,
});

/** A request to list pods, by somebody who may do what `allowed` lists as `verb resource[/subresource] name`. */
function actAs(who: WantedUser, allowed: readonly string[], user = agent) {
  const asked: string[] = [];
  const acting = new Impersonation((attributes) => {
    const question = tell(attributes as ResourceAttributes);
    asked.push(question);
    return { allowed: allowed.includes(question), denied: false, reason: '' };
  });
  const attributes: Attributes = {
    user,
    verb: 'list',
    group: '',
    version: 'v1',
    resource: 'pods',
    subresource: '',
    namespace: 'default',
    name: '',
  };
  return { answer: acting.actAs(who, attributes).catch((error: Error) => error.message), asked };
}
const tell = ({ verb, resource, subresource, name }: ResourceAttributes) =>
  `${verb} ${resource}${subresource && `/${subresource}`} ${name}`.trim();

describe('acting as somebody while doing something', () => {
  test.each<[string, WantedUser, string[], object]>([
    [
      'the node of the own pod, whichever it is',
      wanted('system:node:a'),
      ['impersonate-on:associated-node:list pods', 'impersonate:associated-node nodes *'],
      { groups: ['system:nodes', 'system:authenticated'], impersonationConstraint: 'impersonate:associated-node' },
    ],
    [
      'any node',
      wanted('system:node:b'),
      ['impersonate-on:arbitrary-node:list pods', 'impersonate:arbitrary-node nodes b'],
      { groups: ['system:nodes', 'system:authenticated'], impersonationConstraint: 'impersonate:arbitrary-node' },
    ],
    [
      'a service account',
      wanted('system:serviceaccount:default:robot'),
      ['impersonate-on:serviceaccount:list pods', 'impersonate:serviceaccount serviceaccounts robot'],
      {
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
        impersonationConstraint: 'impersonate:serviceaccount',
      },
    ],
    [
      'a user with all there is',
      wanted('bob', { uid: '8', groups: ['dev'], extra: { 'example.com/scopes': ['a'] } }),
      [
        'impersonate-on:user-info:list pods',
        'impersonate:user-info users bob',
        'impersonate:user-info uids 8',
        'impersonate:user-info groups dev',
        'impersonate:user-info userextras/example.com/scopes a',
      ],
      {
        uid: '8',
        groups: ['dev', 'system:authenticated'],
        extra: { 'example.com/scopes': ['a'] },
        impersonationConstraint: 'impersonate:user-info',
      },
    ],
    [
      'a user in many groups at once',
      wanted('bob', { groups: ['a', 'b', 'c', 'd'] }),
      ['impersonate-on:user-info:list pods', 'impersonate:user-info users bob', 'impersonate:user-info groups *'],
      { groups: ['a', 'b', 'c', 'd', 'system:authenticated'], impersonationConstraint: 'impersonate:user-info' },
    ],
    [
      'a member of system:masters, by plain impersonation only',
      wanted('bob', { groups: ['system:masters'] }),
      [
        'impersonate-on:user-info:list pods',
        'impersonate:user-info users bob',
        'impersonate users bob',
        'impersonate groups system:masters',
      ],
      { groups: ['system:masters', 'system:authenticated'] },
    ],
  ])('%s', async (_name, who, allowed, expected) => {
    expect(await actAs(who, allowed).answer).toEqual({ name: who.name, impersonator: agent, ...expected });
  });

  test.each<[string, WantedUser, string[], string]>([
    [
      'what may not be done so',
      wanted('bob'),
      ['impersonate:user-info users bob'],
      'pods is forbidden: User "system:serviceaccount:monitoring:agent" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'whom nobody lets',
      wanted('bob'),
      ['impersonate-on:user-info:list pods'],
      'users.authentication.k8s.io "bob" is forbidden: User "system:serviceaccount:monitoring:agent" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
    ],
    [
      'the group of those who may everything',
      wanted('bob', { groups: ['system:masters'] }),
      ['impersonate-on:user-info:list pods', 'impersonate:user-info users bob'],
      'groups.authentication.k8s.io "system:masters" is forbidden: User "system:serviceaccount:monitoring:agent" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope: impersonating the system:masters group is not allowed',
    ],
    [
      'an extra without a domain',
      wanted('bob', { extra: { scopes: ['a'] } }),
      ['impersonate-on:user-info:list pods', 'impersonate:user-info users bob'],
      'userextras.authentication.k8s.io is forbidden: User "system:serviceaccount:monitoring:agent" cannot impersonate:user-info resource "userextras" in API group "authentication.k8s.io" at the cluster scope: impersonating an invalid key in extra is not allowed: extra.key: Invalid value: "scopes": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
  ])('refused: %s', async (_name, who, allowed, message) => {
    expect(await actAs(who, allowed).answer).toBe(message);
  });

  test('a node is not the own one of somebody else, nor with groups of its own', async () => {
    const foreign = actAs(wanted('system:node:a'), [], { name: 'jane', groups: [] });
    await foreign.answer;
    expect(foreign.asked).toEqual(['impersonate-on:arbitrary-node:list pods', 'impersonate users system:node:a']);
    const grouped = actAs(wanted('system:node:a', { groups: ['system:masters'] }), []);
    await grouped.answer;
    expect(grouped.asked).toEqual(['impersonate users system:node:a']);
  });
});
