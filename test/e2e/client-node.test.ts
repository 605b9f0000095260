import { AppsV1Api, CoreV1Api, KubeConfig, makeInformer, type V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster } from '#testing/cluster.ts';

let cluster: Cluster;
let config: KubeConfig;
beforeAll(async () => {
  cluster = await Cluster.start({ simulatedNodes: 2 });
  config = new KubeConfig();
  config.loadFromString((await cluster.listen()).kubeconfig);
});
afterAll(() => cluster.stop());

test('the JavaScript client’s informer sees a deployment’s pods come, run and go', async () => {
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const list = () => core.listNamespacedPod({ namespace: 'default' });
  const informer = makeInformer<V1Pod>(config, '/api/v1/namespaces/default/pods', list);
  const running = new Set<string>();
  const gone = new Set<string>();
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => condition() && resolve();
      for (const event of ['add', 'update', 'delete'] as const) informer.on(event, check);
      check();
    });
  informer.on('update', (pod) => void (pod.status?.phase === 'Running' && running.add(pod.metadata?.name ?? '')));
  informer.on('delete', (pod) => void gone.add(pod.metadata?.name ?? ''));
  await informer.start();
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }] } };
  await apps.createNamespacedDeployment({
    namespace: 'default',
    body: { metadata: { name: 'web' }, spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template } },
  });
  await until(() => running.size === 3);
  await apps.deleteNamespacedDeployment({ name: 'web', namespace: 'default' });
  await until(() => gone.size === 3);
  await informer.stop();
  expect([...gone].sort()).toEqual([...running].sort());
});
