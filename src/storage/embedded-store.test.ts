import { expect, test } from 'vitest';
import { EmbeddedStore } from './embedded-store.ts';
import { MemoryJournal } from './memory/memory-journal.ts';
import type { StoreEvent } from './store.ts';

/** A journal that holds what was appended before it says so. */
class SlowJournal extends MemoryJournal {
  #release = () => {};
  isSlow = false;

  override async append(events: readonly StoreEvent[]): Promise<void> {
    await super.append(events);
    if (this.isSlow) await new Promise<void>((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#release();
  }
}

const value = new Uint8Array([1]);
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

test('a watch that reads history sees nothing of a write that is not acknowledged yet, and then sees it once', async () => {
  const journal = new SlowJournal();
  const store = new EmbeddedStore(journal);
  await store.put('a', value);
  journal.isSlow = true;
  const written = store.put('b', value);
  await turns(3);
  const keys: string[] = [];
  const watch = await store.watch(1, (events) => void keys.push(...events.map(({ key }) => key)));
  await turns(3);
  expect([keys, await store.get('b')]).toEqual([['a'], undefined]);
  journal.release();
  expect(await written).toMatchObject({ ok: true });
  await turns(3);
  expect(keys).toEqual(['a', 'b']);
  watch.cancel();
  await store.close();
});
