import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from './heap.ts';

const action = fc.oneof(
  fc.record({ type: fc.constant('set' as const), key: fc.nat(20), value: fc.nat(100) }),
  fc.record({ type: fc.constant('delete' as const), key: fc.nat(20) }),
  fc.record({ type: fc.constant('pop' as const) }),
);

test('a heap answers as a sorted list does', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const heap = new Heap<{ key: number; value: number }>(
        (a, b) => a.value - b.value || a.key - b.key,
        (item) => `${item.key}`,
      );
      const model = new Map<number, { key: number; value: number }>();
      for (const each of actions) {
        if (each.type === 'set') {
          heap.set(each);
          model.set(each.key, each);
        } else if (each.type === 'delete') {
          expect(heap.delete(`${each.key}`)).toEqual(model.get(each.key));
          model.delete(each.key);
        } else {
          const least = [...model.values()].sort((a, b) => a.value - b.value || a.key - b.key)[0];
          expect(heap.pop()).toEqual(least);
          if (least) model.delete(least.key);
        }
        expect(heap.size).toBe(model.size);
      }
    }),
  );
});
