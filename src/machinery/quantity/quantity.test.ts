import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalQuantity, parseQuantity } from './parse-quantity.ts';
import { Quantity } from './quantity.ts';

describe('quantities', () => {
  test.each([
    ['0', '0'],
    ['0m', '0'],
    ['1', '1'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1.5', '1500m'],
    ['0.1', '100m'],
    ['.5', '500m'],
    ['1.', '1.'],
    ['100k', '100k'],
    ['1000', '1k'],
    ['1000k', '1M'],
    ['1024', '1024'],
    ['1024Ki', '1Mi'],
    ['1.5Gi', '1536Mi'],
    ['512Ki', '512Ki'],
    ['0.5Ki', '512'],
    ['0.0001Ki', '102400u'],
    ['1Ei', '1Ei'],
    ['8Ei', '9223372036854775807'],
    ['-1Gi', '-1Gi'],
    ['12e6', '12e6'],
    ['12E6', '12E6'],
    ['1200e3', '1200e3'],
    ['1e3', '1e3'],
    ['1e1', '10'],
    ['0.1n', '1n'],
    ['-0.1n', '-1n'],
    ['1000E', '1000E'],
    ['001', '001'],
    ['00100m', '00100m'],
    ['001.5', '1500m'],
    ['100Mi', '100Mi'],
    ['1048576Ki', '1Gi'],
    ['5G', '5G'],
    ['+5', '+5'],
  ])('%s is written %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  test.each([
    ['', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1 Gi', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1.1.1', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1K', "unable to parse quantity's suffix"],
    ['1e', "unable to parse quantity's suffix"],
    ['1mi', "unable to parse quantity's suffix"],
    // In linear time: these took minutes.
    [`${'1'.repeat(300_000)}x`, 'quantities must match the regular expression'],
    [`0.${'1'.repeat(300_000)}x`, 'quantities must match the regular expression'],
    [`1${'k'.repeat(300_000)}x`, 'quantities must match the regular expression'],
  ])('%.20j is refused', (text, message) => {
    expect(() => parseQuantity(text)).toThrow(message);
  });

  test.each([
    ['1500m', 2, 1500],
    ['1', 1, 1000],
    ['-1500m', -2, -1500],
    ['1Mi', 1048576, 1048576000],
    ['100u', 1, 1],
    ['0', 0, 0],
  ])('%s counts %i units and %i thousandths', (text, value, milliValue) => {
    const quantity = parseQuantity(text);
    expect([quantity.value(), quantity.milliValue()]).toEqual([value, milliValue]);
  });

  test('sums keep the format of the first that is not zero', () => {
    expect(String(parseQuantity('0').add(parseQuantity('1Gi')))).toBe('1Gi');
    expect(String(parseQuantity('1Gi').add(parseQuantity('1M')))).toBe('1074741824');
    expect(String(parseQuantity('1').sub(parseQuantity('250m')))).toBe('750m');
    expect(String(parseQuantity('2Gi').sub(parseQuantity('1Gi')))).toBe('1Gi');
  });

  const anyQuantity = fc
    .tuple(
      fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
      fc.integer({ min: -9, max: 6 }),
      fc.constantFrom('BinarySI' as const, 'DecimalSI' as const, 'DecimalExponent' as const),
    )
    .map(([mantissa, exponent, format]) => new Quantity(mantissa, exponent, format));

  test('printing loses nothing and is stable', () => {
    fc.assert(
      fc.property(anyQuantity, (quantity) => {
        const again = parseQuantity(String(quantity));
        expect(again.compare(quantity)).toBe(0);
        expect(canonicalQuantity(String(again))).toBe(String(again));
      }),
    );
  });

  test('addition is a commutative group and keeps order', () => {
    fc.assert(
      fc.property(anyQuantity, anyQuantity, anyQuantity, (a, b, c) => {
        expect(a.add(b).equals(b.add(a))).toBe(true);
        expect(
          a
            .add(b)
            .add(c)
            .equals(a.add(b.add(c))),
        ).toBe(true);
        expect(a.sub(a).isZero).toBe(true);
        expect(a.add(c).compare(b.add(c))).toBe(a.compare(b));
        expect(a.compare(b) + b.compare(a)).toBe(0);
        expect(a.negate().negate().equals(a)).toBe(true);
      }),
    );
  });

  test('thousandths bound units from both sides', () => {
    fc.assert(
      fc.property(anyQuantity, (quantity) => {
        const exact = quantity.toNumber();
        expect(Math.abs(quantity.value())).toBeGreaterThanOrEqual(Math.abs(exact));
        expect(Math.abs(quantity.value() - exact)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
