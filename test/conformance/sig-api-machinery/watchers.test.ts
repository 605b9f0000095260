import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import type { Collection } from '../support/collection.ts';
import { type Body, Rest } from '../support/rest.ts';
import type { Watch } from '../support/watch.ts';

let rest: Rest;
let configMaps: Collection;
beforeAll(async () => {
  rest = await Rest.start({ controllers: false, scheduler: false });
  configMaps = rest.of('v1', 'configmaps', await rest.namespace());
});
afterAll(() => rest?.stop());

const example = (name: string, label: string): Body => ({ metadata: { name, labels: { watched: label } } });
const labelled = (label: string) => ({ labelSelector: `watched=${label}` });
const mutate = (name: string, mutation: string) => configMaps.patch(name, 'merge', { data: { mutation } });
const summary = (watch: Watch) =>
  watch.events.map(({ type, object }) => `${type} ${object.metadata.name} ${object.data?.mutation ?? '-'}`);
const sees = (watch: Watch, events: string[]) =>
  expect.poll(() => summary(watch), { interval: 5, timeout: 20_000 }).toEqual(events);

describe('[sig-api-machinery] Watchers', () => {
  test('should observe add, update, and delete watch notifications on configmaps', async () => {
    const [watchA, watchB, watchBoth] = await Promise.all([
      configMaps.watch(labelled('a')),
      configMaps.watch(labelled('b')),
      configMaps.watch({ labelSelector: 'watched in (a,b)' }),
    ]);
    const created = await configMaps.create(example('one', 'a'));
    const first = await mutate('one', '1');
    const second = await mutate('one', '2');
    await configMaps.delete('one');
    await configMaps.create(example('two', 'b'));
    await configMaps.delete('two');

    const ofOne = ['ADDED one -', 'MODIFIED one 1', 'MODIFIED one 2', 'DELETED one 2'];
    const ofTwo = ['ADDED two -', 'DELETED two -'];
    await sees(watchBoth, [...ofOne, ...ofTwo]);
    await sees(watchA, ofOne);
    await sees(watchB, ofTwo);
    expect(watchA.events.slice(0, 3).map((event) => event.object)).toEqual([created, first, second]);
    // The last state, with the version at which it went.
    const { metadata, ...last } = watchA.events[3]!.object;
    expect(last).toMatchObject({ data: { mutation: '2' } });
    expect(BigInt(metadata.resourceVersion)).toBeGreaterThan(BigInt(second.metadata.resourceVersion));
  });

  test('should be able to start watching from a specific resource version', async () => {
    await configMaps.create(example('from', 'from'));
    const first = await mutate('from', '1');
    await mutate('from', '2');
    await configMaps.delete('from');
    const watch = await configMaps.watch({ ...labelled('from'), resourceVersion: first.metadata.resourceVersion });
    await sees(watch, ['MODIFIED from 2', 'DELETED from 2']);
  });

  test('should be able to restart watching from the last resource version observed by the previous watch', async () => {
    const broken = await configMaps.watch(labelled('restart'));
    await configMaps.create(example('restart', 'restart'));
    await mutate('restart', '1');
    await broken.until('ADDED');
    const last = await broken.until('MODIFIED');
    broken.close();
    await mutate('restart', '2');
    const watch = await configMaps.watch({ ...labelled('restart'), resourceVersion: last.metadata.resourceVersion });
    await configMaps.delete('restart');
    await sees(watch, ['MODIFIED restart 2', 'DELETED restart 2']);
    expect(summary(broken)).toEqual(['ADDED restart -', 'MODIFIED restart 1']);
  });

  test('should observe an object deletion if it stops meeting the requirements of the selector', async () => {
    const watch = await configMaps.watch(labelled('meets'));
    const label = (watched: string) => configMaps.patch('meets', 'merge', { metadata: { labels: { watched } } });
    await configMaps.create(example('meets', 'meets'));
    await mutate('meets', '1');
    await label('other');
    await sees(watch, ['ADDED meets -', 'MODIFIED meets 1', 'DELETED meets 1']);
    await mutate('meets', '2');
    await label('meets');
    await mutate('meets', '3');
    await configMaps.delete('meets');
    await sees(watch, [
      'ADDED meets -',
      'MODIFIED meets 1',
      'DELETED meets 1',
      'ADDED meets 2',
      'MODIFIED meets 3',
      'DELETED meets 3',
    ]);
  });

  test('should receive events on concurrent watches in same order', async () => {
    const ROUNDS = 40;
    const start = (await configMaps.list()).metadata.resourceVersion;
    const whole = await configMaps.watch({ ...labelled('order'), resourceVersion: start });
    const produced = (async () => {
      for (let round = 0; round < ROUNDS; round++) {
        await configMaps.create(example(`order-${round}`, 'order'));
        await mutate(`order-${round}`, String(round));
        if (round % 2) await configMaps.delete(`order-${round}`);
      }
    })();
    // A watch from each version that another one has seen, while more is happening.
    const later: Watch[] = [];
    for (let index = 0; index < 20; index++) {
      await waitFor(() => whole.events.length > index);
      const resourceVersion = whole.events[index]!.object.metadata.resourceVersion;
      later.push(await configMaps.watch({ ...labelled('order'), resourceVersion }));
    }
    await produced;
    const versions = (watch: Watch) =>
      watch.events.map((event) => `${event.type} ${event.object.metadata.resourceVersion}`);
    await waitFor(() => whole.events.length === ROUNDS * 2.5);
    for (const [index, watch] of later.entries()) {
      await waitFor(() => watch.events.length >= whole.events.length - index - 1);
      expect(versions(watch)).toEqual(versions(whole).slice(index + 1));
    }
  });
});
