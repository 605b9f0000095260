import { afterEach, expect, test } from 'vitest';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { readSchedulerConfiguration } from '#scheduler/configuration/scheduler-configuration.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { createSchedulerComponent } from './scheduler-component.ts';

let cluster: Cluster;
afterEach(() => cluster.stop());

const FILE = `
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
- schedulerName: default-scheduler
- schedulerName: packer
  plugins:
    score:
      disabled: [{name: NodeResourcesBalancedAllocation}]
  pluginConfig:
  - name: NodeResourcesFit
    args:
      scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}
`;

test('a pod goes where the profile that it names puts it', async () => {
  cluster = await Cluster.start({ scheduler: false, simulatedNodes: 3 });
  cluster.run(createSchedulerComponent(cluster.environment, readSchedulerConfiguration(FILE)));
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace: 'default' }));
  const resources = { requests: { cpu: '1' } };
  const nodesOf = async (schedulerName: string, count: number): Promise<number> => {
    const names = Array.from({ length: count }, (_, index) => `${schedulerName}-${index}`);
    for (const name of names) {
      const spec = { schedulerName, containers: [{ name: 'c', image: 'x', resources }] };
      await cluster.client.of(Pods).create({ metadata: { name, namespace: 'default' }, spec } as Pod);
    }
    const nodes = await waitFor(async () => {
      const pods = await Promise.all(names.map((name) => cluster.client.of(Pods).get(name, { namespace: 'default' })));
      const found = pods.flatMap(({ spec }) => spec?.nodeName ?? []);
      return found.length === count && found;
    });
    return new Set(nodes).size;
  };
  expect(await nodesOf('packer', 6)).toBe(1);
  expect(await nodesOf('default-scheduler', 6)).toBeGreaterThan(1);
});
