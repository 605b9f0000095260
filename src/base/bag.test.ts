import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bag, type Place } from './bag.ts';

test('holds what was added and not yet removed', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30)), (steps) => {
      const bag = new Bag<number>();
      const model = new Map<number, Place<number>>();
      for (const step of steps) {
        const place = model.get(step);
        if (place === undefined) model.set(step, bag.add(step));
        else {
          expect([bag.remove(place), bag.remove(place)]).toEqual([true, false]);
          model.delete(step);
        }
      }
      expect(bag.size).toBe(model.size);
      expect(bag.members().sort()).toEqual([...model.keys()].sort());
    }),
  );
});
