import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { Secrets } from '#api/core/v1/secret.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { silentLogger } from '#base/logger.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { type Latencies, noLatencies } from '../filters/latencies.ts';
import type { AuditBackend } from './audit-backend.ts';
import type { AuditEvent } from './audit-event.ts';
import { BlockingWebhookBackend } from './blocking-webhook-backend.ts';
import { type AuditedRequest, evaluatePolicy } from './evaluate-policy.ts';
import { latencyAnnotations } from './latency-annotations.ts';
import { LogBackend } from './log-backend.ts';
import { readAuditPolicy } from './policy.ts';
import { TruncatingBackend } from './truncating-backend.ts';
import { WebhookBackend } from './webhook-backend.ts';

const policyOf = (body: string) => readAuditPolicy(`apiVersion: audit.k8s.io/v1\nkind: Policy\n${body}`);

const pods = { verb: 'get', group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' } as const;
const request = (target: object | undefined, more: Partial<AuditedRequest> = {}): AuditedRequest => ({
  user: { name: 'jane', groups: ['dev'] },
  verb: 'get',
  path: '/x',
  target: target && { ...pods, subresource: '', subpath: '', ...target },
  ...more,
});

describe('a policy', () => {
  const cases: [string, string, AuditedRequest, boolean][] = [
    ['a user', 'users: [jane]', request({}), true],
    ['another user', 'users: [joe]', request({}), false],
    ['a group', 'userGroups: [ops, dev]', request({}), true],
    ['a verb', 'verbs: [list]', request({}), false],
    ['a namespace', 'namespaces: [shop]', request({}), true],
    ['another namespace', 'namespaces: [other]', request({}), false],
    ['no namespace', 'namespaces: [""]', request({ namespace: '' }), true],
    ['a group of resources', 'resources: [{group: ""}]', request({}), true],
    ['another group', 'resources: [{group: apps}]', request({}), false],
    ['a resource', 'resources: [{resources: [pods]}]', request({}), true],
    ['a resource, not its subresources', 'resources: [{resources: [pods]}]', request({ subresource: 'log' }), false],
    ['a subresource', 'resources: [{resources: [pods/log]}]', request({ subresource: 'log' }), true],
    ['all subresources', 'resources: [{resources: [pods/*]}]', request({ subresource: 'log' }), true],
    ['a subresource of all', 'resources: [{resources: ["*/log"]}]', request({ subresource: 'log' }), true],
    ['a name', 'resources: [{resources: [pods], resourceNames: [b]}]', request({}), false],
    ['no path', 'resources: [{resources: [pods]}]', request(undefined), false],
    ['a path', 'nonResourceURLs: ["/health*"]', request(undefined, { path: '/healthz' }), true],
    ['a path, no resource', 'nonResourceURLs: ["*"]', request({}), false],
  ];
  test.each(cases)('matches %s', (_, rule, each, matches) => {
    const { level } = evaluatePolicy(policyOf(`rules: [{level: Metadata, ${rule}}]`))(each);
    expect(level).toBe(matches ? 'Metadata' : 'None');
  });

  test('goes by its first rule that matches', () => {
    const policy = policyOf(
      'omitStages: [RequestReceived]\nomitManagedFields: true\nrules:\n- {level: Request, verbs: [get], omitStages: [Panic], omitManagedFields: false}\n- {level: Metadata}',
    );
    const decide = evaluatePolicy(policy);
    expect(decide(request({}))).toEqual({
      level: 'Request',
      omitStages: new Set(['RequestReceived', 'Panic']),
      omitManagedFields: false,
    });
    expect(decide(request({}, { verb: 'list' }))).toEqual({
      level: 'Metadata',
      omitStages: new Set(['RequestReceived']),
      omitManagedFields: true,
    });
  });

  test.each([
    ['another kind', 'kind: Secret', /must be of kind Policy, audit\.k8s\.io\/v1/],
    ['an unknown field', 'rulez: []', /unknown field "rulez"/],
    ['an unknown level', 'rules: [{level: All}]', /rules\[0\]\.level: Unsupported value: "All"/],
    ['an unknown stage', 'omitStages: [Never]', /omitStages\[0\]: Unsupported value: "Never"/],
    [
      'both kinds of target',
      'rules: [{level: None, namespaces: [a], nonResourceURLs: ["/x"]}]',
      /cannot apply to both/,
    ],
    [
      'a name without resource',
      'rules: [{level: None, resources: [{resourceNames: [a]}]}]',
      /requires at least one resource/,
    ],
  ])('with %s is refused', (_, body, message) => {
    const text = body.startsWith('kind')
      ? `apiVersion: v1\n${body}`
      : `apiVersion: audit.k8s.io/v1\nkind: Policy\n${body}`;
    expect(() => readAuditPolicy(text)).toThrow(message);
  });
});

/** Keeps all events but those of the server's own calls. */
const collect = (events: AuditEvent[]): AuditBackend => ({
  write(event) {
    if (event.user.username !== 'system:apiserver') events.push(event);
  },
  close: async () => {},
});

describe('requests', () => {
  let cluster: Cluster;
  afterEach(() => cluster.stop());
  const events: AuditEvent[] = [];
  const start = async (policy: string) => {
    events.length = 0;
    const backend = collect(events);
    const audit = { policy: policyOf(policy), backends: [backend] };
    cluster = await Cluster.start({ controllers: false, scheduler: false, operations: { audit } });
    return createCall(await cluster.listen());
  };
  const MAPS = '/api/v1/namespaces/default/configmaps';
  const post = { method: 'POST', headers: { 'content-type': 'application/json', 'audit-id': 'mine' } };
  const body = JSON.stringify({ metadata: { name: 'a' }, data: { x: '1' } });

  test('are written down with their answer', async () => {
    const call = await start('rules: [{level: RequestResponse, resources: [{resources: [configmaps]}]}]');
    const answer = await call(MAPS, { ...post, body });
    expect(answer.headers['audit-id']).toBe('mine');
    await waitFor(() => events.length === 2);
    const { requestReceivedTimestamp, stageTimestamp, sourceIPs, objectRef, responseObject, ...rest } =
      events[1] as AuditEvent;
    expect(rest).toEqual({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      auditID: 'mine',
      stage: 'ResponseComplete',
      requestURI: MAPS,
      verb: 'create',
      user: expect.objectContaining({
        username: 'kubernetes-admin',
        groups: ['system:masters', 'system:authenticated'],
      }),
      responseStatus: { metadata: {}, code: 201 },
      requestObject: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { x: '1' } },
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    });
    expect(responseObject).toEqual(answer.json);
    const of = { resource: 'configmaps', namespace: 'default', apiVersion: 'v1', name: 'a' };
    // As the client names it: the server had not seen it yet.
    expect(objectRef).toEqual(of);
    await call(`${MAPS}/a`, { ...post, method: 'PUT', body: JSON.stringify(answer.json) });
    await waitFor(() => events.length === 4);
    const { uid, resourceVersion } = answer.json.metadata;
    expect(events[3]?.objectRef).toEqual({ ...of, uid, resourceVersion });
    expect([requestReceivedTimestamp, stageTimestamp]).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      expect.stringMatching(/^\d{4}-/),
    ]);
    expect(sourceIPs).toHaveLength(1);
    expect(events[0]?.stage).toBe('RequestReceived');
  });

  test('are written down as they were read', async () => {
    const call = await start('omitStages: [RequestReceived]\nrules: [{level: Request}]');
    const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], extra: 1 } };
    const path = '/api/v1/namespaces/default/services/s';
    const service = JSON.stringify({ metadata: { name: 's' }, spec: { ports: [{ port: 80 }] }, more: true });
    expect((await call(path.slice(0, -2), { ...post, body: service })).code).toBe(201);
    await call('/api/v1/namespaces/default/pods', { ...post, body: JSON.stringify(pod) });
    await call('/api/v1/namespaces/default/pods', { ...post, body: '{"spec":1}' });
    await call(path, { ...post, method: 'DELETE', body: '{"gracePeriodSeconds":0}' });
    await waitFor(() => events.length === 4);
    expect(events[0]?.requestObject).toEqual({
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 's' },
      spec: {
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
      },
      status: { loadBalancer: {} },
    });
    expect(events[1]?.requestObject).toMatchObject({
      spec: { restartPolicy: 'Always', schedulerName: 'default-scheduler' },
    });
    expect(events[1]?.requestObject).not.toHaveProperty('spec.extra');
    expect(events[2]?.requestObject).toBeUndefined();
    const options = { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', gracePeriodSeconds: 0 };
    expect(events[3]?.requestObject).toEqual(options);
  });

  test('that fail say why', async () => {
    const call = await start('omitStages: [RequestReceived]\nrules: [{level: Metadata}]');
    const { headers } = await call(`${MAPS}/none?pretty=true`);
    expect(headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
    await waitFor(() => events.length === 1);
    expect(events[0]).toMatchObject({
      auditID: headers['audit-id'],
      requestURI: `${MAPS}/none?pretty=true`,
      objectRef: { name: 'none' },
      responseStatus: { status: 'Failure', reason: 'NotFound', code: 404 },
    });
    expect(events[0]).not.toHaveProperty('requestObject');
    await call(MAPS, { headers: { 'impersonate-user': 'jane' } });
    await call(MAPS, { identity: null, headers: { authorization: 'Bearer wrong' } });
    await waitFor(() => events.length === 3);
    expect(
      events
        .slice(1)
        .map(({ responseStatus, annotations }) => [responseStatus, annotations?.['authorization.k8s.io/decision']]),
    ).toMatchObject([
      [{ code: 403 }, 'forbid'],
      [{ code: 401 }, undefined],
    ]);
    const { user, stage, responseStatus } = events[2] as AuditEvent;
    const message = 'Authentication failed, attempted: bearer';
    expect([user, stage, responseStatus]).toEqual([{}, 'ResponseStarted', { metadata: {}, message, code: 401 }]);
    events.length = 0;
    await call(`${MAPS}?timeout=1`);
    await waitFor(() => events.length === 1);
    expect(events[0]).toMatchObject({
      user: {},
      stage: 'ResponseStarted',
      responseStatus: {
        message: 'invalid timeout specified in the request URL - time: missing unit in duration "1"',
        code: 400,
      },
    });
  });

  test('on pods tell what their namespace’s level says of them', async () => {
    const call = await start(
      'omitStages: [RequestReceived]\nrules: [{level: Metadata, resources: [{resources: [pods]}]}]',
    );
    const labels = { 'pod-security.kubernetes.io/audit': 'restricted' };
    await call('/api/v1/namespaces', { ...post, body: JSON.stringify({ metadata: { name: 'watched', labels } }) });
    const account = JSON.stringify({ metadata: { name: 'default' } });
    await call('/api/v1/namespaces/watched/serviceaccounts', { ...post, body: account });
    const pod = { metadata: { name: 'a' }, spec: { containers: [{ name: 'a', image: 'a' }] } };
    await call('/api/v1/namespaces/watched/pods', { ...post, body: JSON.stringify(pod) });
    await waitFor(() => events.length === 1);
    expect(events[0]?.annotations).toMatchObject({
      'pod-security.kubernetes.io/enforce-policy': 'privileged:latest',
      'pod-security.kubernetes.io/audit-violations': expect.stringMatching(
        /^would violate PodSecurity "restricted:latest": /,
      ),
    });
  });

  test('that took long tell where their time went', () => {
    const tell = (latencies: Partial<Latencies>, totalMs: number) =>
      Object.fromEntries(latencyAnnotations({ ...noLatencies(), ...latencies }, totalMs));
    expect(tell({ authentication: 1, queue: 499 }, 500)).toEqual({});
    expect(tell({}, 2000)).toEqual({});
    expect(tell({ authentication: 0.25, queue: 1500, authorization: 2, impersonation: 3 }, 2000)).toEqual({
      'apiserver.latency.k8s.io/authentication': '250µs',
      'apiserver.latency.k8s.io/impersonation': '3ms',
      'apiserver.latency.k8s.io/apf-queue-wait': '1.5s',
      'apiserver.latency.k8s.io/authorization': '2ms',
      'apiserver.latency.k8s.io/total': '2s',
    });
  });

  test('of somebody who acts as another name both', async () => {
    const call = await start('omitStages: [RequestReceived]\nrules: [{level: Metadata}]');
    await call(MAPS, { headers: { 'impersonate-user': 'jane' } });
    await waitFor(() => events.length === 1);
    expect(events[0]).toMatchObject({
      user: { username: 'kubernetes-admin' },
      impersonatedUser: { username: 'jane' },
      authenticationMetadata: { impersonationConstraint: 'impersonate:user-info' },
      responseStatus: { code: 403 },
    });
    // Who may not act as others does not become them.
    await call(MAPS, { headers: { 'impersonate-group': 'dev' } });
    await waitFor(() => events.length === 2);
    expect(events[1]).toMatchObject({ user: { username: 'kubernetes-admin' }, responseStatus: { code: 400 } });
    expect(events[1]?.impersonatedUser).toBeUndefined();
  });

  test('that run long are written down when they begin, too', async () => {
    const call = await start('omitStages: [RequestReceived]\nrules: [{level: Metadata}]');
    await call(`${MAPS}?watch=true&timeoutSeconds=1`);
    await waitFor(() => events.length === 2);
    expect(events.map(({ stage, verb, responseStatus }) => [stage, verb, responseStatus])).toEqual([
      ['ResponseStarted', 'watch', { metadata: {}, code: 200 }],
      ['ResponseComplete', 'watch', { metadata: {}, code: 200 }],
    ]);
  });
});

test('of tokens it is told which are made, and which are used past their time', async () => {
  const events: AuditEvent[] = [];
  const clock = new VirtualClock(Date.now());
  const policy = policyOf('omitStages: [RequestReceived]\nrules: [{level: Metadata}]');
  const operations = { audit: { policy, backends: [collect(events)] } };
  const cluster = await Cluster.start({ controllers: false, scheduler: false, clock, operations });
  const { client } = cluster;
  const robot = { metadata: { name: 'robot', namespace: 'default' }, secrets: [{ name: 'found' }] };
  const { metadata } = await client.of(ServiceAccounts).create(robot);
  const spec = { serviceAccountName: 'robot', containers: [{ name: 'a', image: 'a' }] };
  await client.of(Pods).create({ metadata: { name: 'web', namespace: 'default' }, spec });
  const call = createCall(await cluster.listen());
  const noted = async (token: string) => {
    events.length = 0;
    const { headers } = await call('/version', { identity: null, headers: { authorization: `Bearer ${token}` } });
    await waitFor(() => events.length === 1);
    const of = Object.entries(events[0]?.annotations ?? {}).filter(([key]) => key.startsWith('authentication'));
    return { ...Object.fromEntries(of), ...(headers['warning'] ? { warning: headers['warning'] } : {}) };
  };
  const secretToken = async (secret: string, labels = {}) => {
    const account = { name: 'robot', uid: metadata?.uid ?? '' };
    const token = await cluster.apiServer.signForSecret({ namespace: 'default', secret, account });
    const data = { token: Buffer.from(token).toString('base64') };
    await client.of(Secrets).create({ metadata: { name: secret, namespace: 'default', labels }, data });
    return token;
  };

  const request = { spec: { expirationSeconds: 3607, boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web' } } };
  const made = await call('/api/v1/namespaces/default/serviceaccounts/robot/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const { token } = made.json.status;
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  await waitFor(() => events.some(({ objectRef }) => objectRef?.['subresource'] === 'token'));
  expect(events.at(-1)?.annotations).toMatchObject({
    'authentication.kubernetes.io/issued-credential-id': `JTI=${jti}`,
  });
  expect(await noted(token)).toEqual({});
  clock.advance(3_617_000);
  expect(await noted(token)).toEqual({
    'authentication.k8s.io/stale-token':
      'subject: system:serviceaccount:default:robot, seconds after warning threshold: 10',
  });
  expect(await noted(await secretToken('asked'))).toEqual({
    'authentication.k8s.io/legacy-token': 'system:serviceaccount:default:robot',
    'authentication.k8s.io/legacy-token-manual-secret': 'asked',
  });
  expect(await noted(await secretToken('found'))).toEqual({
    'authentication.k8s.io/legacy-token': 'system:serviceaccount:default:robot',
    'authentication.k8s.io/legacy-token-autogenerated-secret': 'found',
    warning: expect.stringContaining('instead of auto-generated secret-based tokens'),
  });
  const invalid = await secretToken('old', { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' });
  expect(await noted(invalid)).toEqual({
    'authentication.k8s.io/legacy-token': 'system:serviceaccount:default:robot',
    'authentication.k8s.io/legacy-token-invalidated': 'old/default',
  });
  expect(events[0]?.responseStatus).toMatchObject({ code: 401 });
  const metrics = String((await call('/metrics')).bytes);
  expect(metrics.match(/^serviceaccount_.*$/gm)).toEqual([
    'serviceaccount_invalid_legacy_auto_token_uses_total 1',
    'serviceaccount_legacy_auto_token_uses_total 1',
    'serviceaccount_legacy_manual_token_uses_total 1',
    'serviceaccount_legacy_tokens_total 3',
    'serviceaccount_stale_tokens_total 1',
    'serviceaccount_valid_tokens_total 4',
  ]);
  await cluster.stop();
});

test('calls made inside the process are written down as those over HTTP', async () => {
  const events: AuditEvent[] = [];
  const backend = collect(events);
  const policy = policyOf('omitStages: [RequestReceived]\nrules: [{level: Request, namespaces: [default]}]');
  const operations = { audit: { policy, backends: [backend] } };
  const cluster = await Cluster.start({ controllers: false, scheduler: false, operations });
  const robot = cluster.clientFor({ name: 'system:serviceaccount:kube-system:robot', groups: [] });
  const maps = cluster.client.of(ConfigMaps);
  await maps.create({ metadata: { name: 'a', namespace: 'default' } });
  await expect(robot.of(ConfigMaps).list({ namespace: 'default', limit: 5 })).rejects.toThrow('forbidden');
  const stop = new AbortController();
  const watching = maps.watch({ namespace: 'default' }, () => stop.abort(), stop.signal);
  await watching;
  await cluster.stop();
  const told = events.map(({ stage, verb, requestURI, user, responseStatus }) => [
    stage,
    verb,
    requestURI,
    user.username,
    (responseStatus as { code?: number } | undefined)?.code,
  ]);
  const path = '/api/v1/namespaces/default/configmaps';
  expect(told).toEqual([
    ['ResponseComplete', 'create', path, 'kubernetes-admin', 201],
    ['ResponseComplete', 'list', `${path}?limit=5`, 'system:serviceaccount:kube-system:robot', 403],
    ['ResponseStarted', 'watch', `${path}?watch=true`, 'kubernetes-admin', 200],
    ['ResponseComplete', 'watch', `${path}?watch=true`, 'kubernetes-admin', 200],
  ]);
  expect(events[0]?.requestObject).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'a' } });
});

const event = (auditID: string) => ({ auditID }) as AuditEvent;

describe('the log file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'knarr-audit-'));
  const path = join(directory, 'audit.log');
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const read = (name: string) => readFileSync(join(directory, name), 'utf8').trimEnd().split('\n');

  test('holds a line per event, and goes on where it ended', async () => {
    const options = { path, clock: new VirtualClock(), logger: silentLogger };
    for (const ids of [['1', '2'], ['3']]) {
      const log = await LogBackend.open(options);
      for (const id of ids) log.write(event(id));
      await log.close();
    }
    expect(read('audit.log')).toEqual(['{"auditID":"1"}', '{"auditID":"2"}', '{"auditID":"3"}']);
  });

  test('is put aside when it is full, and old ones are removed', async () => {
    const clock = new VirtualClock();
    const log = await LogBackend.open({ path, clock, logger: silentLogger, maxBytes: 40, maxBackups: 2 });
    for (let id = 0; id < 9; id++) log.write(event(String(id)));
    await log.close();
    const names = readdirSync(directory).sort();
    expect(names).toEqual(['audit-2026-01-01T00-00-00.002.log', 'audit-2026-01-01T00-00-00.003.log', 'audit.log']);
    expect(names.flatMap(read)).toEqual(['4', '5', '6', '7', '8'].map((id) => `{"auditID":"${id}"}`));
  });

  test('put aside is compressed on demand', async () => {
    const clock = new VirtualClock();
    const log = await LogBackend.open({
      path,
      clock,
      logger: silentLogger,
      maxBytes: 20,
      maxBackups: 1,
      compress: true,
    });
    for (const id of ['1', '2', '3']) log.write(event(id));
    await log.close();
    expect(readdirSync(directory).sort()).toEqual(['audit-2026-01-01T00-00-00.001.log.gz', 'audit.log']);
    const packed = readFileSync(join(directory, 'audit-2026-01-01T00-00-00.001.log.gz'));
    expect(gunzipSync(packed).toString()).toBe('{"auditID":"2"}\n');
  });

  test('put aside long ago is removed', async () => {
    const clock = new VirtualClock();
    const day = 24 * 3_600_000;
    const log = await LogBackend.open({ path, clock, logger: silentLogger, maxBytes: 20, maxAgeMs: day });
    for (const id of ['1', '2', '3']) {
      log.write(event(id));
      await waitFor(() => read('audit.log').join() === `{"auditID":"${id}"}`);
      clock.advance(1.1 * day);
    }
    await log.close();
    expect(readdirSync(directory).sort()).toEqual(['audit-2026-01-03T04-48-00.000.log', 'audit.log']);
  });
});

describe('the webhook', () => {
  test('holds requests up, where it must not miss any', async () => {
    const clock = new VirtualClock();
    let isUp = true;
    const post = async () => {
      if (!isUp) throw new Error('down');
    };
    const waiting = async (backend: BlockingWebhookBackend) => {
      const done = backend.write(event('1'));
      for (let attempt = 0; attempt < 5; attempt++) {
        await tick();
        clock.advance(100_000);
      }
      return done;
    };
    const common = { post, clock, logger: silentLogger };
    const [kind, strict] = [false, true].map((isStrict) => new BlockingWebhookBackend({ ...common, isStrict }));
    expect(await strict!.write(event('1'))).toBe(true);
    isUp = false;
    expect([await waiting(kind!), await waiting(strict!)]).toEqual([true, false]);
  });

  test('that is missing stops all requests, where it must not miss any', async () => {
    const backend: AuditBackend = { write: async () => false, close: async () => {} };
    const audit = { policy: policyOf('rules: [{level: Metadata, nonResourceURLs: [/version]}]'), backends: [backend] };
    const cluster = await Cluster.start({ controllers: false, scheduler: false, operations: { audit } });
    const call = createCall(await cluster.listen());
    const { code, headers, bytes } = await call('/version?a=b');
    expect([code, headers['content-type'], bytes.toString()]).toEqual([
      500,
      'text/plain; charset=utf-8',
      'Internal Server Error: "/version?a=b": failed to store audit event\n',
    ]);
    expect((await call('/readyz')).code).toBe(200);
    await cluster.stop();
  });

  const setUp = (post: (body: string) => Promise<void>) => {
    const clock = new VirtualClock();
    return { clock, hook: new WebhookBackend({ post, clock, logger: silentLogger, maxBatch: 2, firstRetryMs: 100 }) };
  };
  const idsOf = (body: string) => JSON.parse(body).items.map(({ auditID }: AuditEvent) => auditID);
  const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

  test('gets full batches at once, the rest after a while', async () => {
    const bodies: string[] = [];
    const { clock, hook } = setUp(async (body) => void bodies.push(body));
    for (const id of ['1', '2', '3']) hook.write(event(id));
    await tick();
    clock.advance(30_000);
    await tick();
    expect(bodies.map(idsOf)).toEqual([['1', '2'], ['3']]);
    expect(JSON.parse(bodies[0] as string)).toMatchObject({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1' });
  });

  test('gets again what it did not take, and the rest at the end', async () => {
    const bodies: string[] = [];
    let failures = 2;
    const { clock, hook } = setUp(async (body) => {
      if (failures-- > 0) throw new Error('down');
      bodies.push(body);
    });
    for (const id of ['1', '2']) hook.write(event(id));
    for (let round = 0; round < 5; round++) {
      await tick();
      clock.advance(200);
    }
    hook.write(event('3'));
    await hook.close();
    expect(bodies.map(idsOf)).toEqual([['1', '2'], ['3']]);
  });
});

test('an event that is too large goes without its objects, or not at all', () => {
  const events: AuditEvent[] = [];
  const backend = new TruncatingBackend(collect(events), { maxEventBytes: 200, logger: silentLogger });
  const event = (more: object) =>
    ({ kind: 'Event', level: 'Request', auditID: 'a', user: {}, ...more }) as unknown as AuditEvent;
  const large = { data: 'x'.repeat(300) };
  backend.write(event({ requestObject: { data: 'x' } }));
  backend.write(event({ requestObject: large, responseObject: large, annotations: { a: 'b' } }));
  backend.write(event({ requestObject: large, requestURI: 'x'.repeat(300) }));
  backend.write(event({ level: 'Metadata', requestURI: 'x'.repeat(300) }));
  expect(events).toEqual([
    event({ requestObject: { data: 'x' } }),
    event({ annotations: { a: 'b', 'audit.k8s.io/truncated': 'true' } }),
  ]);
});
