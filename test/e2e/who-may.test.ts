import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Knarr } from './support/knarr.ts';

/** What the introductions to users and rights do, with the real kubectl. */
describe('kubectl and who may', { timeout: 60_000 }, () => {
  let knarr: Knarr;
  let directory: string;
  const kubectl = (...args: string[]) => knarr.kubectl(...args);
  const refusal = async (...args: string[]) => (await knarr.tryKubectl(args)).stderr.trim();
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'knarr-tokens-'));
    const tokens = join(directory, 'tokens.csv');
    writeFileSync(tokens, 't0ken,nina,7,"dev,ops"\n');
    knarr = await Knarr.up({ flags: ['--runtime', 'none', '--token-auth-file', tokens] });
  }, 60_000);
  afterAll(async () => {
    await knarr?.delete();
    if (directory) rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  /** The server's address and a file with its authority. */
  const endpoint = async () => {
    const view = (path: string) => kubectl('config', 'view', '--raw', '--minify', '-o', `jsonpath=${path}`);
    const ca = join(knarr.directory, 'ca.crt');
    writeFileSync(ca, Buffer.from(await view('{.clusters[0].cluster.certificate-authority-data}'), 'base64'));
    return { server: await view('{.clusters[0].cluster.server}'), ca };
  };

  /** A key and a request for `subject`, PEM. */
  const makeRequest = async (name: string, subject: string) => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const request = await Pkcs10CertificateRequestGenerator.create({
      name: subject,
      keys,
      signingAlgorithm: algorithm,
    });
    const key = join(knarr.directory, `${name}.key`);
    writeFileSync(key, PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'));
    const manifest = join(knarr.directory, `${name}.yaml`);
    writeFileSync(
      manifest,
      `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata:
  name: ${name}
spec:
  request: ${Buffer.from(request.toString('pem')).toString('base64')}
  signerName: kubernetes.io/kube-apiserver-client
  expirationSeconds: 3600
  usages: [client auth]
`,
    );
    await kubectl('create', '-f', manifest);
    return key;
  };

  test('whoami knows the administrator', async () => {
    const text = await kubectl('auth', 'whoami');
    expect(text).toMatch(/Username +kubernetes-admin/);
    expect(text).toContain('system:masters');
  });

  test('somebody else may nothing until a role is bound', async () => {
    const as = ['--as', 'jane'];
    expect((await knarr.tryKubectl(['auth', 'can-i', 'list', 'pods', ...as])).stdout).toBe('no\n');
    expect(await refusal('get', 'pods', ...as)).toBe(
      'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    await kubectl('create', 'rolebinding', 'jane', '--clusterrole=view', '--user=jane');
    expect(await kubectl('auth', 'can-i', 'list', 'pods', ...as)).toBe('yes\n');
    expect(await kubectl('auth', 'can-i', '--list', ...as)).toMatch(/pods +\[\] +\[\] +\[get list watch\]/);
    expect((await knarr.tryKubectl(['auth', 'can-i', 'list', 'secrets', ...as])).stdout).toBe('no\n');
  });

  test('roles are brought to what a file says', async () => {
    const manifest = join(knarr.directory, 'roles.yaml');
    const role = (verbs: string) => `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: default }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [${verbs}] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader, namespace: default }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: rita }]
`;
    const can = async (verb: string) =>
      (await knarr.tryKubectl(['auth', 'can-i', verb, 'configmaps', '--as', 'rita'])).stdout.trim();
    writeFileSync(manifest, role('get'));
    expect(await kubectl('auth', 'reconcile', '-f', manifest)).toContain(
      'role.rbac.authorization.k8s.io/reader reconciled',
    );
    writeFileSync(manifest, role('list'));
    await kubectl('auth', 'reconcile', '-f', manifest);
    expect([await can('get'), await can('list'), await can('delete')]).toEqual(['yes', 'yes', 'no']);
  });

  test('who may act as a service account only to read may not write as it', async () => {
    await kubectl('create', 'serviceaccount', 'reader');
    await kubectl('create', 'rolebinding', 'reader-edits', '--clusterrole=edit', '--serviceaccount=default:reader');
    const manifest = join(knarr.directory, 'acting.yaml');
    writeFileSync(
      manifest,
      `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: acting }
rules:
- { apiGroups: [authentication.k8s.io], resources: [serviceaccounts], verbs: ["impersonate:serviceaccount"] }
- { apiGroups: [""], resources: [configmaps], verbs: ["impersonate-on:serviceaccount:list"] }
`,
    );
    await kubectl('apply', '-f', manifest);
    await kubectl('create', 'clusterrolebinding', 'acting', '--clusterrole=acting', '--user=nina');
    const { server, ca } = await endpoint();
    const nina = ['--kubeconfig', '/dev/null', '--server', server, '--certificate-authority', ca, '--token', 't0ken'];
    const as = [...nina, '--as', 'system:serviceaccount:default:reader'];
    expect(await kubectl('get', 'configmaps', '-o', 'name', ...as)).toContain('configmap/kube-root-ca.crt');
    expect(await refusal('create', 'configmap', 'x', ...as)).toContain(
      'User "nina" cannot impersonate-on:serviceaccount:create resource "configmaps" in API group "" in the namespace "default"',
    );
  });

  test('nobody gives away more than they hold', async () => {
    await kubectl('create', 'rolebinding', 'boss', '--clusterrole=admin', '--user=boss');
    const args = ['create', 'role', 'nodes', '--verb=get', '--resource=nodes', '--as', 'boss'];
    expect(await refusal(...args)).toContain(
      'user "boss" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}',
    );
  });

  test('a request for a certificate is approved, signed, and the certificate opens the door', async () => {
    const key = await makeRequest('lena', 'CN=lena,O=dev');
    expect(await kubectl('get', 'csr', 'lena', '--no-headers')).toMatch(/kubernetes-admin +60m +Pending/);
    await kubectl('certificate', 'approve', 'lena');
    await kubectl('wait', '--for=jsonpath={.status.certificate}', 'csr/lena', '--timeout=20s');
    expect(await kubectl('get', 'csr', 'lena', '--no-headers')).toMatch(/Approved,Issued/);
    const certificate = join(knarr.directory, 'lena.crt');
    const encoded = await kubectl('get', 'csr', 'lena', '-o', 'jsonpath={.status.certificate}');
    writeFileSync(certificate, Buffer.from(encoded, 'base64'));
    const credentials = ['--client-certificate', certificate, '--client-key', key];
    expect(await kubectl('auth', 'whoami', ...credentials)).toMatch(/Username +lena/);
    expect(await refusal('get', 'nodes', ...credentials)).toContain('User "lena" cannot list resource "nodes"');
  });

  test('a request for a certificate is denied', async () => {
    await makeRequest('mona', 'CN=mona');
    await kubectl('certificate', 'deny', 'mona');
    expect(await kubectl('get', 'csr', 'mona', '--no-headers')).toMatch(/Denied/);
  });

  test('a service account gets a token', async () => {
    await kubectl('create', 'serviceaccount', 'robot');
    const token = (await kubectl('create', 'token', 'robot', '--duration=10m')).trim();
    // The certificate of the kubeconfig would win over the token.
    const { server, ca } = await endpoint();
    const strange = ['--kubeconfig', '/dev/null', '--server', server, '--certificate-authority', ca, '--token', token];
    expect(await kubectl('auth', 'whoami', ...strange)).toMatch(/Username +system:serviceaccount:default:robot/);
  });

  test('a token of the token file is its user', async () => {
    const { server, ca } = await endpoint();
    const strange = ['--kubeconfig', '/dev/null', '--server', server, '--certificate-authority', ca];
    expect(await kubectl('auth', 'whoami', ...strange, '--token', 't0ken')).toMatch(
      /Username +nina\nUID +7\nGroups +\[dev ops system:authenticated\]/,
    );
    expect(await refusal('get', 'pods', ...strange, '--token', 'wrong')).toContain(
      'You must be logged in to the server',
    );
  });
});
