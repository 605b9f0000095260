import { afterAll, beforeAll, expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { startJsonServer } from '../authentication/testing/json-server.ts';
import { startSecureServer } from '../authentication/testing/secure-server.ts';
import type { Attributes } from './authorizer.ts';
import { createDecide } from './decide.ts';
import { createWebhookAuthorizer } from './webhook.ts';

interface Sent {
  readonly spec: { readonly user: string };
}

const clock = new VirtualClock();
const asked: Sent[] = [];
let webhook: Awaited<ReturnType<typeof startJsonServer>>;
beforeAll(async () => {
  const answers: Readonly<Record<string, object | number>> = {
    ann: { allowed: true, reason: 'knows her' },
    '<b> & co': { allowed: false, denied: true, reason: '<no>' },
    eve: { allowed: false, denied: true, reason: 'knows her' },
    bob: { allowed: false, reason: 'never seen', evaluationError: 'not all is known' },
    two: { allowed: true, denied: true, reason: 'both' },
  };
  webhook = await startJsonServer((_path, body) => {
    asked.push(body as Sent);
    const { user } = (body as Sent).spec;
    if (user === 'slow') return new Promise(() => {});
    const status = answers[user];
    return status === undefined ? 400 : { status };
  });
});
afterAll(() => webhook.stop());

const pods = (name: string): Attributes => ({
  user: { name, groups: ['g'] },
  verb: 'list',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: 'default',
  name: '',
  fieldSelector: [{ key: 'spec.nodeName', operator: 'In', values: ['n1'] }],
});
const decider = () => createDecide([createWebhookAuthorizer({ url: webhook.url, ca: webhook.ca }, clock)]);

test.each([
  ['ann', { allowed: true, denied: false, reason: 'knows her' }],
  ['eve', { allowed: false, denied: true, reason: 'knows her' }],
  ['bob', { allowed: false, denied: false, reason: 'never seen' }],
])('what it says of %s is decided', async (name, decision) => {
  expect(await decider()(pods(name))).toEqual(decision);
});

test('when it cannot say anything, the error is told', async () => {
  expect(await decider()(pods('nobody'))).toEqual({
    allowed: false,
    denied: false,
    reason: '',
    evaluationError: `ask ${webhook.url}: status 400`,
  });
});

test('its policy says what it means that it cannot say anything', async () => {
  const options = { url: webhook.url, ca: webhook.ca, failurePolicy: 'Deny' as const };
  expect(await createDecide([createWebhookAuthorizer(options, clock)])(pods('nobody'))).toEqual({
    allowed: false,
    denied: true,
    reason: '',
    evaluationError: `ask ${webhook.url}: status 400`,
  });
});

test('who does not answer in time is not waited for again', async () => {
  const options = { url: webhook.url, ca: webhook.ca, timeoutMs: 50 };
  asked.length = 0;
  expect(await createDecide([createWebhookAuthorizer(options, clock)])(pods('slow'))).toEqual({
    allowed: false,
    denied: false,
    reason: '',
    evaluationError: `ask ${webhook.url}: no answer in time`,
  });
  expect(asked.length).toBeLessThan(2);
});

test('it is asked each time when it is not to be believed', async () => {
  const options = { url: webhook.url, ca: webhook.ca, authorizedTtlMs: 0 };
  const decide = createDecide([createWebhookAuthorizer(options, clock)]);
  asked.length = 0;
  await decide(pods('ann'));
  await decide(pods('ann'));
  expect(asked).toHaveLength(2);
});

test('it is told all there is, and believed for a while', async () => {
  const decide = decider();
  asked.length = 0;
  await decide(pods('ann'));
  await decide(pods('ann'));
  expect(asked).toEqual([
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        user: 'ann',
        groups: ['g'],
        resourceAttributes: {
          verb: 'list',
          version: 'v1',
          resource: 'pods',
          namespace: 'default',
          fieldSelector: { requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['n1'] }] },
        },
      },
    },
  ]);
  clock.advance(301_000);
  await decide(pods('ann'));
  expect(asked).toHaveLength(2);
});

test('older ones are asked as they know it', async () => {
  const options = { url: webhook.url, ca: webhook.ca, version: 'v1beta1' as const };
  asked.length = 0;
  await createDecide([createWebhookAuthorizer(options, clock)])({
    ...pods('ann'),
    fieldSelector: undefined,
    labelSelector: [
      { key: 'a', operator: 'Gt', values: ['1'] },
      { key: 'b', operator: 'Exists' },
    ],
  } as Attributes);
  expect(asked).toEqual([
    {
      apiVersion: 'authorization.k8s.io/v1beta1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        user: 'ann',
        group: ['g'],
        resourceAttributes: {
          verb: 'list',
          version: 'v1',
          resource: 'pods',
          namespace: 'default',
          labelSelector: { requirements: [{ key: 'b', operator: 'Exists' }] },
        },
      },
    },
  ]);
});

test('a server asks it about those whom its own rules do not know', async () => {
  const options = { url: webhook.url, ca: webhook.ca };
  const server = await startSecureServer({ authorization: { webhook: options } });
  const list = async (name: string) => {
    const { certificate: cert, key } = await server.endpoint.certificateFor(name, []);
    const { code, bytes } = await server.call('/api/v1/nodes', { identity: { cert, key } });
    return [code, code === 500 ? String(bytes) : JSON.parse(String(bytes)).message];
  };
  expect(await list('ann')).toEqual([200, undefined]);
  const refused = (name: string, reason: string) =>
    `nodes is forbidden: User "${name}" cannot list resource "nodes" in API group "" at the cluster scope: ${reason}`;
  expect(await list('eve')).toEqual([403, refused('eve', 'knows her')]);
  expect(await list('<b> & co')).toEqual([403, refused('&lt;b&gt; &amp; co', '<no>')]);
  expect(await list('bob')).toEqual([403, refused('bob', 'never seen')]);
  expect(await list('eve & <co>')).toEqual([
    500,
    `Internal Server Error: "/api/v1/nodes": ask ${webhook.url}: status 400\n`,
  ]);
  expect(await list('two')).toEqual([
    500,
    'Internal Server Error: "/api/v1/nodes": webhook subject access review returned both allow and deny response\n',
  ]);
  expect((await server.call('/api/v1/nodes')).code).toBe(200);
  await server.stop();
});

test.each<[string, string[], object]>([
  [
    'that hold',
    ["request.resourceAttributes.namespace == 'default'", "'g' in request.groups"],
    { reason: 'knows her' },
  ],
  ['of which one is false', ['request.extra.a == []', "has(request.nonResourceAttributes) || request.uid != ''"], {}],
  [
    'of which one fails',
    ['request.user == "ann"', 'request.extra["a"] == ["b"]'],
    {
      evaluationError: `cel evaluation error: expression 'request.extra["a"] == ["b"]' resulted in error: no such key: a`,
    },
  ],
])('with conditions %s', async (_, matchConditions, expected) => {
  const conditioned = createWebhookAuthorizer({ url: webhook.url, ca: webhook.ca, matchConditions }, clock);
  const allowed = 'reason' in expected;
  expect(await createDecide([conditioned])(pods('ann'))).toEqual({ allowed, denied: false, reason: '', ...expected });
});
