import type { ParsedRequest } from './parsed-request.ts';

export const KUBE_APISERVER_CLIENT = 'kubernetes.io/kube-apiserver-client';
export const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
export const KUBELET_SERVING = 'kubernetes.io/kubelet-serving';
export const LEGACY_UNKNOWN = 'kubernetes.io/legacy-unknown';

type Check = (request: ParsedRequest, usages: readonly string[]) => string | undefined;

/** The signers that this cluster plays, each with what it requires: answers why a request is refused. */
export const signers: Readonly<Record<string, Check>> = {
  [KUBE_APISERVER_CLIENT]: (_request, usages) => checkClientUsages(usages),
  [KUBELET_CLIENT]: checkKubeletClient,
  [KUBELET_SERVING]: checkKubeletServing,
  [LEGACY_UNKNOWN]: () => undefined,
};

function checkClientUsages(usages: readonly string[]): string | undefined {
  const wrong = usages.find((usage) => !['digital signature', 'key encipherment', 'client auth'].includes(usage));
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

/** Why a request is not one for a node agent's client certificate; undefined when it is. */
export function checkKubeletClient(request: ParsedRequest, usages: readonly string[]): string | undefined {
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!request.commonName.startsWith('system:node:')) return 'subject common name does not begin with system:node:';
  return checkUsages(usages, 'client auth');
}

function checkKubeletServing(request: ParsedRequest, usages: readonly string[]): string | undefined {
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length + request.ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  const wrong = checkUsages(usages, 'server auth');
  if (wrong !== undefined) return wrong;
  return request.commonName.startsWith('system:node:')
    ? undefined
    : 'subject common name does not begin with system:node:';
}

const isOfNodes = ({ organizations }: ParsedRequest) =>
  organizations.length === 1 && organizations[0] === 'system:nodes';

/** Keys that are not RSA do without key encipherment. */
function checkUsages(usages: readonly string[], auth: string): string | undefined {
  const given = [...usages].sort().join();
  const full = ['digital signature', 'key encipherment', auth].sort();
  const short = full.filter((usage) => usage !== 'key encipherment');
  return given === full.join() || given === short.join() ? undefined : `usages did not match [${full.join(' ')}]`;
}
