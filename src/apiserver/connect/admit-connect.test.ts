import { expect, test } from 'vitest';
import { Nodes } from '#api/core/v1/node.ts';
import { Pods } from '#api/core/v1/pod.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { newForbidden } from '#machinery/errors/status-error.ts';
import { AdmissionChain } from '../admission/admission.ts';
import type { AdmissionAttributes } from '../admission/attributes.ts';
import { Query, type ResourceRequest } from '../request.ts';
import { admitConnect } from './admit-connect.ts';

const seen: AdmissionAttributes[] = [];
const admission = new AdmissionChain([
  { name: 'Recording', mutate: (attributes) => void seen.push(attributes) },
  {
    name: 'DenyExec',
    validate({ operation, target }) {
      if (operation !== 'CONNECT' || target.subresource !== 'exec' || target.name !== 'closed') return;
      throw newForbidden({ group: '', resource: 'pods' }, target.name, 'cannot exec into it');
    },
  },
]);

function request(resource: string, subresource: string, query: string, more: object = {}): ResourceRequest {
  return {
    target: {
      verb: 'connect',
      group: '',
      version: 'v1',
      resource,
      namespace: resource === 'nodes' ? '' : 'default',
      name: 'x',
      subresource,
      subpath: '',
      ...more,
    },
    user: { name: 'jane', groups: [] },
    query: Query.from(new URLSearchParams(query)),
    body: { type: 'none' },
    userAgent: '',
    client: new AbortController(),
    warnings: [],
  };
}

test.each<[string, AnyResourceDefinition, ResourceRequest, object]>([
  [
    'exec',
    Pods,
    request('pods', 'exec', 'container=c&command=ls&command=-l&stdin=false&stdout=true&tty='),
    { kind: 'PodExecOptions', apiVersion: 'v1', container: 'c', command: ['ls', '-l'], stdout: true, tty: true },
  ],
  ['attach', Pods, request('pods', 'attach', 'stderr=1'), { kind: 'PodAttachOptions', apiVersion: 'v1', stderr: true }],
  [
    'port-forward',
    Pods,
    request('pods', 'portforward', 'ports=80&ports=443'),
    { kind: 'PodPortForwardOptions', apiVersion: 'v1', ports: [80, 443] },
  ],
  [
    'a proxy to a node',
    Nodes,
    request('nodes', 'proxy', '', { subpath: 'metrics' }),
    { kind: 'NodeProxyOptions', apiVersion: 'v1', path: '/metrics' },
  ],
])('admission sees what %s asks for', async (_name, definition, of, object) => {
  await admitConnect({ definition, admission }, of);
  const { operation, kind, options, target, user, ...rest } = seen.at(-1) as AdmissionAttributes;
  expect([operation, kind, options(), target, user]).toMatchObject([
    'CONNECT',
    { kind: (object as { kind: string }).kind, version: 'v1' },
    undefined,
    of.target,
    of.user,
  ]);
  expect([rest.object, rest.oldObject]).toEqual([object, undefined]);
});

test.each([
  [
    'name=closed',
    request('pods', 'exec', 'command=ls', { name: 'closed' }),
    403,
    'pods "closed" is forbidden: cannot exec into it',
  ],
  ['a dry run', request('pods', 'exec', 'dryRun=All'), 400, 'dryRun is not supported'],
  ['no number', request('pods', 'portforward', 'ports=x'), 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
])('a connection is refused with %s', async (_name, of, code, message) => {
  await expect(admitConnect({ definition: Pods, admission }, of)).rejects.toMatchObject({ code, message });
});
