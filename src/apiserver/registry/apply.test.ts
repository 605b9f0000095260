import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { HorizontalPodAutoscalersV1 } from '#api/autoscaling/v1/horizontal-pod-autoscaler.ts';
import { HorizontalPodAutoscalers } from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { type Event, Events } from '#api/core/v1/event.ts';
import { type Namespace, Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { Services } from '#api/core/v1/service.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { EventsV1 } from '#api/events/v1/event.ts';
import { Roles } from '#api/rbac/v1/role.ts';
import { RoleBindings } from '#api/rbac/v1/role-binding.ts';
import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { mergePatch, type Patch, type WriteOptions } from '#client/options.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';

let cluster: Cluster;
let endpoint: Endpoint;
let call: ReturnType<typeof createCall>;
const clock = new VirtualClock();
const namespace = 'default';
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false, clock });
  endpoint = await cluster.listen();
  call = createCall(endpoint);
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace } });
});
afterAll(() => cluster.stop());

const configuration = (body: unknown, force = false): Patch => ({ type: 'application/apply-patch+yaml', body, force });

/** Applies an object as one manager; a second passes before. */
async function apply<T extends KubernetesObject = KubernetesObject>(
  definition: AnyResourceDefinition,
  manager: string,
  body: object,
  options: WriteOptions & { readonly force?: boolean; readonly name?: string } = {},
): Promise<T> {
  await clock.advance(1000);
  const { force, name = (body as KubernetesObject).metadata?.name as string, ...rest } = options;
  const scope = definition.namespaced ? { namespace } : {};
  const apiVersion = definition.group ? `${definition.group}/${definition.version}` : definition.version;
  const object = { apiVersion, kind: definition.kind, ...body };
  const client = cluster.client.of(definition);
  return (await client.patch(name, configuration(object, force), { ...scope, fieldManager: manager, ...rest })) as T;
}

const owners = ({ metadata }: KubernetesObject) =>
  (metadata?.managedFields ?? []).map(({ manager, operation, subresource, apiVersion, fieldsV1 }) => ({
    by: [manager, operation, ...(subresource ? [subresource] : [])].join(' '),
    apiVersion,
    fields: fieldsV1,
  }));
const names = (object: KubernetesObject) => owners(object).map(({ by }) => by);

const deployment = (name: string, replicas?: number, container: object = { image: 'a' }) => ({
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', ...container }] } },
  },
});
const replicas = (name: string, count: number) => ({ metadata: { name, namespace }, spec: { replicas: count } });

describe('applying', () => {
  test('creates what is not there, and says so', async () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps/made?fieldManager=me`;
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: made\ndata:\n  a: "1"\n';
    const send = (text: string, query = '') =>
      call(path + query, { method: 'PATCH', headers: { 'content-type': 'application/apply-patch+yaml' }, body: text });
    const first = await send(body);
    expect([first.code, first.json.metadata.managedFields]).toEqual([
      201,
      [
        {
          manager: 'me',
          operation: 'Apply',
          apiVersion: 'v1',
          time: expect.stringMatching(/^\d{4}-.*Z$/),
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:data': { 'f:a': {} } },
        },
      ],
    ]);
    await clock.advance(5000);
    const second = await send(body);
    expect([second.code, second.json]).toEqual([200, first.json]);
    const dry = await send(body.replace('"1"', '"2"'), '&dryRun=All');
    expect([dry.json.data, (await send(body)).json]).toEqual([{ a: '2' }, first.json]);
  });

  test('needs a manager, and only applying can be forced', async () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps/made`;
    const send = (query: string, type: string, body = '{}') =>
      call(`${path}?${query}`, { method: 'PATCH', headers: { 'content-type': type }, body });
    expect((await send('', 'application/apply-patch+yaml')).json).toMatchObject({
      code: 422,
      message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    });
    expect((await send('force=true', 'application/merge-patch+json')).json).toMatchObject({
      code: 422,
      message: 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    });
    expect((await send(`fieldManager=${'x'.repeat(129)}`, 'application/merge-patch+json')).json).toMatchObject({
      message: expect.stringContaining('fieldManager: Too long: may not be more than 128 bytes'),
    });
    const cbor = await send('fieldManager=me', 'application/apply-patch+cbor');
    expect([cbor.code, cbor.json.message]).toEqual([415, '415: Unsupported Media Type']);
  });

  test('refuses what is no configuration of the object', async () => {
    const cases: [string, string, number, string][] = [
      [
        '- a',
        '',
        400,
        'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array',
      ],
      [
        'a: 1\nb: c: d',
        '',
        400,
        'error decoding YAML: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context',
      ],
      ['apiVersion: v1\nkind: Secret\nmetadata: {name: made}', '', 400, 'invalid object type: /v1, Kind=Secret'],
      ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}', '', 400, 'the name of the object (other) does not'],
      [
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made, managedFields: []}',
        '',
        400,
        'metadata.managedFields must be nil',
      ],
      [
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\nnonsense: 1',
        '',
        400,
        'failed to create typed patch object (/made; /v1, Kind=ConfigMap): .nonsense: field not declared in schema',
      ],
      [
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\ndata:\n  a: x\n  a: y\n',
        '&fieldValidation=Strict',
        400,
        'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "a" already set in map',
      ],
      [
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made, uid: other}',
        '',
        422,
        'ConfigMap "made" is invalid: metadata.uid: Invalid value: "other": field is immutable',
      ],
      [
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made, resourceVersion: "1"}',
        '',
        409,
        'Operation cannot be fulfilled on configmaps "made": the object has been modified',
      ],
    ];
    for (const [body, query, code, message] of cases) {
      const answer = await call(`/api/v1/namespaces/${namespace}/configmaps/made?fieldManager=me${query}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body,
      });
      expect([answer.json.code, answer.json.message]).toEqual([code, expect.stringContaining(message)]);
    }
  });

  test('warns of keys that are there twice unless told otherwise', async () => {
    const send = (query: string) =>
      call(`/api/v1/namespaces/${namespace}/configmaps/twice?fieldManager=me${query}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata:\n  a: x\n  a: y\n',
      });
    expect((await send('')).headers['warning']).toBe('299 - "line 6: key \\"a\\" already set in map"');
    expect((await send('&fieldValidation=Ignore')).headers['warning']).toBeUndefined();
  });

  test('with a uid does not create', async () => {
    const body = { metadata: { name: 'never', namespace, uid: 'abc' } };
    await expect(apply(ConfigMaps, 'me', body)).rejects.toMatchObject({
      code: 409,
      message: expect.stringContaining('uid mismatch: the provided object specified uid abc, and no existing object'),
    });
  });

  test('creates only for those who may create', async () => {
    const subject = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'patcher' };
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'patch'] }];
    await cluster.client.of(Roles).create({ metadata: { name: 'patcher', namespace }, rules } as never);
    const roleRef = { kind: 'Role', apiGroup: 'rbac.authorization.k8s.io', name: 'patcher' };
    const binding = { metadata: { name: 'patcher', namespace }, roleRef, subjects: [subject] };
    await cluster.client.of(RoleBindings).create(binding as never);
    const maps = cluster.clientFor({ name: 'patcher', groups: [] }).of(ConfigMaps);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'forbidden', namespace } };
    const options = { namespace, fieldManager: 'me' };
    await expect(maps.patch('forbidden', configuration(body), options)).rejects.toMatchObject({
      code: 403,
      message: expect.stringContaining('cannot create resource "configmaps"'),
    });
    await apply(ConfigMaps, 'other', body);
    expect(names(await maps.patch('forbidden', configuration({ ...body, data: { a: '1' } }), options))).toContain(
      'me Apply',
    );
  });

  test('a field that somebody else owns conflicts, names the field and its owner, and is taken by force', async () => {
    await cluster.client.of(Deployments).create(deployment('conflict', 1) as never, { fieldManager: 'creator' });
    await expect(apply(Deployments, 'applier', replicas('conflict', 3))).rejects.toMatchObject({
      status: {
        code: 409,
        reason: 'Conflict',
        message: 'Apply failed with 1 conflict: conflict with "creator" using apps/v1: .spec.replicas',
        details: {
          causes: [
            {
              reason: 'FieldManagerConflict',
              message: 'conflict with "creator" using apps/v1',
              field: '.spec.replicas',
            },
          ],
        },
      },
    });
    const forced = await apply(Deployments, 'applier', replicas('conflict', 3), { force: true });
    expect(owners(forced)[0]).toMatchObject({ by: 'applier Apply', fields: { 'f:spec': { 'f:replicas': {} } } });
    expect(JSON.stringify(owners(forced)[1])).not.toContain('f:replicas');
  });

  test('the same value is shared, and given up by leaving it out', async () => {
    await apply(Deployments, 'one', deployment('shared', 2));
    const both = await apply(Deployments, 'two', replicas('shared', 2));
    expect(names(both)).toEqual(['two Apply', 'one Apply']);
    const left = await apply<KubernetesObject & { spec: { replicas: number } }>(
      Deployments,
      'one',
      deployment('shared'),
    );
    expect(left.spec.replicas).toBe(2);
    await expect(apply(Deployments, 'one', deployment('shared', 4))).rejects.toMatchObject({ code: 409 });
  });

  test('a field that is applied no longer gets its default back', async () => {
    await apply(Deployments, 'me', deployment('reverts', 4));
    const left = await apply(Deployments, 'me', deployment('reverts'));
    expect(left).toMatchObject({ spec: { replicas: 1 } });
  });

  test('ports with one number and two protocols are two ports', async () => {
    const service = (...ports: object[]) => ({
      metadata: { name: 'dns', namespace },
      spec: { selector: { app: 'dns' }, ports },
    });
    await apply(Services, 'udp', service({ name: 'udp', port: 53, protocol: 'UDP' }));
    const both = await apply(Services, 'tcp', service({ name: 'tcp', port: 53 }), { force: true });
    expect(both).toMatchObject({ spec: { ports: [{ name: 'udp' }, { name: 'tcp', protocol: 'TCP' }] } });
    const tcp = owners(both).find(({ by }) => by === 'tcp Apply');
    expect(tcp?.fields).toEqual({
      'f:spec': {
        'f:selector': {},
        'f:ports': { 'k:{"port":53,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} } },
      },
    });
    expect(await apply(Services, 'udp', service())).toMatchObject({ spec: { ports: [{ name: 'tcp' }] } });
  });

  test('finalizers are owned one by one, tolerations all together', async () => {
    const pod = (finalizers: string[], tolerations: object[]) => ({
      metadata: { name: 'sets', namespace, finalizers },
      spec: { containers: [{ name: 'c', image: 'x' }], tolerations },
    });
    await apply(Pods, 'one', pod(['example.com/a'], [{ key: 'a', operator: 'Exists' }]));
    const finalizers = { metadata: { name: 'sets', namespace, finalizers: ['example.com/b'] } };
    expect((await apply(Pods, 'two', finalizers)).metadata?.finalizers).toEqual(['example.com/a', 'example.com/b']);
    const tolerations = { ...finalizers, spec: { tolerations: [{ key: 'b', operator: 'Exists' }] } };
    await expect(apply(Pods, 'two', tolerations)).rejects.toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "one": .spec.tolerations',
    });
    const none = { metadata: { name: 'sets', namespace } };
    expect((await apply(Pods, 'two', none)).metadata?.finalizers).toEqual(['example.com/a']);
  });

  test('status is applied through its own part, and only there', async () => {
    const body = { metadata: { name: 'phase' }, status: { phase: 'Active' } };
    await apply(Namespaces, 'main', { ...body, metadata: { name: 'phase', labels: { a: 'b' } } });
    const condition = { type: 'Example', status: 'True', reason: 'R', message: 'm', lastTransitionTime: null };
    const status = { metadata: { name: 'phase' }, status: { conditions: [condition] } };
    const applied = await apply<Namespace>(Namespaces, 'status', status, { subresource: 'status' });
    expect(applied.status?.conditions).toMatchObject([{ type: 'Example', status: 'True' }]);
    expect(names(applied)).toEqual(['main Apply', 'status Apply status']);
    const through = { ...status, metadata: { name: 'phase' }, spec: { finalizers: ['x/y'] } };
    const same = await apply<Namespace>(Namespaces, 'status', through, { subresource: 'status' });
    expect([same.spec?.finalizers, owners(same)]).toEqual([['kubernetes'], owners(applied)]);
    await expect(
      apply(Namespaces, 'status', { ...status, metadata: { name: 'nobody' } }, { subresource: 'status' }),
    ).rejects.toMatchObject({ code: 404 });
  });

  test('two versions of a kind keep the version each was written through', async () => {
    const target = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } };
    const metadata = { name: 'two', namespace };
    await apply(HorizontalPodAutoscalersV1, 'old', { metadata, spec: { ...target, maxReplicas: 3 } });
    const now = await apply(HorizontalPodAutoscalers, 'new', { metadata, spec: { minReplicas: 2 } });
    expect(owners(now).map(({ by, apiVersion }) => [by, apiVersion])).toEqual([
      ['old Apply', 'autoscaling/v1'],
      ['new Apply', 'autoscaling/v2'],
    ]);
    await expect(
      apply(HorizontalPodAutoscalers, 'new', { metadata, spec: { minReplicas: 2, maxReplicas: 9 } }),
    ).rejects.toMatchObject({ message: expect.stringContaining('conflict with "old": .spec.maxReplicas') });
    const dropped = await apply(HorizontalPodAutoscalersV1, 'new', { metadata, spec: {} });
    expect((dropped as { spec?: { minReplicas?: number } }).spec?.minReplicas).not.toBe(2);
  });
});

test('a kind in two groups names fields as their owner wrote them', async () => {
  const event = {
    metadata: { name: 'e', namespace },
    involvedObject: { kind: 'Pod', name: 'p', namespace },
    reason: 'Tested',
    message: 'hello',
    type: 'Normal',
  };
  await cluster.client.of(Events).create(event as Event, { fieldManager: 'old' });
  const metadata = { name: 'e', namespace };
  await expect(apply(EventsV1, 'new', { metadata, note: 'bye' })).rejects.toMatchObject({
    message: 'Apply failed with 1 conflict: conflict with "old" using v1: .message',
  });
  const shared = await apply(EventsV1, 'new', { metadata, note: 'hello' });
  expect(owners(shared)).toEqual([
    { by: 'new Apply', apiVersion: 'events.k8s.io/v1', fields: { 'f:note': {} } },
    { by: 'old Update', apiVersion: 'v1', fields: expect.objectContaining({ 'f:message': {} }) },
  ]);
  // What was said stays said, whoever forces another text.
  await expect(apply(EventsV1, 'new', { metadata, note: 'bye' }, { force: true })).rejects.toMatchObject({
    code: 422,
    message: 'Event.events.k8s.io "e" is invalid: message: Invalid value: "bye": field is immutable',
  });
});

describe('scaling', () => {
  const scale = (name: string, count: number) => ({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace },
    spec: { replicas: count },
  });

  test('takes the replicas from whoever owns them in the object', async () => {
    await apply(Deployments, 'me', deployment('scaled', 1));
    const deployments = cluster.client.of(Deployments);
    const patch = mergePatch({ spec: { replicas: 5 } });
    await deployments.patch('scaled', patch, { namespace, subresource: 'scale', fieldManager: 'kubectl' });
    const scaled = await deployments.get('scaled', { namespace });
    expect(owners(scaled).at(-1)).toEqual({
      by: 'kubectl Update scale',
      apiVersion: 'apps/v1',
      fields: { 'f:spec': { 'f:replicas': {} } },
    });
    expect(JSON.stringify(owners(scaled)[0])).not.toContain('replicas');
    await expect(apply(Deployments, 'me', deployment('scaled', 1))).rejects.toMatchObject({
      message:
        'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
    });
    await deployments.patch('scaled', patch, { namespace, subresource: 'scale', fieldManager: 'other' });
    expect(names(await deployments.get('scaled', { namespace }))).toEqual(names(scaled));
  });

  test('can be applied, too', async () => {
    await apply(Deployments, 'me', deployment('applied', 1));
    const options = { subresource: 'scale', name: 'applied' };
    await expect(apply(Deployments, 'scaler', scale('applied', 2), options)).rejects.toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "me": .spec.replicas',
    });
    await apply(Deployments, 'scaler', scale('applied', 2), { ...options, force: true });
    const applied = await cluster.client.of(Deployments).get('applied', { namespace });
    expect([applied.spec?.replicas, names(applied)]).toEqual([2, ['scaler Apply scale', 'me Apply']]);
    await apply(Deployments, 'scaler', scale('applied', 2), options);
    const again = await cluster.client.of(Deployments).get('applied', { namespace });
    expect(again.metadata?.resourceVersion).toBe(applied.metadata?.resourceVersion);
  });
});

describe('other writes', () => {
  const maps = () => cluster.client.of(ConfigMaps);
  const map = (name: string, data: Record<string, string>): ConfigMap => ({ metadata: { name, namespace }, data });

  test('belong to the program that sends them unless it names a manager', async () => {
    const headers = { 'content-type': 'application/json', 'user-agent': 'my-tool/v1.2 (linux/amd64)' };
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const { json } = await call(path, { method: 'POST', headers, body: JSON.stringify(map('agent', { a: '1' })) });
    expect(owners(json)).toEqual([
      { by: 'my-tool Update', apiVersion: 'v1', fields: { 'f:data': { '.': {}, 'f:a': {} } } },
    ]);
    expect(names(await maps().create(map('named', {}), { fieldManager: 'named' }))).toEqual([]);
    expect(names(await maps().create(map('inside', { a: '1' })))).toEqual(['knarr Update']);
  });

  test('are ascribed as upstream ascribes those of components', async () => {
    const accounts = [
      ['system:kube-scheduler', 'kube-scheduler'],
      ['system:node:n1', 'kubelet'],
      ['system:serviceaccount:kube-system:deployment-controller', 'kube-controller-manager'],
      ['somebody', 'knarr'],
    ] as const;
    for (const [name, program] of accounts) {
      const client = cluster.clientFor({ name, groups: ['system:masters'] }).of(ConfigMaps);
      const made = await client.create(map(`by-${program}`, { a: '1' }));
      expect(names(made)).toEqual([`${program} Update`]);
    }
  });

  test('keep owners while an object waits for its end', async () => {
    const waiting = { metadata: { name: 'ends', namespace, finalizers: ['example.com/wait'] }, data: { a: '1' } };
    const made = await maps().create(waiting, { fieldManager: 'one' });
    const ending = (await maps().delete('ends', { namespace })) as ConfigMap;
    expect(ending.metadata?.managedFields).toEqual(made.metadata?.managedFields);
  });

  test('that change nothing are not written', async () => {
    const made = await maps().create(map('same', { a: '1' }), { fieldManager: 'one' });
    await clock.advance(5000);
    const again = await maps().update(map('same', { a: '1' }), { fieldManager: 'two' });
    expect(again.metadata).toEqual(made.metadata);
  });

  test('take fields over', async () => {
    await maps().create(map('taken', { a: '1', b: '1' }), { fieldManager: 'one' });
    const patched = await maps().patch('taken', mergePatch({ data: { b: '2', c: '3' } }), {
      namespace,
      fieldManager: 'two',
    });
    expect(owners(patched).map(({ by, fields }) => [by, fields])).toEqual([
      ['one Update', { 'f:data': { '.': {}, 'f:a': {} } }],
      ['two Update', { 'f:data': { 'f:b': {}, 'f:c': {} } }],
    ]);
    const removed = await maps().patch('taken', mergePatch({ data: { b: null, c: null } }), {
      namespace,
      fieldManager: 'three',
    });
    expect(names(removed)).toEqual(['one Update']);
  });

  test('may correct managedFields, reset them, and cannot break them', async () => {
    const made = await maps().create(map('corrected', { a: '1' }), { fieldManager: 'one' });
    const update = (managedFields: unknown) =>
      maps().update({ ...made, metadata: { name: 'corrected', namespace, managedFields } } as ConfigMap);
    const [entry] = made.metadata?.managedFields ?? [];
    expect(names(await update([{ ...entry, manager: 'renamed' }]))).toEqual(['renamed Update']);
    expect(names(await update([{ ...entry, operation: 'Nonsense' }]))).toEqual(['renamed Update']);
    expect(names(await update(undefined))).toEqual(['renamed Update']);
    expect((await update([{}])).metadata?.managedFields).toBeUndefined();
    expect(names(await update([{ ...entry, manager: 'again' }]))).toEqual(['again Update']);
    const emptied = await maps().patch('corrected', mergePatch({ metadata: { managedFields: [] } }), { namespace });
    expect(names(emptied)).toEqual([]);
    expect(names(await update([{ ...entry, manager: 'again' }]))).toEqual(['again Update']);
    for (const type of ['json', 'yaml']) {
      const { code, json } = await call(`/api/v1/namespaces/${namespace}/configmaps/corrected`, {
        method: 'PUT',
        headers: { 'content-type': `application/${type}` },
        body: JSON.stringify({ metadata: { name: 'corrected', managedFields: [] }, data: { a: '1' } }),
      });
      expect([code, json.metadata.managedFields]).toEqual([200, undefined]);
      expect(names(await update([{ ...entry, manager: type }]))).toEqual([`${type} Update`]);
    }
    expect((await update([{}])).metadata?.managedFields).toBeUndefined();
    expect(names(await update(undefined))).toEqual([]);
    const applied = await apply(ConfigMaps, 'me', map('corrected', { b: '2' }));
    expect(names(applied)).toEqual(['me Apply', 'before-first-apply Update']);
  });

  test('through status own no more than the status', async () => {
    const pods = cluster.client.of(Pods);
    const pod = { metadata: { name: 'run', namespace }, spec: { containers: [{ name: 'c', image: 'x' }] } } as Pod;
    const made = await pods.create(pod, { fieldManager: 'maker' });
    expect(JSON.stringify(owners(made))).not.toMatch(/tolerations|serviceAccount/);
    const running = { ...made, spec: { ...made.spec, hostname: 'h' }, status: { phase: 'Running' } } as Pod;
    const updated = await pods.updateStatus(running, { fieldManager: 'kubelet' });
    expect(owners(updated)[0]).toEqual({
      by: 'kubelet Update status',
      apiVersion: 'v1',
      fields: { 'f:status': { 'f:phase': {} } },
    });
  });

  test('through the status of a deployment leave its labels alone', async () => {
    const deployments = cluster.client.of(Deployments);
    await deployments.create(deployment('labels', 1) as never, { fieldManager: 'maker' });
    const patch = mergePatch({ metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, status: { replicas: 1 } });
    const patched = await deployments.patch('labels', patch, {
      namespace,
      subresource: 'status',
      fieldManager: 'other',
    });
    expect([patched.metadata?.labels, patched.metadata?.annotations]).toEqual([undefined, { c: 'd' }]);
    expect(owners(patched).find(({ by }) => by === 'other Update status')?.fields).toEqual({
      'f:metadata': { 'f:annotations': { '.': {}, 'f:c': {} } },
      'f:status': { 'f:replicas': {} },
    });
  });

  test('through a part of a kind own what the part takes over', async () => {
    const pods = cluster.client.of(Pods);
    const debug = { name: 'debug', image: 'x', targetContainerName: 'c' };
    const patched = await pods.patch(
      'run',
      mergePatch({ spec: { ephemeralContainers: [debug] }, metadata: { labels: { not: 'taken' } } }),
      { namespace, subresource: 'ephemeralcontainers', fieldManager: 'debugger' },
    );
    const own = owners(patched).find(({ by }) => by === 'debugger Update ephemeralcontainers');
    expect(own?.fields).toEqual({
      'f:spec': {
        'f:ephemeralContainers': {
          '.': {},
          'k:{"name":"debug"}': expect.objectContaining({ '.': {}, 'f:image': {}, 'f:targetContainerName': {} }),
        },
      },
    });
  });

  test('through a part that takes over little own no more than that, whatever is sent', async () => {
    const container = { name: 'c', image: 'x', resources: { requests: { cpu: '1' } } };
    const metadata = { name: 'grows', namespace };
    await cluster.client.of(Pods).create({ metadata, spec: { containers: [container] } });
    const bigger = { ...container, image: 'y', resources: { requests: { cpu: '2' } } };
    const body = { metadata: { ...metadata, labels: { not: 'taken' } }, spec: { containers: [bigger] } };
    const applied = await apply<Pod>(Pods, 'grower', body, { subresource: 'resize', force: true });
    expect(applied.spec?.containers[0]).toMatchObject({ image: 'x', resources: { requests: { cpu: '2' } } });
    const own = owners(applied).find(({ by }) => by === 'grower Apply resize');
    const resources = { 'f:resources': { 'f:requests': { 'f:cpu': {} } } };
    expect(own?.fields).toEqual({
      'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, ...resources } } },
    });
  });

  test('by the server itself own nothing', async () => {
    const pods = cluster.client.of(Pods);
    const before = await pods.get('run', { namespace });
    const target = { metadata: { name: 'run' }, target: { kind: 'Node', name: 'n1' } };
    await pods.createSubresource('run', 'binding', target, { namespace });
    const after = await pods.get('run', { namespace });
    expect([after.spec?.nodeName, after.metadata?.managedFields]).toEqual(['n1', before.metadata?.managedFields]);
  });
});
