import type { ControllerEntry } from './controller-entry.ts';

/** Former names, which flags may still say. */
const FORMER: Readonly<Record<string, string>> = {
  'serviceaccount-token': 'serviceaccount-token-controller',
  endpoint: 'endpoints-controller',
  endpointslice: 'endpointslice-controller',
  endpointslicemirroring: 'endpointslice-mirroring-controller',
  replicationcontroller: 'replicationcontroller-controller',
  podgc: 'pod-garbage-collector-controller',
  resourcequota: 'resourcequota-controller',
  namespace: 'namespace-controller',
  serviceaccount: 'serviceaccount-controller',
  garbagecollector: 'garbage-collector-controller',
  daemonset: 'daemonset-controller',
  job: 'job-controller',
  deployment: 'deployment-controller',
  replicaset: 'replicaset-controller',
  horizontalpodautoscaling: 'horizontal-pod-autoscaler-controller',
  disruption: 'disruption-controller',
  statefulset: 'statefulset-controller',
  cronjob: 'cronjob-controller',
  csrsigning: 'certificatesigningrequest-signing-controller',
  csrapproving: 'certificatesigningrequest-approving-controller',
  csrcleaner: 'certificatesigningrequest-cleaner-controller',
  ttl: 'ttl-controller',
  bootstrapsigner: 'bootstrap-signer-controller',
  tokencleaner: 'token-cleaner-controller',
  nodeipam: 'node-ipam-controller',
  nodelifecycle: 'node-lifecycle-controller',
  service: 'service-lb-controller',
  'persistentvolume-binder': 'persistentvolume-binder-controller',
  attachdetach: 'persistentvolume-attach-detach-controller',
  'persistentvolume-expander': 'persistentvolume-expander-controller',
  'clusterrole-aggregation': 'clusterrole-aggregation-controller',
  'pvc-protection': 'persistentvolumeclaim-protection-controller',
  'pv-protection': 'persistentvolume-protection-controller',
  'ttl-after-finished': 'ttl-after-finished-controller',
  'root-ca-cert-publisher': 'root-ca-certificate-publisher-controller',
  'ephemeral-volume': 'ephemeral-volume-controller',
  'resource-claim-controller': 'resourceclaim-controller',
  'legacy-service-account-token-cleaner': 'legacy-serviceaccount-token-cleaner-controller',
};

/** What of a cloud or of features that are not there upstream lists as well: named, it is nothing. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'cloud-node-lifecycle-controller',
  'node-route-controller',
  'resourcepoolstatusrequest-controller',
  'storageversion-garbage-collector-controller',
]);

const nameOf = (text: string): string => FORMER[text] ?? text;

/**
 * The controllers that a list of names chooses, as upstream's `--controllers` reads it: `foo` runs, `-foo` does not, `*`
 * is all that run by default; what the list does not say runs only with `*`. Of what is said twice the first counts.
 * Throws on names that no controller has.
 */
export function chooseControllers(
  entries: readonly ControllerEntry[],
  wanted: readonly string[],
): readonly ControllerEntry[] {
  const known = new Set(entries.map(({ name }) => name));
  const unknown = wanted.find((text) => {
    const name = nameOf(text.replace(/^-/, ''));
    return text !== '*' && !known.has(name) && !ELSEWHERE.has(name);
  });
  if (unknown !== undefined) {
    throw new Error(`${JSON.stringify(unknown.replace(/^-/, ''))} is not in the list of known controllers`);
  }
  return entries.filter(({ name, byDefault = true }) => {
    const said = wanted.find((text) => nameOf(text) === name || (text[0] === '-' && nameOf(text.slice(1)) === name));
    return said === undefined ? byDefault && wanted.includes('*') : said[0] !== '-';
  });
}
