import type { ApiServer } from '#apiserver/api-server.ts';
import type { Clock } from '#base/clock.ts';
import type { Connection } from '#client/connection.ts';
import { CertificateAuthority, type KeyPair } from '#cluster/certificates/authority.ts';
import { machineAddress } from '#cluster/machine-address.ts';

/** An API server's HTTPS address with credentials for it. */
export interface Endpoint {
  readonly server: string;
  /** PEM of the cluster's CA. */
  readonly ca: string;
  /** A client certificate for a user of some groups. */
  certificateFor(user: string, groups: readonly string[]): Promise<KeyPair>;
  /** How the administrator connects. */
  readonly admin: Connection;
  /** The administrator's kubeconfig, as text. */
  readonly kubeconfig: string;
}

/** Makes a CA and serves on a free port of the loopback address. */
export async function listen(apiServer: ApiServer, clock: Clock): Promise<Endpoint> {
  const authority = await CertificateAuthority.create('knarr-test-ca', clock);
  const ca = authority.pair.certificate;
  const serving = await authority.issue({ commonName: 'kube-apiserver', hosts: ['localhost', '127.0.0.1'] });
  const tls = { key: serving.key, cert: serving.certificate };
  const { port } = await apiServer.listen({ host: '127.0.0.1', port: 0, tls, clientCa: ca });
  await apiServer.publish({ host: machineAddress(), port });
  const server = `https://127.0.0.1:${port}`;
  const certificateFor = (user: string, groups: readonly string[]) =>
    authority.issue({ commonName: user, organizations: groups });
  const admin = await certificateFor('kubernetes-admin', ['system:masters']);
  return {
    server,
    ca,
    certificateFor,
    admin: { server, tls: { ca, cert: admin.certificate, key: admin.key } },
    kubeconfig: kubeconfigText(server, ca, admin),
  };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** JSON is YAML. */
const kubeconfigText = (server: string, ca: string, admin: KeyPair): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      {
        name: 'test',
        user: { 'client-certificate-data': base64(admin.certificate), 'client-key-data': base64(admin.key) },
      },
    ],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
