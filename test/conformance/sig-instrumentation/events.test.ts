import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refuses } from '../support/api-operations.ts';
import type { Collection } from '../support/collection.ts';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
beforeAll(async () => {
  rest = await Rest.start({ controllers: false, scheduler: false });
});
afterAll(() => rest?.stop());

const TIME = '2017-09-19T13:49:16.000000Z';
const own = ({ metadata: { resourceVersion: _r, managedFields: _m, ...metadata }, ...rest }: Body): Body => ({
  ...rest,
  metadata,
});

/** An event as components write it through `events.k8s.io`. */
const event = (name: string, namespace: string): Body => ({
  metadata: { name, labels: { set: namespace } },
  regarding: { kind: 'Pod', name: 'regarded', namespace },
  eventTime: TIME,
  note: `This is ${name}`,
  action: 'Do',
  reason: 'Test',
  type: 'Normal',
  reportingController: 'test-controller',
  reportingInstance: 'test-node',
});

/** An event as it was written first. */
const coreEvent = (name: string, namespace: string): Body => ({
  metadata: { name, labels: { set: namespace } },
  message: `This is ${name}`,
  reason: 'Test',
  type: 'Normal',
  count: 1,
  source: { component: 'test-controller' },
  involvedObject: { namespace },
});

async function checkDeleteCollection(collection: Collection, make: typeof event): Promise<void> {
  const namespace = collection.namespace!;
  const names = ['test-event-1', 'test-event-2', 'test-event-3'];
  for (const name of names) await collection.create(make(name, namespace));
  const selector = { labelSelector: `set=${namespace}` };
  expect(await collection.names(selector)).toEqual(names);
  const deleted = await collection.deleteCollection(selector);
  expect(deleted.items.map((item: Body) => item.metadata.name)).toEqual(names);
  expect(await collection.names(selector)).toEqual([]);
}

describe('[sig-instrumentation] Events', () => {
  test('Events API should delete a collection of events', async () => {
    await checkDeleteCollection(rest.of('events.k8s.io/v1', 'events', await rest.namespace()), event);
  });

  test('Events API should ensure that an event can be fetched, patched, deleted, and listed', async () => {
    const namespace = await rest.namespace();
    const events = rest.of('events.k8s.io/v1', 'events', namespace);
    const selector = { labelSelector: `set=${namespace}` };
    const created = await events.create(event('one', namespace));
    for (const collection of [events, events.everywhere]) expect(await collection.names(selector)).toEqual(['one']);
    for (const reporter of ['source', 'reportingController']) {
      // `source` is how the older form calls who reports; the newer one leaves it out.
      const older = rest.of('v1', 'events', namespace);
      const fieldSelector = `${reporter === 'source' ? 'source' : 'reportingController'}=test-controller`;
      const found = await (reporter === 'source' ? older : events).names({ fieldSelector });
      expect([reporter, found]).toEqual([reporter, ['one']]);
    }
    const series = { count: 2, lastObservedTime: TIME };
    const patched = await events.patch('one', 'strategic', { series });
    expect(BigInt(patched.metadata.resourceVersion)).toBeGreaterThan(BigInt(created.metadata.resourceVersion));
    expect(own(await events.get('one'))).toEqual({ ...own(created), series });
    const wanted = { ...patched, series: { count: 100, lastObservedTime: TIME } };
    await events.update(wanted);
    expect(own(await events.get('one'))).toEqual(own(wanted));
    await refuses(events.update({ ...wanted, note: 'another' }), 409, 'Conflict');
    await events.delete('one');
    for (const collection of [events, events.everywhere]) expect(await collection.names(selector)).toEqual([]);
  });

  test('Events should delete a collection of events', async () => {
    await checkDeleteCollection(rest.of('v1', 'events', await rest.namespace()), coreEvent);
  });

  test('Events should manage the lifecycle of an event', async () => {
    const namespace = await rest.namespace();
    const events = rest.of('v1', 'events', namespace);
    const selector = { labelSelector: `set=${namespace}` };
    await events.create(coreEvent('one', namespace));
    expect(await events.everywhere.names(selector)).toEqual(['one']);
    await events.patch('one', 'strategic', { message: 'patched' });
    const { metadata, ...fetched } = await events.get('one');
    expect(fetched.message).toBe('patched');
    // Written blindly: without a revision, and without owners.
    const { resourceVersion: _r, managedFields: _m, ...blind } = metadata;
    const wanted = { ...fetched, metadata: blind, series: { count: 100, lastObservedTime: TIME } };
    await events.update(wanted);
    expect(own(await events.get('one'))).toEqual(wanted);
    await events.delete('one');
    expect(await events.everywhere.names(selector)).toEqual([]);
  });
});
