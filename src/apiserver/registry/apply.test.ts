import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { Cluster } from '#testing/cluster.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const configuration = (name: string, data: Record<string, string>) => ({
  type: 'application/apply-patch+yaml' as const,
  body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data },
});

test('who applies a field that somebody else owns is refused, unless it is forced', async () => {
  const maps = cluster.client.of(ConfigMaps);
  await maps.create({ metadata: { name: 'a', namespace }, data: { x: '1' } } as ConfigMap, { fieldManager: 'me' });
  const options = { namespace, fieldManager: 'you' };
  const patch = configuration('a', { x: '2' });
  await expect(maps.patch('a', patch, options)).rejects.toMatchObject({
    code: 409,
    message: 'Apply failed with 1 conflict: conflict with "me" using v1: .data.x',
  });
  expect((await maps.patch('a', { ...patch, force: true }, options)).data).toEqual({ x: '2' });
});
