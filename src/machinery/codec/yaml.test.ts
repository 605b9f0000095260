import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError } from './decode-error.ts';
import { parseJsonExactly } from './json-syntax.ts';
import { parseYaml, parseYamlDocuments } from './yaml.ts';
import { stringifyYaml } from './yaml-writer.ts';

describe('reading YAML', () => {
  test.each<[string, unknown]>([
    ['y', true],
    ['N', false],
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

  test.each<[string, string, unknown]>([
    ['flow collections need no indentation', 'a: {\nb: [\n1\n]\n}\nc: d\n', { a: { b: [1] }, c: 'd' }],
    ['nor do texts in quotes', 'a: "x\ny\n\n\tz"\nb: \'q\nr\'\n', { a: 'x y\nz', b: 'q r' }],
    ['tabs may stand between a key and its value', 'a:\t{b:\tc}\nd:\te\n', { a: { b: 'c' }, d: 'e' }],
    ['JSON is read, too', '{\n\t"a": [1,\n\t\t{"b": null}]\n}\n', { a: [1, { b: null }] }],
    ['sequences hang below their key', 'a:\n- b\n-\n  - c\nd: e\n', { a: ['b', ['c']], d: 'e' }],
    ['members of sequences may be pairs', '[a: b, {c, d: }, ? e : f]', [{ a: 'b' }, { c: null, d: null }, { e: 'f' }]],
    ['keys may be told by question marks', '? a\n: b\n? c\n', { a: 'b', c: null }],
    ['lines are kept', 'a: |\n  b\n   c\n\nd: |+\n  e\n\nf: |1-\n  g\n', { a: 'b\n c\n', d: 'e\n\n', f: ' g' }],
    ['lines are folded', 'a: >-\n  b\n  c\n\n  d\n   e\n  f\n', { a: 'b c\nd\n e\nf' }],
    ['escapes', String.raw`"\x41\u00e9\U0001F600\t\_\L" `, 'Aé😀\t\xa0\u2028'],
    ['breaks are escaped', '"a\\\n  b"', 'ab'],
    ['tags of others mean nothing', 'a: !x 1\nb: !<tag:y> {c: d}\ne: !!set [f]\n', { a: '1', b: { c: 'd' }, e: ['f'] }],
    ['tags say what a scalar is', '[!!float 1, !!str 1, !!binary aGk=, ! 12, !!null ""]', [1, '1', 'hi', '12', null]],
    ['directives', '%YAML 1.1 # x\n%TAG !e! tag:x,1:\n---\na: !e!b c\n', { a: 'c' }],
    [
      'later members win, merged or not',
      'x: &x {a: 1, b: 2}\nz: {a: 0, <<: *x, b: 3}',
      { x: { a: 1, b: 2 }, z: { a: 1, b: 3 } },
    ],
    ['of several that are merged the first', '{<<: [{a: 1}, {a: 2, b: 3}]}', { a: 1, b: 3 }],
    ['the first document counts', 'a: 1\n---\nb: [\n', { a: 1 }],
    ['a mapping ends where a text is further to the left', '  a: 1\nb: 2\n', { a: 1 }],
  ])('%s', (_, text, value) => {
    expect(parseYaml(text).value).toEqual(value);
  });

  // As go-yaml says it, lines included: those of what its grammar does not expect are the ones before.
  test.each<[string, string]>([
    ['a: 1\nb:\n\tc: 1\n', 'line 3: found character that cannot start any token'],
    ['a: b\n\tc: d\n', 'line 2: found a tab character that violates indentation'],
    ['a: |\n\tb\n', 'line 2: found a tab character where an indentation space is expected'],
    ['a: 1\nb\nc: 1\n', "line 3: could not find expected ':'"],
    ['a: 1\nb: c: d\n', 'line 2: mapping values are not allowed in this context'],
    ['a: b: c\n', 'mapping values are not allowed in this context'],
    ['a:\n  b: 1\n   c: 2\n', 'line 3: mapping values are not allowed in this context'],
    ['a:\n  b: 1\n c: 2\n', 'line 2: did not find expected key'],
    ['a:\n- b\n - c\nd: [', 'line 4: did not find expected node content'],
    ['- a\nb: c\n', "line 1: did not find expected '-' indicator"],
    ['a: b\n- c\n', 'line 1: did not find expected key'],
    ['a: - b\n', 'block sequence entries are not allowed in this context'],
    ['a: ? b\n', 'mapping keys are not allowed in this context'],
    ['a: *b\n', "unknown anchor 'b' referenced"],
    ['a: &a [*a]\n', "anchor 'a' value contains itself"],
    ['a: * b\n', 'did not find expected alphabetic or numeric character'],
    ['a: "b\n', 'line 2: found unexpected end of stream'],
    ['a: "b\n---\n', 'line 2: found unexpected document indicator'],
    ['a: 1\nb: "\\q"\n', 'line 2: found unknown escape character'],
    ['a: 1\nb: "\\x0g"\n', 'line 2: did not find expected hexdecimal number'],
    ['a: 1\nb: "\\ud800"\n', 'line 2: found invalid Unicode character escape code'],
    ['a: 1\nb: [c, d\n', "line 2: did not find expected ',' or ']'"],
    ['a: 1\nb: {c: d\ne: f\n', "line 2: did not find expected ',' or '}'"],
    ['a: 1\nb: [\n', 'line 2: did not find expected node content'],
    ['a: 1\nb: @c\n', 'line 2: found character that cannot start any token'],
    ['a: 1\nb: |0\n', 'line 2: found an indentation indicator equal to 0'],
    ['a: 1\nb: |c\n', 'line 2: did not find expected comment or line break'],
    ['a: {{ .b }}\n', 'invalid map key: map[interface {}]interface {}{".b":interface {}(nil)}'],
    ['[a]: b\n', 'invalid map key: []interface {}{"a"}'],
    ['a: !!int b\n', 'cannot decode !!str `b` as a !!int'],
    ['a: !!binary b\n', '!!binary value contains invalid base64 data'],
    ['a: 1\nb: !c!d e\n', 'line 1: found undefined tag handle'],
    ['a: 1\nb: !<c d\n', "line 2: did not find the expected '>'"],
    ['<<: a\n', 'map merge requires map or sequence of maps as the value'],
    ['%YAML 1.2\n---\na\n', 'found incompatible YAML document'],
    ['%FOO\n', 'found unknown directive name'],
    ['%YAML 1.1\na: b\n', 'line 1: did not find expected <document start>'],
    ['a: \u0007\n', 'control characters are not allowed'],
  ])('%j is refused as upstream does', (text, reason) => {
    expect(() => parseYaml(text)).toThrow(new DecodeError(`yaml: ${reason}`));
  });

  test('keys that are no texts are refused as upstream does', () => {
    const reason = 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "a"';
    expect(() => parseYaml('~: a')).toThrow(new DecodeError(reason));
  });

  test('whatever the text, it is read or refused', () => {
    const part = fc.constantFrom(
      ...' \t\n-?:,[]{}#&*!|>\'"%@`ab10<~\\\u0007',
      '---',
      '...',
      '<<: ',
      '\n  ',
      '!!int ',
      '*a',
      '&a ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        try {
          parseYamlDocuments(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('depth is bounded', () => {
    expect(() => parseYaml('['.repeat(5000))).toThrow(new DecodeError('exceeded max depth'));
    expect(() => parseYaml(`${'- '.repeat(5000)}a`)).toThrow(new DecodeError('exceeded max depth'));
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

  test.each([
    ['plain text, not at several spaces', `${'word '.repeat(16)}  two x`, `${'word '.repeat(16)}  two\n  x`],
    [
      'single quotes, nor before the last character',
      `# ${'word '.repeat(16)}  two x y`,
      `'# ${'word '.repeat(16)}  two\n  x y'`,
    ],
    [
      'double quotes, at the first of several',
      `\u0007${'word '.repeat(16)}  two`,
      `"\\a${'word '.repeat(15)}word\n  \\  two"`,
    ],
  ])('lines are broken in %s', (_, text, written) => {
    expect(stringifyYaml({ a: text })).toBe(`a: ${written}\n`);
    expect(parseYaml(stringifyYaml({ a: text })).value).toEqual({ a: text });
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
