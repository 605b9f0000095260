import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { checkDiscovery, refuses } from '../support/api-operations.ts';
import { pod } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
let namespace: string;
beforeAll(async () => {
  rest = await Rest.start({
    controllers: ['serviceaccount-controller', 'root-ca-certificate-publisher-controller'],
    controllersOptions: { rootCa: 'the certificates' },
    scheduler: false,
  });
  namespace = await rest.namespace('accounts', { serviceAccount: true });
});
afterAll(() => rest?.stop());

/** What asks for a certificate, as the API takes it. */
async function createSigningRequest(commonName: string): Promise<string> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const made = await Pkcs10CertificateRequestGenerator.create({ name: `CN=${commonName}`, keys, signingAlgorithm });
  return Buffer.from(made.toString('pem')).toString('base64');
}

const accounts = () => rest.of('v1', 'serviceaccounts', namespace);
const post = (path: string, body: Body, headers: Record<string, string> = {}) =>
  rest.call('POST', path, { body, headers });

describe('[sig-auth] Certificates API [Privileged:ClusterAdmin]', () => {
  test('should support CSR API operations', async () => {
    const requests = rest.of('certificates.k8s.io/v1', 'certificatesigningrequests');
    const subresources = ['approval', 'status'];
    await checkDiscovery(requests, { kind: 'CertificateSigningRequest', subresources });
    const signerName = 'example.test/signer';
    const usages = ['digital signature', 'key encipherment', 'server auth'];
    const request = await createSigningRequest('conformance.example.test');
    const spec = { request, signerName, expirationSeconds: 3600, usages };
    const create = () => requests.create({ metadata: { generateName: 'example-' }, spec });
    const created = await create();
    expect(created.spec).toMatchObject({ ...spec, username: 'kubernetes-admin', groups: expect.any(Array) });
    await create();
    await create();
    const selector = { fieldSelector: `spec.signerName=${signerName}` };
    expect(await requests.names(selector)).toHaveLength(3);
    const { name } = created.metadata;
    const watch = await requests.watch({ fieldSelector: `metadata.name=${name}` });
    const note = (key: string) => ({ metadata: { annotations: { [key]: 'true' } } });
    await requests.patch(name, 'merge', note('patched'));
    await requests.change(name, ({ metadata }) => Object.assign(metadata.annotations, { updated: 'true' }));
    await watch.until('MODIFIED', ({ metadata }) => metadata.annotations.updated === 'true');

    const condition = (type: string) => ({ type, status: 'True', reason: 'Tested' });
    const approval = { subresource: 'approval' };
    expect((await requests.get(name, approval)).metadata.uid).toBe(created.metadata.uid);
    const conditions = [condition('ApprovalPatch')];
    const approvalPatch = { ...note('patchedApproval'), status: { conditions } };
    expect(await requests.patch(name, 'merge', approvalPatch, approval)).toMatchObject(approvalPatch);
    const approved = await requests.change(
      name,
      ({ status }) => status.conditions.push(condition('Approved')),
      approval,
    );
    expect(approved.status.conditions).toMatchObject([condition('ApprovalPatch'), condition('Approved')]);

    const status = { subresource: 'status' };
    expect((await requests.get(name, status)).kind).toBe('CertificateSigningRequest');
    const certificate = Buffer.from(rest.endpoint.ca).toString('base64');
    const statusPatch = { ...note('patchedStatus'), status: { certificate } };
    expect(await requests.patch(name, 'merge', statusPatch, status)).toMatchObject(statusPatch);
    const more = await requests.change(
      name,
      (object) => object.status.conditions.push(condition('StatusUpdate')),
      status,
    );
    expect(more.status.conditions).toHaveLength(3);
    // The main resource changes neither.
    const meant = await requests.change(name, (object) => Object.assign(object, { status: {} }));
    expect(meant.status).toEqual(more.status);

    await requests.delete(name);
    await refuses(requests.get(name), 404, 'NotFound');
    expect(await requests.names(selector)).toHaveLength(2);
    await requests.deleteCollection(selector);
    expect(await requests.names(selector)).toEqual([]);
  });
});

describe('[sig-auth] ServiceAccounts', () => {
  test('should run through the lifecycle of a ServiceAccount', async () => {
    const selector = { labelSelector: 'lifecycle=yes' };
    const created = await accounts().create({ metadata: { name: 'lifecycle', labels: { lifecycle: 'yes' } } });
    expect((await accounts().get('lifecycle')).metadata.uid).toBe(created.metadata.uid);
    // Watched from nowhere: what is there comes first.
    const watch = await rest.watch(accounts().path(undefined, { query: { ...selector, watch: true } }));
    await watch.of('ADDED', 'lifecycle');
    await accounts().patch('lifecycle', 'strategic', { automountServiceAccountToken: false });
    await watch.until('MODIFIED', (object) => object.automountServiceAccountToken === false);
    expect((await accounts().everywhere.list(selector)).items).toMatchObject([{ automountServiceAccountToken: false }]);
    await accounts().deleteCollection(selector);
    await watch.of('DELETED', 'lifecycle');
  });

  test('should update a ServiceAccount', async () => {
    const created = await accounts().create({ metadata: { name: 'updated' }, automountServiceAccountToken: false });
    expect(created.automountServiceAccountToken).toBe(false);
    await accounts().change('updated', (object) => Object.assign(object, { automountServiceAccountToken: true }));
    expect((await accounts().get('updated')).automountServiceAccountToken).toBe(true);
  });

  test('should guarantee kube-root-ca.crt exist in any namespace', async () => {
    const maps = rest.of('v1', 'configmaps', namespace);
    const published = () =>
      waitFor(async () => {
        const { data } = await maps.get('kube-root-ca.crt');
        return data?.['ca.crt'] === 'the certificates';
      });
    await published();
    await maps.delete('kube-root-ca.crt', { body: { gracePeriodSeconds: 0 } });
    await published();
    await maps.update({ metadata: { name: 'kube-root-ca.crt' }, data: { 'ca.crt': '' } });
    await published();
  });

  test('should create a serviceAccountToken and ensure a successful TokenReview', async () => {
    const account = await accounts().create({ metadata: { name: 'tokened' } });
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const answer = await accounts().createAt('tokened', 'token', request);
    const { token } = answer.status;
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const { code, body } = await post(path, review);
    expect([code, body.status]).toMatchObject([
      201,
      {
        authenticated: true,
        user: {
          username: `system:serviceaccount:${namespace}:tokened`,
          uid: account.metadata.uid,
          groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        },
      },
    ]);
    expect(body.status).not.toHaveProperty('error');
    const broken = await post(path, { ...review, spec: { token: `${token.slice(0, -4)}AAAA` } });
    expect(broken.body.status.authenticated ?? false).toBe(false);
    await accounts().delete('tokened');
    expect((await post(path, review)).body.status.authenticated ?? false).toBe(false);
  });

  test('ServiceAccountIssuerDiscovery should support OIDC discovery of service account issuer', async () => {
    await accounts().create({ metadata: { name: 'discovered' } });
    const { status } = await accounts().createAt('discovered', 'token', { spec: { audiences: ['somebody'] } });
    const issuer = await rest.get('/.well-known/openid-configuration');
    expect(issuer).toMatchObject({
      issuer: 'https://kubernetes.default.svc.cluster.local',
      jwks_uri: expect.stringMatching(/\/openid\/v1\/jwks$/),
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
    });
    // Anybody who knows the documents and nothing else can tell whose the token is.
    const keys = createLocalJWKSet(await rest.get('/openid/v1/jwks'));
    const { payload, protectedHeader } = await jwtVerify(status.token, keys, {
      issuer: issuer.issuer,
      audience: 'somebody',
    });
    expect(payload.sub).toBe(`system:serviceaccount:${namespace}:discovered`);
    expect(issuer.id_token_signing_alg_values_supported).toContain(protectedHeader.alg);
    await expect(jwtVerify(status.token, keys, { audience: 'somebody else' })).rejects.toThrow('aud');
  });

  test('should allow opting out of API token automount', async () => {
    const pods = rest.of('v1', 'pods', namespace);
    for (const [name, automountServiceAccountToken] of [
      ['mount', true],
      ['nomount', false],
    ]) {
      await accounts().create({ metadata: { name }, automountServiceAccountToken });
    }
    for (const [serviceAccountName, wanted, mounts] of [
      ['mount', undefined, true],
      ['mount', true, true],
      ['mount', false, false],
      ['nomount', undefined, false],
      ['nomount', true, true],
      ['nomount', false, false],
    ] as const) {
      const automount = wanted === undefined ? {} : { automountServiceAccountToken: wanted };
      const { spec } = await pods.create(pod(rest.name('automount'), { spec: { serviceAccountName, ...automount } }));
      const paths = (spec.containers[0].volumeMounts ?? []).map((each: Body) => each.mountPath);
      expect(paths).toEqual(mounts ? ['/var/run/secrets/kubernetes.io/serviceaccount'] : []);
    }
  });
});

describe('[sig-auth] SubjectReview', () => {
  test('should support SubjectReview API operations', async () => {
    const group = '/apis/authorization.k8s.io/v1';
    const { metadata } = await accounts().create({ metadata: { name: 'reviewed' } });
    const user = `system:serviceaccount:${namespace}:reviewed`;
    const groups = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`];
    const impersonate = { 'impersonate-user': user, 'impersonate-uid': metadata.uid };
    const resourceAttributes = { verb: 'list', resource: 'configmaps', namespace, version: 'v1' };
    const spec = { resourceAttributes, user, groups, uid: metadata.uid };
    const maps = `/api/v1/namespaces/${namespace}/configmaps`;
    const allowed = async () => {
      const review = (kind: string, more: Body = {}) => ({
        apiVersion: 'authorization.k8s.io/v1',
        kind,
        spec,
        ...more,
      });
      const local = `${group}/namespaces/${namespace}/localsubjectaccessreviews`;
      const [whole, inNamespace, own, really] = await Promise.all([
        post(`${group}/subjectaccessreviews`, review('SubjectAccessReview')),
        post(local, review('LocalSubjectAccessReview', { metadata: { namespace } })),
        post(
          `${group}/selfsubjectaccessreviews`,
          review('SelfSubjectAccessReview', { spec: { resourceAttributes } }),
          impersonate,
        ),
        rest.call('GET', maps, { headers: impersonate }),
      ]);
      expect([whole.code, inNamespace.code, own.code]).toEqual([201, 201, 201]);
      return [whole.body.status.allowed, inNamespace.body.status.allowed, own.body.status.allowed, really.code];
    };
    expect(await allowed()).toEqual([false, false, false, 403]);
    const binding = {
      metadata: { name: 'view' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'reviewed', namespace }],
    };
    await rest.of('rbac.authorization.k8s.io/v1', 'rolebindings', namespace).create(binding);
    expect(await allowed()).toEqual([true, true, true, 200]);
  });
});
