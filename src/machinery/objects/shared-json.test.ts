import { describe, expect, test } from 'vitest';
import { sharedText, shareJson, shareRepeated, withMember } from './shared-json.ts';

test('the same text is the same frozen value', () => {
  const value = shareJson('{"a":{"b":[1]}}') as { a: { b: number[] } };
  expect(value).toEqual({ a: { b: [1] } });
  expect(shareJson('{"a":{"b":[1]}}')).toBe(value);
  expect(sharedText(value)).toBe('{"a":{"b":[1]}}');
  expect(() => value.a.b.push(2)).toThrow(TypeError);
  expect(Object.keys(value)).toEqual(['a']);
});

test('a text is shared from the second time on', () => {
  const text = '{"comes":"twice"}';
  expect(shareRepeated(text)).toBeUndefined();
  const shared = shareRepeated(text);
  expect(shared).toEqual({ comes: 'twice' });
  expect(shareRepeated(text)).toBe(shared);
});

describe('one member more', () => {
  test('keeps what is shared, and the text', () => {
    const shared = shareJson('{"list":[1]}') as { list: number[]; name?: string };
    const extended = withMember(shared, 'name', 'a "b"');
    expect(extended).toEqual({ list: [1], name: 'a "b"' });
    expect(extended.list).toBe(shared.list);
    expect(JSON.parse(sharedText(extended) as string)).toEqual(extended);
    expect(Object.isFrozen(extended)).toBe(true);
  });

  test.each([
    ['of an object that is not shared', { list: [1] }],
    ['of one that has it', shareJson('{"name":"old"}')],
    ['of one without members', shareJson('{}')],
  ] as [string, { list?: number[]; name?: string }][])('has no text %s', (_, object) => {
    const extended = withMember(object, 'name', 'new');
    expect(extended).toEqual({ ...object, name: 'new' });
    expect(sharedText(extended)).toBeUndefined();
  });
});
