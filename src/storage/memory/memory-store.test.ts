import { expect, test } from 'vitest';
import { runStoreSuite } from '../testing/store-suite.ts';
import { createMemoryStore } from './memory-store.ts';

runStoreSuite('memory', async () => {
  const store = createMemoryStore();
  return { store, ordersConcurrentWrites: true, dispose: () => store.close() };
});

test('history is compacted when it passes its bound on events', async () => {
  const store = createMemoryStore({ history: { events: 100 } });
  for (let i = 0; i < 250; i++) await store.put('/a', Buffer.from('x'));
  expect(store.revision - store.oldestRevision).toBeGreaterThanOrEqual(90);
  expect(store.revision - store.oldestRevision).toBeLessThanOrEqual(100);
});

test('history is compacted when it passes its bound on bytes', async () => {
  const store = createMemoryStore({ history: { bytes: 10_000 } });
  for (let i = 0; i < 50; i++) await store.put('/a', Buffer.alloc(998));
  expect(store.revision - store.oldestRevision).toBeGreaterThanOrEqual(9);
  expect(store.revision - store.oldestRevision).toBeLessThanOrEqual(10);
});
