import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  difference,
  EMPTY_SET,
  equalSets,
  type FieldSet,
  hasPath,
  intersection,
  isEmptySet,
  pathsOf,
  recursiveDifference,
  setOf,
  union,
} from './field-set.ts';
import { parseFieldSet } from './parse-field-set.ts';
import { canonicalElement, compareElements, elementText, keyElement, pathText, valueElement } from './path-element.ts';

const element = fc.constantFrom('f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'v:1');
const fieldSet = fc
  .array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 8 })
  .map((paths) => setOf(...paths));

const texts = (set: FieldSet) => pathsOf(set, compareElements).map(pathText);

describe('operations on sets', () => {
  const a = setOf(['f:a'], ['f:a', 'f:b'], ['f:c', 'f:d']);
  const b = setOf(['f:a'], ['f:c', 'f:e']);
  test.each([
    ['union', union(a, b), ['.a', '.a.b', '.c.d', '.c.e']],
    ['intersection', intersection(a, b), ['.a']],
    ['difference', difference(a, b), ['.a.b', '.c.d']],
    ['difference the other way', difference(b, a), ['.c.e']],
    ['recursive difference', recursiveDifference(a, b), ['.c.d']],
  ])('%s', (_name, set, expected) => {
    expect(texts(set)).toEqual(expected);
  });

  test('answer what they were given where nothing changes', () => {
    expect(union(a, setOf(['f:a', 'f:b']))).toBe(a);
    expect(difference(a, setOf(['f:z']))).toBe(a);
  });

  test('a field with parts and a field without are written as upstream does', () => {
    expect(a).toEqual({ 'f:a': { '.': {}, 'f:b': {} }, 'f:c': { 'f:d': {} } });
  });

  test('keep the laws of sets', () => {
    fc.assert(
      fc.property(fieldSet, fieldSet, fieldSet, (x, y, z) => {
        expect(equalSets(union(x, y), union(y, x))).toBe(true);
        expect(equalSets(union(union(x, y), z), union(x, union(y, z)))).toBe(true);
        expect(equalSets(intersection(x, y), intersection(y, x))).toBe(true);
        expect(equalSets(intersection(x, union(y, z)), union(intersection(x, y), intersection(x, z)))).toBe(true);
        expect(equalSets(union(difference(x, y), intersection(x, y)), x)).toBe(true);
        expect(isEmptySet(intersection(difference(x, y), y))).toBe(true);
        expect(equalSets(difference(x, union(y, z)), difference(difference(x, y), z))).toBe(true);
        expect(isEmptySet(difference(recursiveDifference(x, y), difference(x, y)))).toBe(true);
      }),
    );
  });

  test('agree with sets of paths', () => {
    fc.assert(
      fc.property(fieldSet, fieldSet, (x, y) => {
        const [left, right] = [new Set(texts(x)), new Set(texts(y))];
        const sorted = (values: Iterable<string>) => [...values].sort();
        expect(sorted(texts(union(x, y)))).toEqual(sorted(new Set([...left, ...right])));
        expect(sorted(texts(intersection(x, y)))).toEqual(sorted([...left].filter((path) => right.has(path))));
        expect(sorted(texts(difference(x, y)))).toEqual(sorted([...left].filter((path) => !right.has(path))));
        for (const path of pathsOf(x, compareElements)) expect(hasPath(x, path)).toBe(true);
      }),
    );
  });
});

describe('path elements', () => {
  test.each([
    ['f:spec', '.spec'],
    [keyElement([['name', 'web']]), '[name="web"]'],
    [
      keyElement([
        ['containerPort', 80],
        ['protocol', 'TCP'],
      ]),
      '[containerPort=80,protocol="TCP"]',
    ],
    [valueElement('a/b'), '[="a/b"]'],
    [valueElement(7), '[=7]'],
    ['i:3', '[3]'],
  ])('%s reads %s in errors', (text, expected) => {
    expect(elementText(text)).toBe(expected);
  });

  test.each([
    ['k:{ "b": 1, "a": "x" }', 'k:{"a":"x","b":1}'],
    ['v: "x"', 'v:"x"'],
    ['v:"<"', 'v:"\\u003c"'],
    ['i:007', 'i:7'],
    ['x:later', undefined],
  ])('%s is %s in canonical form', (text, expected) => {
    expect(canonicalElement(text)).toBe(expected);
  });

  test.each(['f', 'fspec', 'k:[]', 'k:{', 'i:x', 'v:'])('%s is refused', (text) => {
    expect(() => canonicalElement(text)).toThrow(SyntaxError);
  });

  test('stand in upstream’s order: names, keys, values, places', () => {
    const elements = ['i:10', 'i:9', 'v:"b"', 'v:2', 'k:{"port":443}', 'k:{"port":80}', 'f:b', 'f:a'];
    const sorted = ['f:a', 'f:b', 'k:{"port":80}', 'k:{"port":443}', 'v:2', 'v:"b"', 'i:9', 'i:10'];
    expect(elements.sort(compareElements)).toEqual(sorted);
  });
});

describe('sets that clients send', () => {
  test('are read in canonical form, without what is not known', () => {
    const sent = { 'k:{"b":1,"a":2}': { '.': {}, 'f:x': {} }, 'z:new': { 'f:y': {} } };
    expect(parseFieldSet(sent)).toEqual({ 'k:{"a":2,"b":1}': { '.': {}, 'f:x': {} } });
  });

  test.each([[undefined], [null], [{}]])('%j is the empty set', (sent) => {
    expect(parseFieldSet(sent)).toBe(EMPTY_SET);
  });

  test.each([[[]], ['f:a'], [{ 'f:a': 1 }], [{ nonsense: {} }]])('%j is refused', (sent) => {
    expect(() => parseFieldSet(sent)).toThrow(SyntaxError);
  });

  test('read back as they were written', () => {
    fc.assert(
      fc.property(fieldSet, (set) => {
        expect(equalSets(parseFieldSet(JSON.parse(JSON.stringify(set))), set)).toBe(true);
      }),
    );
  });
});
