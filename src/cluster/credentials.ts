import { X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Clock } from '#base/clock.ts';
import type { CertificateAuthority, KeyPair, LeafRequest } from './certificates/authority.ts';
import type { DataDirectory } from './data-directory.ts';
import { generateIssuerKeyPem } from './issuer-key.ts';

/** The keys and certificates of a cluster, PEM. */
export interface Credentials {
  readonly ca: string;
  readonly server: KeyPair;
  /** The person who started the cluster; still being made, perhaps, while the server starts. */
  readonly admin: Promise<KeyPair>;
  /** The API server towards nodes. */
  readonly kubeletClient: KeyPair;
  /** The node agent's own HTTPS API. */
  readonly kubeletServer: KeyPair;
  readonly issuerKey: string;
}

export interface CredentialsOptions {
  readonly clock: Clock;
  readonly nodeName: string;
  /** Further names and addresses by which the API server is reached. */
  readonly hosts: readonly string[];
}

/**
 * The API server's name towards nodes, which may reach nodes and nothing else: whoever made it ask itself in a node's place
 * would ask with these rights.
 */
export const KUBELET_CLIENT = 'kube-apiserver-kubelet-client';

const RENEW_BEFORE_MS = 30 * 86_400_000;

/** Loads the cluster's credentials, making those that are missing, run out soon or no longer name what they must. */
export async function ensureCredentials(data: DataDirectory, options: CredentialsOptions): Promise<Credentials> {
  const authority = lazyAuthority(data, options.clock);
  const hosts = [...SERVER_NAMES, ...localAddresses(), ...options.hosts];
  const ensure = (name: string, request: LeafRequest) =>
    ensureLeaf(data, name, { request, authority, clock: options.clock });
  // Clients in Java read no other keys without help. Making one takes a while.
  const admin = ensure('admin', { commonName: 'kubernetes-admin', organizations: ['system:masters'], keyType: 'RSA' });
  // Told where it is needed.
  admin.catch(() => {});
  const [server, kubeletClient, kubeletServer, issuerKey] = await Promise.all([
    ensure('apiserver', { commonName: 'kube-apiserver', hosts: [...new Set(hosts)] }),
    ensure('apiserver-kubelet-client', { commonName: KUBELET_CLIENT }),
    ensure('kubelet-server', {
      commonName: `system:node:${options.nodeName}`,
      organizations: ['system:nodes'],
      hosts: [options.nodeName, '127.0.0.1', ...options.hosts],
    }),
    data.readOrCreate('pki/sa.key', generateIssuerKeyPem),
  ]);
  const ca = (await data.read('pki/ca.crt')) ?? (await authority()).pair.certificate;
  return { ca, server, admin, kubeletClient, kubeletServer, issuerKey };
}

/** The authority that signs certificates of the cluster; undefined where its key is kept elsewhere. */
export async function readSigningCa(data: DataDirectory): Promise<KeyPair | undefined> {
  const [certificate, key] = await Promise.all([data.read('pki/ca.crt'), data.read('pki/ca.key')]);
  return certificate !== undefined && key !== undefined ? { certificate, key } : undefined;
}

const SERVER_NAMES = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '127.0.0.1',
  '::1',
  '10.96.0.1',
];

const localAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).filter((each) => each.family === 'IPv4').map((each) => each.address),
  );

/** X.509 code is slow to load and needed at the first start only. */
function lazyAuthority(data: DataDirectory, clock: Clock): () => Promise<CertificateAuthority> {
  let authority: Promise<CertificateAuthority> | undefined;
  const open = async () => {
    const { CertificateAuthority: Authority } = await import('./certificates/authority.ts');
    const [certificate, key] = await Promise.all([data.read('pki/ca.crt'), data.read('pki/ca.key')]);
    if (certificate !== undefined && key !== undefined) return Authority.load({ certificate, key }, clock);
    const created = await Authority.create('knarr-ca', clock);
    await data.write('pki/ca.key', created.pair.key);
    await data.write('pki/ca.crt', created.pair.certificate);
    return created;
  };
  return () => (authority ??= open());
}

async function ensureLeaf(
  data: DataDirectory,
  name: string,
  { request, authority, clock }: { request: LeafRequest; authority: () => Promise<CertificateAuthority>; clock: Clock },
): Promise<KeyPair> {
  const [certificate, key] = await Promise.all([data.read(`pki/${name}.crt`), data.read(`pki/${name}.key`)]);
  if (certificate !== undefined && key !== undefined && isStillGood(certificate, request, clock))
    return { certificate, key };
  const pair = await (await authority()).issue(request);
  await data.write(`pki/${name}.key`, pair.key);
  await data.write(`pki/${name}.crt`, pair.certificate);
  return pair;
}

function isStillGood(pem: string, request: LeafRequest, clock: Clock): boolean {
  const certificate = new X509Certificate(pem);
  if (Date.parse(certificate.validTo) - clock.now() < RENEW_BEFORE_MS) return false;
  const groups = certificate.subject.split('\n').flatMap((part) => (part.startsWith('O=') ? [part.slice(2)] : []));
  if (groups.join('\n') !== (request.organizations ?? []).join('\n')) return false;
  const names = (certificate.subjectAltName ?? '').split(', ').map((entry) => entry.replace(/^(DNS|IP Address):/, ''));
  return (request.hosts ?? []).every((host) => host.includes(':') || names.includes(host));
}
