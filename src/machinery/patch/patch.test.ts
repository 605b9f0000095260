import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepFreeze } from '#machinery/objects/deep-freeze.ts';
import { applyJsonPatch, type JsonPatchOperation } from './json-patch.ts';
import { applyMergePatch, createMergePatch, createThreeWayMergePatch } from './merge-patch.ts';

describe('JSON patch', () => {
  test.each<[string, unknown, JsonPatchOperation[], unknown]>([
    ['adds a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['inserts an item', [1, 3], [{ op: 'add', path: '/1', value: 2 }], [1, 2, 3]],
    ['appends an item', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    ['replaces the document', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
    ['counts from the end', [1, 2, 3], [{ op: 'remove', path: '/-1' }], [1, 2]],
    ['inserts from the end', [1, 3], [{ op: 'add', path: '/-2', value: 2 }], [1, 2, 3]],
    ['takes a path from its first slash on', { a: 1 }, [{ op: 'remove', path: 'x/a' }], {}],
    ['removes', { a: [1, 2] }, [{ op: 'remove', path: '/a/0' }], { a: [2] }],
    ['replaces', { a: { b: 1 } }, [{ op: 'replace', path: '/a/b', value: null }], { a: { b: null } }],
    ['moves', { a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }], { a: {}, c: 1 }],
    ['copies', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    ['tests', { a: { b: [1] } }, [{ op: 'test', path: '/a', value: { b: [1] } }], { a: { b: [1] } }],
    ['takes an absent member for null', {}, [{ op: 'test', path: '/a', value: null }], {}],
    ['adds what it is to replace', { a: 1 }, [{ op: 'replace', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['copies an absent member as null', { a: 1 }, [{ op: 'copy', from: '/x', path: '/b' }], { a: 1, b: null }],
    ['reads escapes', { 'a/b': { 'c~d': 1 } }, [{ op: 'remove', path: '/a~1b/c~0d' }], { 'a/b': {} }],
  ])('%s', (_, document, patch, expected) => {
    expect(applyJsonPatch(deepFreeze(document), patch)).toEqual(expected);
  });

  test.each<[JsonPatchOperation, string]>([
    [{ op: 'test', path: '/a', value: 2 }, 'testing value /a failed: test failed'],
    [
      { op: 'remove', path: '/x' },
      "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value",
    ],
    [{ op: 'remove', path: '/x/y' }, 'remove operation does not apply: doc is missing path: "/x/y": missing value'],
    [
      { op: 'replace', path: '/l/0', value: 1 },
      'replace operation does not apply: doc is missing key: /l/0: missing value',
    ],
    [{ op: 'replace', path: '', value: 1 }, 'replace operation value must be object or array: %!w(<nil>)'],
    [{ op: 'add', path: '/x/y', value: 1 }, 'add operation does not apply: doc is missing path: "/x/y": missing value'],
    [
      { op: 'add', path: '/l/5', value: 1 },
      "error in add for path: '/l/5': Unable to access invalid index: 5: invalid index referenced",
    ],
    [
      { op: 'copy', from: '/x/y', path: '/z' },
      'copy operation does not apply: doc is missing from path: /x/y: missing value',
    ],
    [
      { op: 'move', from: '/x/y', path: '/z' },
      'move operation does not apply: doc is missing from path: /x/y: missing value',
    ],
    [
      { op: 'move', from: '/x', path: '/z' },
      "error in move for path: 'x': Unable to remove nonexistent key: x: missing value",
    ],
    [
      { op: 'move', from: '/a', path: '/x/y' },
      'move operation does not apply: doc is missing destination path: /x/y: missing value',
    ],
    [
      { op: 'copy', from: '/a', path: '/l/5' },
      'error while adding value during copy: Unable to access invalid index: 5: invalid index referenced',
    ],
    [
      { op: 'copy', from: '/a', path: '/x/y' },
      'copy operation does not apply: doc is missing destination path: /x/y: missing value',
    ],
    [{ op: 'copy', path: '/z' }, 'copy operation failed to decode from: operation, missing from field: missing value'],
    [
      { op: 'add', path: '/l/x', value: 1 },
      "error in add for path: '/l/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
    ],
    [{ op: 'remove', path: '/l/x' }, 'error in remove for path: \'/l/x\': strconv.Atoi: parsing "x": invalid syntax'],
    [
      { op: 'remove', path: '/l/-1' },
      "error in remove for path: '/l/-1': Unable to access invalid index: -1: invalid index referenced",
    ],
    [
      { op: 'test', path: '/l/0', value: null },
      "error in test for path: '/l/0': Unable to access invalid index: 0: invalid index referenced",
    ],
    [{ op: 'add', path: '', value: {} }, 'add operation does not apply: doc is missing path: "": missing value'],
    [{ op: 'add', value: 1 } as never, 'add operation failed to decode path: missing value'],
    [
      { op: 'replace', value: 1 } as never,
      'replace operation failed to decode path: operation missing path field: missing value',
    ],
    [{ path: '/a' } as never, 'Unexpected kind: unknown'],
    [{ op: 'frob', path: '/a' }, 'Unexpected kind: frob'],
    [
      { op: 'add', path: '/__proto__/polluted', value: 1 },
      'add operation does not apply: doc is missing path: "/__proto__/polluted": missing value',
    ],
  ])('%j is refused', (operation, message) => {
    expect(() => applyJsonPatch({ a: 1, l: [] }, [operation])).toThrow(expect.objectContaining({ code: 422, message }));
  });
});

const noNulls = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.parse(JSON.stringify(value), (_, v) => v ?? undefined));
const object = fc.dictionary(
  fc.string(),
  noNulls.map((value) => value ?? 0),
  { maxKeys: 4 },
);

describe('JSON merge patch', () => {
  test.each<[unknown, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [['a', 'b'], { c: 1 }, { c: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j and %j make %j', (document, patch, expected) => {
    expect(applyMergePatch(deepFreeze(document), deepFreeze(patch))).toEqual(expected);
  });

  test('a patch between two objects leads from one to the other, and again changes nothing', () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        const patch = createMergePatch(a, b);
        const result = applyMergePatch(a, patch);
        expect(result).toEqual(b);
        expect(applyMergePatch(result, patch)).toEqual(b);
      }),
    );
  });

  test('three-way patches delete what was applied before and keep what others set', () => {
    const [original, modified] = [{ a: 1, b: { c: 1, d: 2 } }, { b: { d: 3 } }];
    const current = { a: 1, b: { c: 1, d: 2, e: 5 }, f: 6 };
    const patch = createThreeWayMergePatch(original, modified, current);
    expect(patch).toEqual({ a: null, b: { c: null, d: 3 } });
    expect(applyMergePatch(current, patch)).toEqual({ b: { d: 3, e: 5 }, f: 6 });
  });

  test('prototypes are out of reach', () => {
    applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
