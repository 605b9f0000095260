import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { deepClone } from './deep-clone.ts';
import { deepEqual } from './deep-equal.ts';
import { deepFreeze } from './deep-freeze.ts';
import { formatDurationNanos, parseDuration, parseDurationNanos } from './duration.ts';
import { formatMicroTime, formatTime, parseMoment, parseTime } from './time.ts';

const json = fc.jsonValue({ maxDepth: 4 });

describe('clone and equality', () => {
  test('a clone is equal and shares nothing', () => {
    fc.assert(
      fc.property(json, (value) => {
        const frozen = deepFreeze(value);
        const copy = deepClone(frozen);
        expect(copy).toEqual(frozen);
        expect(deepEqual(copy, frozen)).toBe(true);
        if (typeof copy === 'object' && copy !== null) expect(copy).not.toBe(frozen);
      }),
    );
  });

  test('equality agrees with sorted JSON', () => {
    const sorted = (value: unknown): string =>
      JSON.stringify(value, (_, member) =>
        typeof member === 'object' && member !== null && !Array.isArray(member)
          ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
          : member,
      );
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(deepEqual(a, b)).toBe(sorted(a) === sorted(b));
      }),
    );
  });

  test.each<[unknown, unknown, boolean]>([
    [{ a: undefined }, {}, true],
    [{ a: undefined }, { b: undefined }, true],
    [{ a: null }, {}, false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [[], {}, false],
    [{ a: 1 }, { a: 1, b: 1 }, false],
    [{ constructor: 1 }, {}, false],
  ])('%j and %j: %j', (a, b, equal) => {
    expect(deepEqual(a, b)).toBe(equal);
  });

  test('a member called __proto__ stays a member', () => {
    const value = JSON.parse('{"__proto__":{"a":1}}');
    expect(JSON.stringify(deepClone(value))).toBe('{"__proto__":{"a":1}}');
  });
});

describe('times', () => {
  test.each([
    ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05.25+01:00', Date.UTC(2026, 0, 2, 2, 4, 5, 250)],
    ['0001-01-01T00:00:00Z', -62135596800000],
  ])('%s is %i', (text, milliseconds) => {
    expect(parseTime(text)).toBe(milliseconds);
  });

  test.each([
    '',
    '2026-02-30T00:00:00Z',
    '2026-01-01',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00',
    '2026-1-1T00:00:00Z',
  ])('%j is no time', (text) => {
    expect(parseMoment(text)).toBeUndefined();
  });

  test('every second reads back from its text', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62135596799, max: 253402300799 }), (seconds) => {
        expect(parseMoment(formatTime(seconds * 1000))).toEqual({ seconds, nanos: 0 });
      }),
    );
  });

  test('formatting keeps whole seconds or microseconds', () => {
    expect(formatTime(1999)).toBe('1970-01-01T00:00:01Z');
    expect(formatMicroTime(1999.25)).toBe('1970-01-01T00:00:01.999250Z');
    expect(formatMicroTime(-1)).toBe('1969-12-31T23:59:59.999000Z');
  });
});

describe('durations', () => {
  test.each([
    ['0', '0s'],
    ['1m30s', '1m30s'],
    ['90s', '1m30s'],
    ['1.5h', '1h30m0s'],
    ['-1.5s', '-1.5s'],
    ['1500us', '1.5ms'],
    ['.5s', '500ms'],
    ['1.s', '1s'],
    ['25h', '25h0m0s'],
    ['1ns', '1ns'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatDurationNanos(parseDurationNanos(text))).toBe(canonical);
  });

  test.each([
    ['', 'time: invalid duration ""'],
    ['1', 'time: missing unit in duration "1"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['.s', 'time: invalid duration ".s"'],
    ['1s ', 'time: unknown unit "s " in duration "1s "'],
  ])('%j is refused', (text, message) => {
    expect(() => parseDuration(text)).toThrow(message);
  });

  test('printing and reading are inverse', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (nanos) => {
        expect(parseDurationNanos(formatDurationNanos(nanos))).toBe(nanos);
      }),
    );
  });
});

describe('base64', () => {
  test('agrees with Node', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
  });

  test.each([
    ['a$==', 'illegal base64 data at input byte 1'],
    ['abc', 'illegal base64 data at input byte 0'],
    ['a===', 'illegal base64 data at input byte 1'],
  ])('%s is refused', (text, message) => {
    expect(() => decodeBase64(text)).toThrow(message);
  });
});
