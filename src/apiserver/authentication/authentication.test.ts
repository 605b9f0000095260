import { connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type Secret, Secrets } from '#api/core/v1/secret.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { withoutBearerProtocol } from './bearer-token.ts';
import { type SecureServer, startSecureServer } from './testing/secure-server.ts';
import { parseTokenFile } from './token-file.ts';

const AUTHENTICATED = 'system:authenticated';
const DAY_MS = 86_400_000;
const OWN_AUDIENCE = 'https://kubernetes.default.svc.cluster.local';
const clock = new VirtualClock(Math.floor(Date.now() / 1000) * 1000);
let server: SecureServer;
let proxies: CertificateAuthority;
beforeAll(async () => {
  proxies = await CertificateAuthority.create('proxy-ca', systemClock);
  server = await startSecureServer({
    clock,
    authentication: {
      tokens: parseTokenFile('t0ken,jane,7,"dev,ops"\n'),
      requestHeader: { ca: proxies.pair.certificate, allowedNames: ['front-proxy'] },
    },
  });
});
afterAll(() => server.stop());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const proxy = async (commonName: string) => {
  const { certificate: cert, key } = await proxies.issue({ commonName });
  return { cert, key };
};

test('a token file gives users their uids and groups', async () => {
  expect(await server.whoAmI(bearer('t0ken'))).toEqual({
    username: 'jane',
    uid: '7',
    groups: ['dev', 'ops', AUTHENTICATED],
  });
  expect(await server.whoAmI(bearer('wrong'))).toBe('401 Unauthorized');
  expect(await server.whoAmI()).toBe('401 Unauthorized');
});

test('a token behind two blanks is none, and its sender is told so', async () => {
  const answer = await server.call('/api', { identity: null, headers: { authorization: 'Bearer  t0ken' } });
  expect([answer.code, answer.headers['warning']]).toEqual([
    401,
    '299 - "the provided Authorization header contains extra space before the bearer token, and is ignored"',
  ]);
  const { code, headers } = await server.call('/api', { identity: null, headers: bearer('t0ken') });
  expect([code, headers['warning']]).toEqual([200, undefined]);
});

test('a browser shows its token as a WebSocket subprotocol, beside another one', async () => {
  const protocol = `base64url.bearer.authorization.k8s.io.${Buffer.from('t0ken').toString('base64url')}`;
  expect(await server.whoAmI({ 'sec-websocket-protocol': `v5.channel.k8s.io, ${protocol}` })).toMatchObject({
    username: 'jane',
  });
  expect(await server.whoAmI({ 'sec-websocket-protocol': protocol })).toBe('401 Unauthorized');
});

test('a token among the subprotocols goes no further', () => {
  expect(withoutBearerProtocol('a.k8s.io, base64url.bearer.authorization.k8s.io.dDBrZW4,b')).toBe('a.k8s.io, b');
  expect(withoutBearerProtocol('a,b')).toBe('a,b');
});

test('a client certificate names its user, groups and itself', async () => {
  const { certificate: cert, key } = await server.endpoint.certificateFor('kate', ['team']);
  expect(await server.whoAmI({}, { cert, key })).toEqual({
    username: 'kate',
    groups: ['team', AUTHENTICATED],
    extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/)] },
  });
});

test('a certificate is good until it expires, however long its connection lives', async () => {
  const time = new VirtualClock(Date.now());
  const requestHeader = { ca: proxies.pair.certificate };
  const aging = await startSecureServer({ clock: time, authentication: { requestHeader } });
  const { certificate, key } = await aging.endpoint.certificateFor('kate', []);
  const kate = { cert: certificate, key };
  const frontProxy = await proxy('front-proxy');
  const lena = { 'x-remote-user': 'lena' };
  time.advance(364 * DAY_MS);
  expect(await aging.whoAmI({}, kate)).toMatchObject({ username: 'kate' });
  expect(await aging.whoAmI(lena, frontProxy)).toMatchObject({ username: 'lena' });
  time.advance(2 * DAY_MS);
  expect(await aging.whoAmI({}, kate)).toBe('401 Unauthorized');
  expect(await aging.whoAmI(lena, frontProxy)).toBe('401 Unauthorized');
  await aging.stop();
});

describe('a front proxy', () => {
  const headers = {
    'x-remote-user': 'lena',
    'x-remote-group': 'a',
    'x-remote-uid': '9',
    'x-remote-extra-Scopes%2Fx': 'y',
  };

  test('says for whom it asks', async () => {
    expect(await server.whoAmI(headers, await proxy('front-proxy'))).toEqual({
      username: 'lena',
      uid: '9',
      groups: ['a', AUTHENTICATED],
      extra: { 'scopes/x': ['y'] },
    });
  });

  test('must have a name that is allowed, and is no client itself', async () => {
    expect(await server.whoAmI(headers, await proxy('other'))).toBe('401 Unauthorized');
    expect(await server.whoAmI({}, await proxy('front-proxy'))).toBe('401 Unauthorized');
  });

  test('is not believed with a client’s certificate', async () => {
    const { certificate: cert, key } = await server.endpoint.certificateFor('front-proxy', []);
    expect(await server.whoAmI(headers, { cert, key })).toMatchObject({ username: 'front-proxy' });
  });
});

test('API servers behind this one find whom it trusts', async () => {
  const at = { namespace: 'kube-system' };
  expect((await server.admin.of(ConfigMaps).get('extension-apiserver-authentication', at)).data).toEqual({
    'client-ca-file': server.endpoint.ca,
    'requestheader-allowed-names': '["front-proxy"]',
    'requestheader-client-ca-file': proxies.pair.certificate,
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  });
});

describe('bootstrap tokens', () => {
  const token = (id: string, data: Readonly<Record<string, string>>): Secret => ({
    metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(
      Object.entries({
        'token-id': id,
        'token-secret': '0123456789abcdef',
        'usage-bootstrap-authentication': 'true',
        ...data,
      }).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  });

  test.each<[string, Readonly<Record<string, string>>, unknown]>([
    [
      'aaaaaa',
      { 'auth-extra-groups': 'system:bootstrappers:kubeadm' },
      {
        username: 'system:bootstrap:aaaaaa',
        groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm', AUTHENTICATED],
      },
    ],
    ['bbbbbb', { expiration: '2000-01-01T00:00:00Z' }, '401 Unauthorized'],
    ['cccccc', { 'usage-bootstrap-authentication': 'false' }, '401 Unauthorized'],
    ['dddddd', { 'auth-extra-groups': 'system:masters' }, '401 Unauthorized'],
    ['eeeeee', { 'token-secret': 'fedcba9876543210' }, '401 Unauthorized'],
  ])('%s with %o', async (id, data, expected) => {
    await server.admin.of(Secrets).create(token(id, data));
    expect(await server.whoAmI(bearer(`${id}.0123456789abcdef`))).toEqual(expected);
  });
});

describe('service-account tokens', () => {
  interface Made {
    readonly status: { readonly token: string; readonly expirationTimestamp: string };
    readonly spec: { readonly expirationSeconds: number };
  }
  const make = (spec: object) =>
    server.admin.of(ServiceAccounts).createSubresource<Made>('robot', 'token', { spec }, { namespace: 'default' });
  const seconds = ({ status }: Made) => Math.round((Date.parse(status.expirationTimestamp) - clock.now()) / 1000);
  beforeAll(async () => {
    await server.admin.of(ServiceAccounts).create({ metadata: { name: 'robot', namespace: 'default' } });
    await server.admin.of(Pods).create({
      metadata: { name: 'web', namespace: 'default' },
      spec: { serviceAccountName: 'robot', nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    } as Pod);
  });

  test('say who, on which node and in which pod', async () => {
    const { status } = await make({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web' } });
    const account = await server.admin.of(ServiceAccounts).get('robot', { namespace: 'default' });
    const pod = await server.admin.of(Pods).get('web', { namespace: 'default' });
    expect(await server.whoAmI(bearer(status.token))).toEqual({
      username: 'system:serviceaccount:default:robot',
      uid: account.metadata?.uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', AUTHENTICATED],
      extra: {
        'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)],
        'authentication.kubernetes.io/node-name': ['n1'],
        'authentication.kubernetes.io/pod-name': ['web'],
        'authentication.kubernetes.io/pod-uid': [pod.metadata?.uid],
      },
    });
  });

  test('name the node of a pod without a uid where there is none', async () => {
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web' };
    const nodeOf = async () => {
      const { status } = await make({ boundObjectRef });
      const claims = Buffer.from(status.token.split('.')[1] ?? '', 'base64url').toString();
      return JSON.parse(claims)['kubernetes.io'].node;
    };
    expect(await nodeOf()).toEqual({ name: 'n1' });
    const { metadata } = await server.admin.of(Nodes).create({ metadata: { name: 'n1' } });
    expect(await nodeOf()).toEqual({ name: 'n1', uid: metadata?.uid });
    await server.admin.of(Nodes).delete('n1');
  });

  test('are for their audiences', async () => {
    const { status } = await make({ audiences: ['vault', 'other'] });
    expect(await server.whoAmI(bearer(status.token))).toBe('401 Unauthorized');
    expect(await server.reviewToken(status.token, ['vault', 'x'])).toMatchObject({
      authenticated: true,
      audiences: ['vault'],
      user: { username: 'system:serviceaccount:default:robot' },
    });
    expect(await server.reviewToken(status.token)).toEqual({
      user: {},
      error: `[invalid bearer token, token audiences ["vault" "other"] is invalid for the target audiences ["${OWN_AUDIENCE}"]]`,
    });
  });

  test('live as long as was asked, those of pods’ volumes longer than they say', async () => {
    const bound = { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web' } };
    const short = await make({ ...bound, expirationSeconds: 600 });
    const projected = await make({ ...bound, expirationSeconds: 3607 });
    const unbound = await make({ expirationSeconds: 3607 });
    expect([short, projected, unbound].map(seconds)).toEqual([600, 3607, 3607]);
    clock.advance(2 * 3600 * 1000);
    expect(await server.reviewToken(short.status.token)).toEqual({
      user: {},
      error: '[invalid bearer token, service account token has expired]',
    });
    expect(await server.whoAmI(bearer(projected.status.token))).toMatchObject({
      username: 'system:serviceaccount:default:robot',
    });
    expect(await server.whoAmI(bearer(unbound.status.token))).toBe('401 Unauthorized');
  });

  test.each<[object, string]>([
    [{ expirationSeconds: 599 }, 'may not specify a duration less than 10 minutes'],
    [{ expirationSeconds: 2 ** 32 + 1 }, 'may not specify a duration larger than 2^32 seconds'],
    [
      { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'x' } },
      'cannot bind token to object of type /v1, Kind=ConfigMap',
    ],
    [
      { boundObjectRef: { kind: 'Pod', apiVersion: 'apps/v1', name: 'web' } },
      'cannot bind token to object of type apps/v1, Kind=Pod',
    ],
    [{ boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'x' } }, 'secrets "x" not found'],
    [
      { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: 'u' } },
      'the UID in the bound object reference (u) does not match the UID in record. The object might have been deleted and then recreated',
    ],
  ])('a request for %o is refused', async (spec, message) => {
    await expect(make(spec)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  test('are of the account in the path', async () => {
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name: 'other' },
      spec: {},
    };
    const answer = await server.post('/api/v1/namespaces/default/serviceaccounts/robot/token', request);
    expect([answer.code, answer.json.message]).toEqual([
      422,
      'TokenRequest.authentication.k8s.io "robot" is invalid: metadata.name: Invalid value: "other": must match the service account name if specified',
    ]);
  });

  test('are of the very account that is meant', async () => {
    const path = '/api/v1/namespaces/default/serviceaccounts/robot';
    const { uid } = (await server.call(path)).json.metadata;
    const ask = (meant: string) => server.post(`${path}/token`, { metadata: { uid: meant }, spec: {} });
    expect((await ask(uid)).json.metadata).toMatchObject({ name: 'robot', uid });
    const { code, json } = await ask('other');
    expect([code, json.message]).toEqual([
      409,
      `Operation cannot be fulfilled on TokenRequest.authentication.k8s.io "robot": the UID in the token request (other) does not match the UID of the service account (${uid})`,
    ]);
  });

  test('die with what they are bound to', async () => {
    const { status } = await make({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web' } });
    await server.admin.of(Pods).delete('web', { namespace: 'default', gracePeriodSeconds: 0 });
    expect(await server.reviewToken(status.token)).toEqual({
      user: {},
      error: '[invalid bearer token, service account token has been invalidated]',
    });
  });

  test('the keys they verify with are public to service accounts', async () => {
    const { status } = await make({});
    const get = (path: string) => server.call(path, { identity: null, headers: bearer(status.token) });
    const keys = await get('/openid/v1/jwks');
    expect([keys.code, keys.headers['content-type']]).toEqual([200, 'application/jwk-set+json']);
    const header = JSON.parse(Buffer.from(status.token.split('.')[0] as string, 'base64url').toString());
    expect(keys.json.keys).toMatchObject([{ kid: header.kid, alg: 'ES256', use: 'sig', kty: 'EC', crv: 'P-256' }]);
    const discovery = await get('/.well-known/openid-configuration');
    expect(discovery.headers['content-type']).toBe('application/json');
    expect(discovery.json).toEqual({
      issuer: OWN_AUDIENCE,
      jwks_uri: `${OWN_AUDIENCE}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
    expect((await server.call('/openid/v1/jwks', { identity: null, headers: bearer('t0ken') })).code).toBe(403);
  });
});

describe('a token review', () => {
  test('of a token that nobody knows says so, and one of none is refused', async () => {
    expect(await server.reviewToken('nonsense')).toEqual({ user: {}, error: 'invalid bearer token' });
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: {} };
    const answer = await server.post('/apis/authentication.k8s.io/v1/tokenreviews', review);
    expect([answer.code, answer.json.message]).toEqual([400, 'token is required for TokenReview in authentication']);
  });

  test('takes a token that is for nobody in particular as one for the server', async () => {
    expect(await server.reviewToken('t0ken')).toMatchObject({ authenticated: true, audiences: [OWN_AUDIENCE] });
    expect(await server.reviewToken('t0ken', ['vault'])).toEqual({ user: {}, error: 'invalid bearer token' });
  });
});

describe('impersonation', () => {
  beforeAll(async () => {
    const rules = [
      { verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['bob', 'system:anonymous'] },
      { verbs: ['impersonate'], apiGroups: [''], resources: ['groups'], resourceNames: ['dev'] },
      { verbs: ['impersonate'], apiGroups: [''], resources: ['serviceaccounts'], resourceNames: ['robot'] },
      { verbs: ['impersonate'], apiGroups: ['authentication.k8s.io'], resources: ['uids'], resourceNames: ['8'] },
      { verbs: ['impersonate'], apiGroups: ['authentication.k8s.io'], resources: ['userextras/scopes'] },
    ];
    await server.admin.of(ClusterRoles).create({ metadata: { name: 'actor' }, rules });
    await server.admin.of(ClusterRoleBindings).create({
      metadata: { name: 'actor' },
      roleRef: { kind: 'ClusterRole', name: 'actor' },
      subjects: [{ kind: 'User', name: 'jane' }],
    });
    // Refusals are told as of the mode that was let before.
    await as({ 'Impersonate-User': 'bob' });
  });
  const as = (headers: Record<string, string>) => server.whoAmI({ ...bearer('t0ken'), ...headers });

  test.each<[string, Record<string, string>, unknown]>([
    ['a user', { 'Impersonate-User': 'bob' }, { username: 'bob', groups: [AUTHENTICATED] }],
    [
      'a user with all there is',
      {
        'Impersonate-User': 'bob',
        'Impersonate-Group': 'dev',
        'Impersonate-Uid': '8',
        'Impersonate-Extra-Scopes': 'a',
      },
      { username: 'bob', uid: '8', groups: ['dev', AUTHENTICATED], extra: { scopes: ['a'] } },
    ],
    [
      'a service account',
      { 'Impersonate-User': 'system:serviceaccount:default:robot' },
      {
        username: 'system:serviceaccount:default:robot',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', AUTHENTICATED],
      },
    ],
    [
      'a user that it may not',
      { 'Impersonate-User': 'eve' },
      '403 users "eve" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      'a group that it may not',
      { 'Impersonate-User': 'bob', 'Impersonate-Group': 'system:masters' },
      '403 groups "system:masters" is forbidden: User "jane" cannot impersonate resource "groups" in API group "" at the cluster scope',
    ],
    [
      'an extra that it may not',
      { 'Impersonate-User': 'bob', 'Impersonate-Extra-Other': 'x' },
      '403 userextras.authentication.k8s.io "x" is forbidden: User "jane" cannot impersonate resource "userextras/other" in API group "authentication.k8s.io" at the cluster scope',
    ],
    [
      'a uid that it may not',
      { 'Impersonate-User': 'bob', 'Impersonate-Uid': '9' },
      '403 uids.authentication.k8s.io "9" is forbidden: User "jane" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope',
    ],
  ])('%s', async (_name, headers, expected) => {
    expect(await as(headers)).toEqual(expected);
  });

  test.each(['HTTP/1.1', 'HTTP/2'])('every group that is named counts, over %s', async (version) => {
    const { server: url, ca, admin } = server.endpoint;
    const { cert, key } = admin.tls;
    const headers = {
      'impersonate-user': 'bob',
      'impersonate-group': ['a, b', 'c'],
      'content-type': 'application/json',
    };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
    const text = await new Promise<string>((resolve, reject) => {
      const tls = { ca, cert: cert as string, key: key as string };
      const collect = (stream: Readable) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk) => chunks.push(chunk));
        stream.once('end', () => resolve(Buffer.concat(chunks).toString()));
        stream.once('error', reject);
      };
      if (version === 'HTTP/2') {
        const session = connect(url, tls);
        const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
        stream.once('close', () => session.close());
        collect(stream);
        stream.end(body);
      } else {
        const request = httpsRequest(`${url}${path}`, { ...tls, method: 'POST', headers, agent: false }, collect);
        request.once('error', reject);
        request.end(body);
      }
    });
    expect(JSON.parse(text).status.userInfo).toEqual({ username: 'bob', groups: ['a, b', 'c', AUTHENTICATED] });
  });

  test('the anonymous user has rights of its own', async () => {
    expect(await as({ 'Impersonate-User': 'system:anonymous' })).toMatch(
      /^403 .*User "system:anonymous" cannot create/,
    );
  });

  test.each([
    ['a group', { 'Impersonate-Group': 'dev' }, 'UID:"", Groups:[]string{"dev"}, Extra:map[string][]string(nil)'],
    ['a uid', { 'Impersonate-Uid': '8' }, 'UID:"8", Groups:[]string(nil), Extra:map[string][]string(nil)'],
    [
      'an extra',
      { 'Impersonate-Extra-Scopes': 'a' },
      'UID:"", Groups:[]string(nil), Extra:map[string][]string{"scopes":[]string{"a"}}',
    ],
  ])('nobody acts as %s alone', async (_name, headers, rest) => {
    expect(await as(headers as Record<string, string>)).toBe(
      `400 requested &user.DefaultInfo{Name:"", ${rest}} without impersonating a user name`,
    );
  });
});
