import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { controllers } from '#controllers/index.ts';
import { KubectlSession } from './support/kubectl-session.ts';

const CHART = fileURLToPath(new URL('../../examples/chart', import.meta.url));
const KINDS = [
  'configmap/shop-config',
  'secret/shop-database',
  'serviceaccount/shop',
  'role/shop',
  'rolebinding/shop',
  'deployment/shop-web',
  'service/shop-web',
  'ingress/shop-web',
  'poddisruptionbudget/shop-web',
  'horizontalpodautoscaler/shop-web',
  'statefulset/shop-database',
  'service/shop-database',
  'networkpolicy/shop-database',
  'persistentvolumeclaim/shop-archive',
  'cronjob/shop-report',
  'daemonset/shop-agent',
];

/** What people do with a chart, with the real helm, on nodes that run nothing and report everything. */
describe('helm', { timeout: 120_000 }, () => {
  let session: KubectlSession;
  const helm = (...args: string[]) => session.helm(...args);
  const json = async (name: string) =>
    JSON.parse(await session.kubectl('get', name, '-o', 'json', '--show-managed-fields'));
  const managers = (object: { metadata: { managedFields: { manager: string; operation: string }[] } }) =>
    object.metadata.managedFields.map(({ manager, operation }) => `${manager} ${operation}`);

  beforeAll(async () => {
    // The chart's autoscaler would change the replicas between two looks at them.
    const running = controllers.map(({ name }) => name).filter((name) => !name.startsWith('horizontal-pod-autoscaler'));
    session = await KubectlSession.start({ simulatedNodes: 3, controllers: running });
  }, 60_000);
  afterAll(() => session?.stop());

  test('installs a chart of most kinds, and waits for its job', async () => {
    expect(await helm('install', 'shop', CHART)).toContain('STATUS: deployed');
    const objects = await Promise.all(KINDS.map(json));
    for (const object of objects) {
      expect(object.metadata.labels['app.kubernetes.io/managed-by']).toBe('Helm');
      expect(managers(object)).toContain('helm Apply');
    }
    expect((await json('job/shop-migrate')).status.succeeded).toBe(1);
    await session.kubectl('rollout', 'status', 'deployment/shop-web', '--timeout=30s');
    await session.kubectl('rollout', 'status', 'statefulset/shop-database', '--timeout=30s');
    await session.kubectl('rollout', 'status', 'daemonset/shop-agent', '--timeout=30s');
    expect((await json('daemonset/shop-agent')).status.numberReady).toBe(3);
  });

  test('upgrades it, with the job before, and rolls back', async () => {
    await helm('upgrade', 'shop', CHART, '--set', 'replicas=3,greeting=welcome');
    expect((await json('deployment/shop-web')).spec.replicas).toBe(3);
    expect((await json('configmap/shop-config')).data).toEqual({ greeting: 'welcome' });
    await session.kubectl('rollout', 'status', 'deployment/shop-web', '--timeout=30s');
    expect(await helm('rollback', 'shop', '1')).toContain('Rollback was a success');
    expect((await json('deployment/shop-web')).spec.replicas).toBe(2);
    expect((await json('configmap/shop-config')).data).toEqual({ greeting: 'hello' });
    const history = JSON.parse(await helm('history', 'shop', '-o', 'json'));
    expect(history.map(({ status }: { status: string }) => status)).toEqual(['superseded', 'superseded', 'deployed']);
  });

  test('tests it, tells of it, and changes nothing by upgrading to the same', async () => {
    expect(await helm('test', 'shop')).toMatch(/Phase: +Succeeded/);
    expect(await helm('status', 'shop')).toContain('STATUS: deployed');
    expect(await helm('get', 'values', 'shop')).toContain('null');
    const before = (await json('service/shop-web')).metadata;
    await helm('upgrade', 'shop', CHART);
    expect((await json('service/shop-web')).metadata).toEqual(before);
  });

  test('is told of conflicts with others, and takes over when forced', async () => {
    await session.kubectl('scale', 'deployment/shop-web', '--replicas=5');
    const refused = await session.run('helm', ['upgrade', 'shop', CHART, '--set', 'replicas=4']);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas'),
    ]);
    await helm('upgrade', 'shop', CHART, '--set', 'replicas=4', '--force-conflicts');
    expect((await json('deployment/shop-web')).spec.replicas).toBe(4);
  });

  test('uninstalls it', async () => {
    expect(await helm('uninstall', 'shop')).toContain('release "shop" uninstalled');
    for (const name of KINDS) {
      const { stderr } = await session.run('kubectl', ['get', name]);
      expect(stderr).toContain('NotFound');
    }
    const pods = async () => session.kubectl('get', 'pods', '-l', 'app', '-o', 'name');
    await expect.poll(pods, { timeout: 30_000 }).toBe('');
    expect(await helm('list', '-q')).toBe('');
  });

  test('installs with client-side apply, as older versions do, and moves on to the server’s', async () => {
    await helm('install', 'old', CHART, '--server-side=false');
    expect(managers(await json('deployment/old-web'))).toContain('helm Update');
    await helm('upgrade', 'old', CHART, '--server-side=true', '--set', 'replicas=3', '--force-conflicts');
    const object = await json('deployment/old-web');
    expect([object.spec.replicas, managers(object)]).toEqual([3, expect.arrayContaining(['helm Apply'])]);
    await helm('uninstall', 'old');
  });
});
