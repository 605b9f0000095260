import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { apiVersionOf } from '#api/resource-definition.ts';
import { resources } from '#api/resources.ts';

const FILE = new URL('../docs/compatibility.md', import.meta.url);

/** What is known to be missing. Whoever closes a gap takes its line away. */
const GAPS = [
  'Custom resources, admission webhooks and policies, aggregated API servers: their objects are stored, nothing follows from them',
  'Alpha features, but for workload-aware scheduling (`--feature-gates` GenericWorkload, GangScheduling, TopologyAwareWorkloadScheduling, WorkloadAwarePreemption, WorkloadWithJob and DRAWorkloadResourceClaims)',
  'Beta features that upstream leaves off, but for DRADeviceTaintRules, MaxUnavailableStatefulSet, StorageVersionMigrator, ClusterTrustBundle, ClusterTrustBundleProjection and PodCertificateRequest',
  'IPv6, NetworkPolicy, Ingress, the userspace proxy',
  'etcd as a datastore, components as processes of their own, several nodes, several clusters with containers in one network namespace',
];

function render(): string {
  const rows = resources.map((definition) => {
    const { kind, namespaced, verbs, subresources = {} } = definition;
    const cells = [
      apiVersionOf(definition),
      kind,
      namespaced ? 'yes' : 'no',
      verbs.join(' '),
      Object.keys(subresources).join(' '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '# Compatibility',
    '',
    `Knarr speaks the API of Kubernetes v1.36. ${resources.length} resources are served. This file is generated:`,
    '`UPDATE_GOLDEN=1 npm test -- tools/compatibility` writes it anew.',
    '',
    '## Known gaps',
    '',
    ...GAPS.map((gap) => `- ${gap}`),
    '',
    '## Resources',
    '',
    '| version | kind | namespaced | verbs | subresources |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

test('docs/compatibility.md lists what is served', () => {
  if (process.env['UPDATE_GOLDEN']) writeFileSync(FILE, render());
  expect(readFileSync(FILE, 'utf8')).toBe(render());
});
