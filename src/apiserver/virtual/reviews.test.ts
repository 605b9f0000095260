import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalSubjectAccessReviews } from '#api/authorization/v1/local-subject-access-review.ts';
import { SelfSubjectAccessReviews } from '#api/authorization/v1/self-subject-access-review.ts';
import { SelfSubjectRulesReviews } from '#api/authorization/v1/self-subject-rules-review.ts';
import { type SubjectAccessReview, SubjectAccessReviews } from '#api/authorization/v1/subject-access-review.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const pods = { verb: 'list', resource: 'pods', namespace: 'default' };
type Spec = SubjectAccessReview['spec'];

describe('an access review', () => {
  const review = async (spec: Spec) => (await cluster.client.of(SubjectAccessReviews).create({ spec })).status;

  test.each<[string, Spec, object]>([
    ['of somebody', { user: 'ann', resourceAttributes: pods }, { allowed: false }],
    ['of a master', { groups: ['system:masters'], resourceAttributes: pods }, { allowed: true }],
    [
      'of a path',
      { user: 'ann', groups: ['system:authenticated'], nonResourceAttributes: { path: '/version', verb: 'get' } },
      {
        allowed: true,
        reason:
          'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
      },
    ],
    [
      'of a node with a selector',
      {
        user: 'system:node:n1',
        groups: ['system:nodes'],
        resourceAttributes: { ...pods, fieldSelector: { rawSelector: 'spec.nodeName=n1' } },
      },
      { allowed: true },
    ],
    [
      'of a node without one',
      { user: 'system:node:n1', groups: ['system:nodes'], resourceAttributes: pods },
      { allowed: false, reason: 'can only list/watch pods with spec.nodeName field selector' },
    ],
    [
      'with selectors that cannot be read',
      {
        groups: ['system:masters'],
        resourceAttributes: { ...pods, fieldSelector: { rawSelector: 'a' }, labelSelector: { rawSelector: 'a in' } },
      },
      {
        allowed: true,
        evaluationError:
          'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
      },
    ],
    [
      'with selectors that can be read in part',
      {
        user: 'system:node:n1',
        groups: ['system:nodes'],
        resourceAttributes: {
          ...pods,
          fieldSelector: {
            requirements: [
              { key: 'spec.nodeName', operator: 'In', values: ['n1'] },
              { key: 'metadata.name', operator: 'Exists' },
            ],
          },
          labelSelector: { requirements: [{ key: 'a', operator: 'Gt', values: ['1'] }] },
        },
      },
      {
        allowed: true,
        evaluationError:
          'spec.resourceAttributes.fieldSelector partially ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
      },
    ],
  ])('%s', async (_name, spec, status) => {
    expect(await review(spec)).toEqual(status);
  });

  const INVALID = 'SubjectAccessReview.authorization.k8s.io "" is invalid: ';
  test.each<[Spec, string]>([
    [
      { user: 'a' },
      'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ],
    [{ resourceAttributes: pods }, 'spec.user: Invalid value: "": at least one of user or group must be specified'],
    [
      { user: 'a', resourceAttributes: { ...pods, fieldSelector: {} } },
      'spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
    ],
    [
      {
        user: 'a',
        resourceAttributes: {
          ...pods,
          labelSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'Exists' }] },
        },
      },
      'spec.resourceAttributes.labelSelector.rawSelector: Invalid value: "a=b": may not specified at the same time as requirements',
    ],
    [
      { user: 'a', resourceAttributes: { ...pods, labelSelector: { requirements: [{ key: 'a', operator: 'In' }] } } },
      "spec.resourceAttributes.labelSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
  ])('of %o is refused', async (spec, message) => {
    await expect(review(spec)).rejects.toMatchObject({ code: 422, message: INVALID + message });
  });

  test('takes no metadata', async () => {
    const named = { metadata: { name: 'x' }, spec: { user: 'a', resourceAttributes: pods } };
    await expect(cluster.client.of(SubjectAccessReviews).create(named)).rejects.toMatchObject({
      message: expect.stringContaining('metadata: Invalid value: {"name":"x"'),
    });
  });

  test('in a namespace is about that namespace', async () => {
    const local = cluster.client.of(LocalSubjectAccessReviews);
    const spec = { groups: ['system:masters'], resourceAttributes: pods };
    const at = { namespace: 'default' };
    expect((await local.create({ spec }, at)).status).toEqual({ allowed: true });
    await expect(local.create({ spec }, { namespace: 'other' })).rejects.toMatchObject({
      message:
        'LocalSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "default": must match metadata.namespace',
    });
  });

  test('of oneself needs no right', async () => {
    const ann = cluster.clientFor({ name: 'ann', groups: [] });
    const review = await ann.of(SelfSubjectAccessReviews).create({ spec: { resourceAttributes: pods } });
    expect(review.status).toEqual({ allowed: false });
  });
});

describe('a review of rules', () => {
  const rules = async (name: string, groups: readonly string[], namespace = 'default') =>
    (await cluster.clientFor({ name, groups }).of(SelfSubjectRulesReviews).create({ spec: { namespace } })).status;

  test('tells what somebody may do', async () => {
    expect(await rules('ann', [])).toEqual({
      resourceRules: [
        {
          verbs: ['create'],
          apiGroups: ['authorization.k8s.io'],
          resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
        },
        { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
      ],
      nonResourceRules: [
        { verbs: ['get'], nonResourceURLs: expect.arrayContaining(['/api', '/openapi/*']) },
        { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] },
      ],
      incomplete: false,
    });
  });

  test('does not know all about nodes', async () => {
    expect(await rules('system:node:n1', ['system:nodes'])).toMatchObject({
      incomplete: true,
      evaluationError: 'node authorizer does not support user rule resolution',
    });
  });

  test('is about one namespace', async () => {
    await expect(rules('ann', [], '')).rejects.toMatchObject({ code: 400, message: 'no namespace on request' });
  });
});

test('what is worked out when somebody asks has its kind alone, and none within a list', async () => {
  const call = createCall(await cluster.listen());
  const path = '/api/v1/componentstatuses';
  const { items } = (await call(path)).json;
  const conditions = [{ type: 'Healthy', status: 'True', message: 'ok' }];
  expect(items[0]).toEqual({ metadata: { name: items[0].metadata.name }, conditions });
  expect((await call(`${path}/${items[0].metadata.name}`)).json).toMatchObject({
    kind: 'ComponentStatus',
    apiVersion: 'v1',
  });
});

test.each([
  [
    '?fieldValidation=Strict',
    400,
    'SubjectAccessReview in version "v1" cannot be handled as a SubjectAccessReview: strict decoding error: unknown field "spec.nothing"',
  ],
  [
    '?dryRun=Some',
    422,
    'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
  ],
])('a review is read as what is stored is, with %s', async (query, code, message) => {
  const call = createCall(await cluster.listen());
  const body = JSON.stringify({ spec: { user: 'ann', resourceAttributes: pods, nothing: 1 } });
  const headers = { 'content-type': 'application/json' };
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  const { json } = await call(path + query, { method: 'POST', headers, body });
  expect([json.code, json.message]).toEqual([code, message]);
  const warned = await call(path, { method: 'POST', headers, body });
  expect([warned.code, warned.headers['warning']]).toEqual([201, '299 - "unknown field \\"spec.nothing\\""']);
});

test('the metadata of a review is that of any new object', async () => {
  const call = createCall(await cluster.listen());
  const headers = { 'content-type': 'application/json' };
  const post = async (group: string, path: string, body: object) => {
    const sent = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await call(`/apis/${group}.k8s.io/v1/${path}?fieldManager=me`, sent)).json;
  };
  const fieldsOf = (json: { metadata: { managedFields: { manager: string; fieldsV1: object }[] } }) =>
    json.metadata.managedFields.map(({ manager, fieldsV1 }) => [manager, Object.keys(fieldsV1)]);

  const metadata = { uid: 'mine', creationTimestamp: '2020-01-01T00:00:00Z' };
  const asked = { metadata, spec: { user: 'ann', resourceAttributes: pods } };
  const answered = await post('authorization', 'subjectaccessreviews', asked);
  expect(Object.keys(answered.metadata)).toEqual(['managedFields']);
  expect(fieldsOf(answered)).toEqual([['me', ['f:spec']]]);
  const local = await post('authorization', 'namespaces/default/localsubjectaccessreviews', asked);
  expect(local.metadata.namespace).toBe('default');
  expect(fieldsOf(local)).toEqual([['me', ['f:spec']]]);
  expect(fieldsOf(await post('authentication', 'tokenreviews', { spec: { token: 'x' } }))).toEqual([
    ['me', ['f:spec']],
  ]);

  const rules = await post('authorization', 'selfsubjectrulesreviews', { spec: { namespace: 'default' } });
  expect([rules.metadata, rules.spec]).toEqual([{}, {}]);
  const me = await post('authentication', 'selfsubjectreviews', { metadata: { name: 'x' } });
  expect(Object.keys(me.metadata)).toEqual(['creationTimestamp']);
  const elsewhere = { ...asked, metadata: { namespace: 'other' } };
  expect(await post('authorization', 'namespaces/default/localsubjectaccessreviews', elsewhere)).toMatchObject({
    code: 400,
    message: 'the namespace of the provided object does not match the namespace sent on the request',
  });
});

describe('admission is asked about', () => {
  const resourceAttributes = { verb: 'get', resource: 'pods', namespace: 'default' };
  const subject = { user: 'ann', resourceAttributes };
  const headers = { 'content-type': 'application/json' };
  const STEP = /step_admission_duration_seconds_count\{operation="CREATE",rejected="false",type="(\w+)"\} (\d+)/g;

  test.each([
    ['authorization.k8s.io/v1/subjectaccessreviews', subject, 422],
    ['authorization.k8s.io/v1/selfsubjectaccessreviews', { resourceAttributes }, 422],
    ['authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews', subject, 422],
    ['authorization.k8s.io/v1/selfsubjectrulesreviews', { namespace: 'default' }, 400],
    ['authentication.k8s.io/v1/tokenreviews', { token: 'x' }, 400],
    ['authentication.k8s.io/v1/selfsubjectreviews', {}, 201],
  ])('%s', async (path, spec, fault) => {
    const call = createCall(await cluster.listen());
    const ask = (body: object) => call(`/apis/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const steps = async () => {
      const text = String((await call('/metrics')).bytes);
      return Object.fromEntries([...text.matchAll(STEP)].map(([, type, count]) => [type, Number(count)]));
    };
    const before = await steps();
    expect((await ask({ spec })).code).toBe(201);
    const { admit = 0, validate = 0 } = before;
    expect(await steps()).toEqual({ admit: admit + 1, validate: validate + 1 });
    // What makes no sense is not looked at.
    expect((await ask({})).code).toBe(fault);
    expect(await steps()).toEqual({ admit: admit + 2, validate: validate + (fault === 201 ? 2 : 1) });
  });

  test('reviews of namespaces that must exist, where that is asked for', async () => {
    const strict = await Cluster.start({
      controllers: false,
      scheduler: false,
      enableAdmissionPlugins: ['NamespaceExists'],
    });
    const metadata = { namespace: 'none' };
    const spec = { user: 'ann', resourceAttributes: { ...resourceAttributes, namespace: 'none' } };
    await expect(strict.client.of(LocalSubjectAccessReviews).create({ metadata, spec })).rejects.toMatchObject({
      status: { code: 404, message: 'namespaces "none" not found' },
    });
    await strict.stop();
  });
});
