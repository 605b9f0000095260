import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonExactly } from './json-syntax.ts';
import { parseYaml, parseYamlDocuments } from './yaml.ts';
import { stringifyYaml } from './yaml-writer.ts';

describe('reading YAML', () => {
  test.each<[string, unknown]>([
    ['y', 'y'],
    ['n', 'n'],
    ['yes', true],
    ['off', false],
    ['0644', 420],
    ['0o14', 12],
    ['0x1F', 31],
    ['0b11', 3],
    ['-012', -10],
    ['08', 8],
    ['1_000', 1000],
    ['1e3', 1000],
    ['.5', 0.5],
    ['~', null],
    ['2026-01-02', '2026-01-02'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['12:30:45', '12:30:45'],
    ['"yes"', 'yes'],
    ['!!str 1', '1'],
    ['1.2.3', '1.2.3'],
    ['100m', '100m'],
    ['.inf', '.inf'],
  ])('%s is %j', (text, value) => {
    expect(parseYaml(`a: ${text}`).value).toEqual({ a: value });
  });

  test('integers past 2^53 are not damaged', () => {
    expect(parseYaml('[9007199254740993, 9223372036854775808]').value).toEqual([9007199254740993n, 2 ** 63]);
  });

  test('documents are split, empty ones left out, and keys are texts', () => {
    expect(parseYamlDocuments('---\n---\n1: a\ntrue: b\n---\n# nothing\n---\n- x\n').map(({ value }) => value)).toEqual(
      [{ 1: 'a', true: 'b' }, ['x']],
    );
    expect(parseYaml('').value).toBeNull();
  });

  test('keys that stand twice are reported by line', () => {
    expect(parseYaml('a: 1\nb:\n  c: 1\n  c: 2\na: 3\n')).toEqual({
      value: { a: 3, b: { c: 2 } },
      problems: ['yaml: unmarshal errors:\n  line 4: key "c" already set in map\n  line 5: key "a" already set in map'],
    });
  });

  test('aliases and merges give every place its own copy', () => {
    const { value } = parseYaml('a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n') as { value: Record<string, unknown> };
    expect(value).toEqual({ a: { b: 1 }, c: { b: 1 }, d: { b: 1, e: 2 } });
    expect(value['a']).not.toBe(value['c']);
  });

  test('aliases cannot grow a document without bound', () => {
    const laughs = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let i = 0; i < 9; i++) {
      const [from, to] = [String.fromCharCode(97 + i), String.fromCharCode(98 + i)];
      laughs.push(`${to}: &${to} [${new Array(9).fill(`*${from}`).join(',')}]`);
    }
    expect(() => parseYaml(laughs.join('\n'))).toThrow('yaml: document contains excessive aliasing');
  });

  test('errors name the line', () => {
    expect(() => parseYaml('a: 1\nb: [\n')).toThrow(/^yaml: line \d+: /);
  });
});

describe('writing YAML', () => {
  test('in upstream style', () => {
    const object = {
      b: [{ name: 'x', args: ['--a', '-', 'yes', ''] }, []],
      a: { z: null, y: 'y', octal: '0644', number: '1', float: 1.5, empty: {} },
      text: 'one\ntwo\n',
      chomped: ' one\ntwo',
      colon: 'a: b',
      date: '2026-01-02T03:04:05Z',
      bell: 'a\u0007',
      item10: 1,
      item9: 1,
    };
    expect(stringifyYaml(object)).toBe(`a:
  empty: {}
  float: 1.5
  number: "1"
  octal: "0644"
  "y": "y"
  z: null
b:
- args:
  - --a
  - '-'
  - "yes"
  - ""
  name: x
- []
bell: "a\\a"
chomped: |2-
   one
  two
colon: 'a: b'
date: "2026-01-02T03:04:05Z"
item9: 1
item10: 1
text: |
  one
  two
`);
  });

  test('long texts are folded', () => {
    const text = `${'word '.repeat(20)}end`;
    expect(stringifyYaml({ a: text })).toBe(`a: ${'word '.repeat(15)}word\n  ${'word '.repeat(4)}end\n`);
  });

  test('a line is not broken beside a tab, which the break would take away', () => {
    const text = `${'word '.repeat(20)}\t [\t end`;
    expect(parseYaml(stringifyYaml({ a: text })).value).toEqual({ a: text });
    const long = { [`${'key'.repeat(27)}`]: '\t [' };
    expect(parseYaml(stringifyYaml(long)).value).toEqual(long);
  });

  test('what is written reads back the same', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...' \n\t:#-?\'"a1.{}[]&*!|>%@`~\u0007\u00e9,=<') }),
      fc.string({ unit: fc.constantFrom('word', ' ', '\t', '#', ':', "'"), minLength: 60, maxLength: 90 }),
      fc.lorem({ maxCount: 40 }),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(text, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), value, { minKeys: 1 }), (object) => {
        expect(parseYaml(stringifyYaml(object)).value).toEqual(parseJsonExactly(JSON.stringify(object)).value);
      }),
      { numRuns: 500 },
    );
  });
});
