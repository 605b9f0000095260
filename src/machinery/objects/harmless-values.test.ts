import { describe, expect, test } from 'vitest';
import { HarmlessValues } from './harmless-values.ts';
import { shareJson } from './shared-json.ts';

describe('harmless values', () => {
  test('are checked once when they are shared', () => {
    const harmless = new HarmlessValues();
    const value = shareJson('{"harmless":true}');
    let checks = 0;
    const check = () => {
      checks++;
      return [];
    };
    expect([harmless.has(value, check), harmless.has(value, check)]).toEqual([true, true]);
    expect(checks).toBe(1);
  });

  test('are checked again and again when something is wrong, or when they may change', () => {
    const harmless = new HarmlessValues();
    const wrong = shareJson('{"harmless":false}');
    expect([1, 2].map(() => harmless.has(wrong, () => ['wrong']))).toEqual([false, false]);
    const changing = { harmless: true };
    const checkOf = () => (changing.harmless ? [] : ['wrong']);
    expect(harmless.has(changing, checkOf)).toBe(true);
    changing.harmless = false;
    expect(harmless.has(changing, checkOf)).toBe(false);
  });
});
