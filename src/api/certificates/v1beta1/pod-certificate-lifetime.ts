/** Certificates of pods last an hour at least. */
export const SHORTEST_CERTIFICATE_SECONDS = 3600;
const LONGEST_SECONDS = 91 * 24 * 3600;
const LONGEST_OF_KUBERNETES_SECONDS = 24 * 3600;

/** How long a certificate for a pod may be asked to last: of the signers that Kubernetes names, a day. */
export function longestCertificateSeconds(signerName: string): number {
  const [domain = ''] = signerName.split('/');
  const isOwn = domain === 'kubernetes.io' || domain.endsWith('.kubernetes.io');
  return isOwn ? LONGEST_OF_KUBERNETES_SECONDS : LONGEST_SECONDS;
}
