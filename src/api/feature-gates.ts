import { StatefulSetsWithMaxUnavailable } from './apps/v1/stateful-set-max-unavailable.ts';
import { ClusterTrustBundles } from './certificates/v1beta1/cluster-trust-bundle.ts';
import { PodCertificateRequests } from './certificates/v1beta1/pod-certificate-request.ts';
import { DeviceTaintRules } from './resource/v1beta2/device-taint-rule.ts';
import type { AnyResourceDefinition } from './resource-definition.ts';
import { resources } from './resources.ts';
import { PodGroups } from './scheduling/v1alpha2/pod-group.ts';
import { Workloads } from './scheduling/v1alpha2/workload.ts';
import { settledFeatures } from './settled-features.ts';
import { StorageVersionMigrations } from './storagemigration/v1beta1/storage-version-migration.ts';

interface Feature {
  readonly stage: 'ALPHA' | 'BETA';
  /** What comes with it, or takes the place of what is there without. */
  readonly resources: readonly AnyResourceDefinition[];
  /** Features without which it is nothing. */
  readonly needs: readonly string[];
}

/** Features that are off unless they are asked for. */
export const featureGates: ReadonlyMap<string, Feature> = new Map<string, Feature>([
  ['ClusterTrustBundle', { stage: 'BETA', resources: [ClusterTrustBundles], needs: [] }],
  ['ClusterTrustBundleProjection', { stage: 'BETA', resources: [], needs: ['ClusterTrustBundle'] }],
  ['DRADeviceTaintRules', { stage: 'BETA', resources: [DeviceTaintRules], needs: [] }],
  ['DRAWorkloadResourceClaims', { stage: 'ALPHA', resources: [], needs: ['GenericWorkload'] }],
  ['GangScheduling', { stage: 'ALPHA', resources: [], needs: ['GenericWorkload'] }],
  ['GenericWorkload', { stage: 'ALPHA', resources: [PodGroups, Workloads], needs: [] }],
  ['MaxUnavailableStatefulSet', { stage: 'BETA', resources: [StatefulSetsWithMaxUnavailable], needs: [] }],
  ['PodCertificateRequest', { stage: 'BETA', resources: [PodCertificateRequests], needs: [] }],
  ['StorageVersionMigrator', { stage: 'BETA', resources: [StorageVersionMigrations], needs: [] }],
  ['TopologyAwareWorkloadScheduling', { stage: 'ALPHA', resources: [], needs: ['GenericWorkload'] }],
  ['WorkloadAwarePreemption', { stage: 'ALPHA', resources: [], needs: ['GangScheduling'] }],
  ['WorkloadWithJob', { stage: 'ALPHA', resources: [], needs: ['GenericWorkload'] }],
]);

/** The resources that a server serves with some features on, each of `featureGates`. */
export function resourcesWith(gates: ReadonlySet<string>): AnyResourceDefinition[] {
  const added = [...featureGates].flatMap(([gate, feature]) => (gates.has(gate) ? feature.resources : []));
  const nameOf = ({ group, version, plural }: AnyResourceDefinition) => `${group}/${version}/${plural}`;
  return [...new Map([...resources, ...added].map((definition) => [nameOf(definition), definition])).values()];
}

/**
 * Reads `Name=true,Other=false`. Throws on names that no feature has, for features without those they need, and where one
 * that is always there is to be turned off.
 */
export function readFeatureGates(text: string): ReadonlySet<string> {
  const on = new Set<string>();
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const [name = '', value] = part.split('=').map((each) => each.trim());
    if (value === undefined) throw new Error(`missing bool value for ${name}`);
    const isSettled = settledFeatures.has(name);
    if (!featureGates.has(name) && !isSettled) throw new Error(`unrecognized feature gate: ${name}`);
    if (value !== 'true' && value !== 'false')
      throw new Error(`invalid value of ${name}=${value}, must be true or false`);
    if (isSettled) {
      if (value === 'false') throw new Error(`cannot set feature gate ${name} to false, feature is locked to true`);
      continue;
    }
    if (value === 'true') on.add(name);
    else on.delete(name);
  }
  for (const name of on) {
    const missing = featureGates.get(name)?.needs.filter((each) => !on.has(each)) ?? [];
    if (missing.length > 0) throw new Error(`${name} depends on features that are off: ${missing.join(', ')}`);
  }
  return on;
}
