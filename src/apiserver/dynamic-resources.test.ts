import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { ResourceQuotas } from '#api/core/v1/resource-quota.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, int32, type MessageSchema, message, opt, string } from '#machinery/schema/schema.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  const controllers = ['garbage-collector-controller', 'namespace-controller', 'resourcequota-controller'];
  cluster = await Cluster.start({ controllers, scheduler: false });
  call = createCall(await cluster.listen());
});
afterAll(() => cluster.stop());

const head = {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
};
const Spec = message('com.example.v1.WidgetSpec', { size: opt(1, int32), colour: opt(2, string) });
const Widget = message('com.example.v1.Widget', { ...head, spec: opt(2, Spec) });
interface Widget extends Infer<typeof Widget> {}

/** A kind as somebody might add while the server runs. */
const widgets = (schema: MessageSchema = Widget): ResourceDefinition<Widget> => ({
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  singular: 'widget',
  namespaced: true,
  shortNames: ['wd'],
  verbs: STANDARD_VERBS,
  schema,
  strategy: {},
});
const namespace = 'default';
const widget = (name: string, spec: object) => ({ metadata: { name, namespace }, spec }) as Widget;
const PATH = '/apis/example.com/v1/namespaces/default/widgets';

test('a resource is added, changed and removed while the server runs', async () => {
  expect((await call(PATH)).code).toBe(404);
  const before = (await call('/openapi/v3')).json.paths;
  const definition = widgets();
  await cluster.apiServer.serve(definition);

  const list = (await call('/apis/example.com/v1')).json;
  expect(list.resources).toMatchObject([{ name: 'widgets', kind: 'Widget', shortNames: ['wd'] }]);
  expect((await call('/apis')).json.groups.map((group: { name: string }) => group.name)).toContain('example.com');
  const paths = (await call('/openapi/v3')).json.paths;
  expect(Object.keys(paths).sort()).toEqual([...Object.keys(before), 'apis/example.com', 'apis/example.com/v1'].sort());

  const client = cluster.client.of(definition);
  const seen: string[] = [];
  const watched = client.watch(
    { namespace, resourceVersion: '0' },
    (events) => void seen.push(...events.map(({ type, object }) => `${type} ${object.metadata?.name}`)),
    new AbortController().signal,
  );
  const made = await client.create(widget('one', { size: 3, colour: 'red' }));
  await waitFor(() => seen.includes('ADDED one'));
  expect((await client.list({ namespace, labelSelector: '!x' })).items).toEqual([made]);
  await expect(client.create(widget('one', {}))).rejects.toMatchObject({ reason: 'AlreadyExists' });

  // The same kind with a narrower schema: objects stay, watches end, what is unknown now is pruned from new ones.
  const narrower = widgets(
    message('com.example.v1.Widget', {
      ...head,
      spec: opt(2, message('com.example.v1.WidgetSpec', { size: opt(1, int32) })),
    }),
  );
  await cluster.apiServer.serve(narrower);
  await watched;
  const again = cluster.client.of(narrower);
  expect((await again.get('one', { namespace })).metadata?.uid).toBe(made.metadata?.uid);
  expect((await again.create(widget('two', { size: 1, colour: 'blue' }))).spec).toEqual({ size: 1 });

  await cluster.apiServer.withdraw(narrower);
  expect((await call(PATH)).code).toBe(404);
  expect((await call('/apis/example.com/v1')).code).toBe(404);
  expect((await call('/openapi/v3')).json.paths).toEqual(before);

  // What was stored is there when the kind comes back.
  await cluster.apiServer.serve(widgets());
  expect((await call(PATH)).json.items).toHaveLength(2);
  await cluster.apiServer.withdraw(widgets());
});

test('rules that name a resource hold for it as soon as it is there', async () => {
  const jane = cluster.clientFor({ name: 'jane', groups: [] });
  const rules = [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get', 'list'] }];
  await cluster.client.of(ClusterRoles).create({ metadata: { name: 'widget-reader' }, rules });
  await cluster.client.of(ClusterRoleBindings).create({
    metadata: { name: 'jane-reads' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'widget-reader' },
    subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  const definition = widgets();
  await cluster.apiServer.serve(definition);
  const client = jane.of(definition);
  expect((await client.list({ namespace })).items.map(({ metadata }) => metadata?.name)).toEqual(['one', 'two']);
  await expect(client.delete('one', { namespace })).rejects.toMatchObject({ code: 403 });
});

test('objects of a new kind live by the rules of every kind', async () => {
  const client = cluster.client.of(widgets());
  await cluster.client.of(Namespaces).create({ metadata: { name: 'closing', finalizers: ['example.com/wait'] } });
  await cluster.client.of(Namespaces).delete('closing');
  const late = { metadata: { name: 'late', namespace: 'closing' } } as Widget;
  await expect(client.create(late)).rejects.toMatchObject({ code: 403, reason: 'Forbidden' });
  await expect(client.create(widget('Bad_Name', {}))).rejects.toMatchObject({ code: 422 });
  const kept = await client.create({
    metadata: { name: 'kept', namespace, finalizers: ['example.com/wait'] },
  } as Widget);
  await client.delete('kept', { namespace });
  const leaving = await client.get('kept', { namespace });
  expect(leaving.metadata?.deletionTimestamp).toBeDefined();
  expect(kept.metadata?.uid).toBe(leaving.metadata?.uid);
});

describe('quotas, garbage collection and namespaces follow', () => {
  const gadgets = (): ResourceDefinition<Widget> => ({
    ...widgets(),
    kind: 'Gadget',
    plural: 'gadgets',
    singular: 'gadget',
    shortNames: [],
  });
  const gadget = (name: string, more: object = {}) =>
    ({ apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name, namespace: 'shop', ...more } }) as Widget;
  let definition = gadgets();

  test('a quota counts objects of a kind that came after it, and goes on when the kind is changed', async () => {
    await cluster.client.of(Namespaces).create({ metadata: { name: 'shop' } });
    const quotas = cluster.client.of(ResourceQuotas);
    const hard = { 'count/gadgets.example.com': '2' };
    await quotas.create({ metadata: { name: 'few', namespace: 'shop' }, spec: { hard } });
    const used = async () =>
      (await quotas.get('few', { namespace: 'shop' })).status?.used?.['count/gadgets.example.com'];
    await cluster.apiServer.serve(definition);
    await waitFor(async () => (await used()) === '0');
    await cluster.client.of(definition).create(gadget('one'));
    expect(await used()).toBe('1');

    definition = gadgets();
    await cluster.apiServer.serve(definition);
    await cluster.client.of(definition).create(gadget('two'));
    await expect(cluster.client.of(definition).create(gadget('three'))).rejects.toMatchObject({
      code: 403,
      message:
        'gadgets.example.com "three" is forbidden: exceeded quota: few, requested: count/gadgets.example.com=1, used: count/gadgets.example.com=2, limited: count/gadgets.example.com=2',
    });
    await cluster.client.of(definition).delete('two', { namespace: 'shop' });
    await waitFor(async () => (await used()) === '1');

    await cluster.apiServer.withdraw(definition);
    await cluster.apiServer.serve(definition);
    await cluster.client.of(definition).delete('one', { namespace: 'shop' });
    await waitFor(async () => (await used()) === '0');
  });

  test('what belongs to an object of a new kind goes with it', async () => {
    const client = cluster.client.of(definition);
    const maps = cluster.client.of(ConfigMaps);
    const owner = await client.create(gadget('owner'));
    const { name = '', uid = '' } = owner.metadata ?? {};
    const ownerReferences = [{ apiVersion: 'example.com/v1', kind: 'Gadget', name, uid }];
    await maps.create({ metadata: { name: 'owned', namespace: 'shop', ownerReferences } });
    await client.delete('owner', { namespace: 'shop' });
    await waitFor(async () => (await maps.list({ namespace: 'shop' })).items.length === 0);
  });

  test('a namespace takes them with it', async () => {
    await cluster.client.of(definition).create(gadget('last'));
    await cluster.client.of(Namespaces).delete('shop');
    await waitFor(async () => (await cluster.client.of(definition).list({ namespace: 'shop' })).items.length === 0);
    await waitFor(
      async () => !(await cluster.client.of(Namespaces).list()).items.some(({ metadata }) => metadata?.name === 'shop'),
    );
  });
});
