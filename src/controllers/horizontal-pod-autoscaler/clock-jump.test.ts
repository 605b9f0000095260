import { expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { HorizontalPodAutoscalers } from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';

/** A clock that somebody sets. */
class SetClock extends VirtualClock {
  ahead = 0;

  override now(): number {
    return super.now() + this.ahead;
  }
}

test('setting the clock back does not keep what was asked for lately for as long', async () => {
  const clock = new SetClock();
  const cluster = await Cluster.start({ clock, seed: 1, simulatedNodes: 1 });
  try {
    const at = { namespace: 'default' };
    await cluster.advance(1000);
    const usage = { 'simulation.knarr.dev/memory': '1Mi' };
    const container = { name: 'c', image: 'x', resources: { requests: { memory: '100Mi' } } };
    const template = { metadata: { labels: { app: 'web' }, annotations: usage }, spec: { containers: [container] } };
    const spec = { replicas: 4, selector: { matchLabels: { app: 'web' } }, template };
    await cluster.client.of(Deployments).create({ metadata: { name: 'web', ...at }, spec } as never);
    await cluster.advance(10_000);
    const target = { type: 'Utilization' as const, averageUtilization: 50 };
    await cluster.client.of(HorizontalPodAutoscalers).create({
      metadata: { name: 'web', ...at },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 9,
        metrics: [{ type: 'Resource', resource: { name: 'memory', target } }],
      },
    });
    const replicas = async () => (await cluster.client.of(Deployments).get('web', at)).spec?.replicas;
    await cluster.advance(60_000);
    expect(await replicas()).toBe(4);
    clock.ahead = -86_400_000;
    await cluster.advance(300_000);
    expect(await replicas()).toBe(1);
  } finally {
    await cluster.stop();
  }
});
