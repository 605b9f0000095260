import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFieldSelector } from './field-selector.ts';
import { everything, nothing, selectorFromObject, selectorFromSet } from './label-selector.ts';
import { parseLabelSelector } from './parse-label-selector.ts';

describe('label selectors', () => {
  test.each([
    ['', ''],
    ['a=b', 'a=b'],
    [' c , a == b ', 'a==b,c'],
    ['x in (foo,,baz),y,z notin ()', 'x in (,baz,foo),y,z notin ()'],
    ['!a', '!a'],
    ['a!=', 'a!='],
    ['a>1,b<2', 'a>1,b<2'],
    ['in in (in)', 'in in (in)'],
    ['a in (,)', 'a in ()'],
    ['example.com/a=b', 'example.com/a=b'],
  ])('%j is read as %j', (text, canonical) => {
    expect(String(parseLabelSelector(text))).toBe(canonical);
  });

  test.each([
    ['a,', "found '', expected: identifier after ','"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    [
      'a>x',
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
    [
      'a=-',
      "unable to parse requirement: values[0][a]: Invalid value: \"-\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
    ['/a', 'unable to parse requirement: <nil>: Invalid value: "/a": prefix part must be non-empty'],
  ])('%j is refused', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ message }));
  });

  test.each<[string, Record<string, string> | undefined, boolean]>([
    ['a=b', { a: 'b' }, true],
    ['a=b', { a: 'c' }, false],
    ['a=b', undefined, false],
    ['a!=b', undefined, true],
    ['a in (b,c)', { a: 'c' }, true],
    ['a notin (b,c)', { a: 'c' }, false],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['a>1', { a: '2' }, true],
    ['a>1', { a: 'x' }, false],
    ['a<1', { a: '-9223372036854775808' }, true],
    ['constructor', {}, false],
  ])('%j on %j: %j', (text, labels, matches) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(matches);
  });

  test('objects: absent selects nothing, empty everything', () => {
    expect(selectorFromObject(undefined)).toBe(nothing);
    expect(selectorFromObject({})).toBe(everything);
    expect(nothing.matches({})).toBe(false);
    const selector = selectorFromObject({
      matchLabels: { b: 'c' },
      matchExpressions: [
        { key: 'a', operator: 'In', values: ['z', 'y'] },
        { key: 'd', operator: 'DoesNotExist' },
      ],
    });
    expect(String(selector)).toBe('a in (y,z),b=c,!d');
    expect(selector.requiresExactMatch('b')).toBe('c');
    expect(() => selectorFromObject({ matchExpressions: [{ key: 'a', operator: 'Foo' }] })).toThrow(
      '"Foo" is not a valid label selector operator',
    );
  });

  const word = fc.stringMatching(/^[a-z]([a-z0-9-]{0,5}[a-z0-9])?$/);

  test('a set selects itself, and what is printed reads back the same', () => {
    fc.assert(
      fc.property(fc.dictionary(word, word), (labels) => {
        const selector = selectorFromSet(labels);
        expect(selector.matches({ ...labels, extra_label: 'x' })).toBe(true);
        expect(parseLabelSelector(String(selector)).requirements).toEqual(selector.requirements);
      }),
    );
  });
});

describe('field selectors', () => {
  test.each([
    ['', ''],
    ['metadata.name=x,status.phase!=Running', 'metadata.name=x,status.phase!=Running'],
    ['b==c,a=b', 'a=b,b=c'],
    ['a=\\,\\=\\\\', 'a=\\,\\=\\\\'],
    [',', ''],
  ])('%j is read as %j', (text, canonical) => {
    expect(String(parseFieldSelector(text))).toBe(canonical);
  });

  test.each([
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    ['a=\\x', 'invalid field selector: invalid escape sequence: \\x'],
  ])('%j is refused', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(message);
  });

  test('absent fields are empty', () => {
    const selector = parseFieldSelector('spec.nodeName=,status.phase!=Failed');
    expect(selector.matches(() => undefined)).toBe(true);
    expect(selector.matches((name) => (name === 'spec.nodeName' ? 'n1' : ''))).toBe(false);
    expect(selector.requiresExactMatch('spec.nodeName')).toBe('');
  });
});
