import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlotSet } from './slot-set.ts';

test('it holds what a Set would hold', () => {
  const steps = fc.array(fc.record({ adds: fc.boolean(), which: fc.nat(20) }), { maxLength: 100 });
  fc.assert(
    fc.property(steps, (done) => {
      const members = Array.from({ length: 21 }, (_, name) => ({ name, slot: -1 }));
      const set = new SlotSet<{ name: number; slot: number }>();
      const model = new Set<number>();
      for (const { adds, which } of done) {
        const member = members[which]!;
        if (!adds) set.delete(member);
        else if (!model.has(which)) set.add(member);
        if (adds) model.add(which);
        else model.delete(which);
        expect(set.size).toBe(model.size);
        expect(set.values().map(({ name }) => name)).toEqual(expect.arrayContaining([...model]));
      }
    }),
  );
});
