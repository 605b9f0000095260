import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkApiOperations, refuses } from '../support/api-operations.ts';
import { podSpec } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
beforeAll(async () => {
  rest = await Rest.start({ controllers: ['serviceaccount-controller'], scheduler: false });
});
afterAll(() => rest?.stop());

const amounts = (cpu: string, memory: string, storage: string): Body => ({
  cpu,
  memory,
  'ephemeral-storage': storage,
});
const MIN = amounts('50m', '100Mi', '100Gi');
const MAX = amounts('500m', '500Mi', '500Gi');
const DEFAULT_REQUEST = amounts('100m', '200Mi', '200Gi');
const DEFAULT = amounts('300m', '300Mi', '300Gi');

const limitRange = (name: string, labels: Body = {}): Body => ({
  metadata: { name, labels },
  spec: { limits: [{ type: 'Container', min: MIN, max: MAX, default: DEFAULT, defaultRequest: DEFAULT_REQUEST }] },
});

describe('[sig-scheduling] LimitRange', () => {
  test('should create a LimitRange with defaults and ensure pod has those defaults applied.', async () => {
    const namespace = await rest.namespace('limits', { serviceAccount: true });
    const ranges = rest.of('v1', 'limitranges', namespace);
    const pods = rest.of('v1', 'pods', namespace);
    const create = async (resources: Body) =>
      (
        await pods.create({
          metadata: { name: rest.name('limited') },
          spec: podSpec({ containers: [{ name: 'web', image: 'web:1', resources }] }),
        })
      ).spec.containers[0].resources;
    const watch = await ranges.watch();
    const created = await ranges.create(limitRange('limits'));
    expect(await watch.of('ADDED', 'limits')).toEqual(created);
    expect((await ranges.get('limits')).spec.limits).toEqual([
      { type: 'Container', min: MIN, max: MAX, default: DEFAULT, defaultRequest: DEFAULT_REQUEST },
    ]);
    expect(await create({})).toEqual({ requests: DEFAULT_REQUEST, limits: DEFAULT });
    const partial = { requests: { cpu: '200m', memory: '150Mi' }, limits: { cpu: '400m' } };
    expect(await create(partial)).toEqual({
      requests: { ...DEFAULT_REQUEST, ...partial.requests },
      limits: { ...DEFAULT, ...partial.limits },
    });
    const small = { requests: amounts('10m', '50Mi', '50Gi') };
    const large = { requests: amounts('600m', '600Mi', '600Gi') };
    expect((await refuses(create(small), 403, 'Forbidden')).message).toContain(
      'minimum cpu usage per Container is 50m, but request is 10m',
    );
    // A request beyond the default limit is refused as a pod that asks for more than it may have.
    await refuses(create(large), 422, 'Invalid');
    expect((await refuses(create({ ...large, limits: large.requests }), 403, 'Forbidden')).message).toContain(
      'maximum cpu usage per Container is 500m, but limit is 600m',
    );
    await ranges.change('limits', ({ spec }) => Object.assign(spec.limits[0], { min: amounts('9m', '49Mi', '49Gi') }));
    await create(small);
    await ranges.delete('limits');
    await watch.of('DELETED', 'limits');
    expect(await create({ ...large, limits: large.requests })).toMatchObject(large);
    expect(await create({})).toEqual({});
  });

  test('should list, patch and delete a LimitRange by collection', async () => {
    const namespace = await rest.namespace('limits');
    const other = await rest.namespace('limits');
    const labels = { range: namespace };
    const selector = { labelSelector: `range=${namespace}` };
    const ranges = rest.of('v1', 'limitranges', namespace);
    await ranges.create(limitRange('one', labels));
    await rest.of('v1', 'limitranges', other).create(limitRange('one', labels));
    expect(await ranges.everywhere.names(selector)).toEqual(['one', 'one']);
    const patched = await ranges.patch('one', 'strategic', {
      metadata: { labels: { one: 'patched' } },
      spec: { limits: [{ type: 'Container', min: { cpu: '40m' } }] },
    });
    // Limits are a list that a patch replaces.
    expect(patched.spec.limits).toEqual([{ type: 'Container', min: { cpu: '40m' }, defaultRequest: { cpu: '40m' } }]);
    await ranges.deleteCollection({ labelSelector: 'one=patched' });
    await refuses(ranges.get('one'), 404, 'NotFound');
    const left = (await ranges.everywhere.list(selector)).items;
    expect(left.map((each: Body) => each.metadata.namespace)).toEqual([other]);
  });
});

describe('[sig-scheduling] SchedulerPreemption [Serial]', () => {
  test('PriorityClass endpoints verify PriorityClass endpoints can be operated with different HTTP methods', async () => {
    const classes = rest.of('scheduling.k8s.io/v1', 'priorityclasses');
    await checkApiOperations(classes, {
      kind: 'PriorityClass',
      object: { value: 1 },
      specPatch: { description: 'another' },
    });
    const created = await classes.create({ metadata: { name: 'p1' }, value: 1 });
    expect(created).toMatchObject({ value: 1, preemptionPolicy: 'PreemptLowerPriority' });
    await refuses(classes.patch('p1', 'strategic', { value: 10 }), 422, 'Invalid');
    await refuses(classes.update({ ...created, value: 10 }), 422, 'Invalid');
    await refuses(classes.patch('p1', 'merge', { preemptionPolicy: 'Never' }), 422, 'Invalid');
    const forbidden = { metadata: { name: 'system-mine' }, value: 1 };
    await refuses(classes.create(forbidden), 422, 'Invalid');
    expect(await classes.get('p1')).toEqual(created);
  });
});
