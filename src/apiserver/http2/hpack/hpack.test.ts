import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectionError, ErrorCode } from '../error-code.ts';
import { FieldDecoder } from './field-decoder.ts';
import { FieldEncoder } from './field-encoder.ts';
import { decodeHuffman, huffmanCodes } from './huffman.ts';

const LIMIT = 1 << 20;
const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const decode = (decoder: FieldDecoder, text: string) => decoder.decode(hex(text), LIMIT);

function encodeHuffman(bytes: Uint8Array): Buffer {
  const codes = huffmanCodes();
  let bits = '';
  for (const byte of bytes) {
    const [code, length] = codes[byte] as readonly [number, number];
    bits += code.toString(2).padStart(length, '0');
  }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((each) => Number.parseInt(each, 2)));
}

describe('the examples of RFC 7541', () => {
  test.each([
    [
      'C.3, without Huffman coding',
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '8286 84be 5808 6e6f 2d63 6163 6865',
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      ],
    ],
    [
      'C.4, with it',
      [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        '8286 84be 5886 a8eb 1064 9cbf',
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      ],
    ],
  ])('requests of %s', (_name, blocks) => {
    const decoder = new FieldDecoder();
    const authority = [':authority', 'www.example.com'];
    expect(blocks.map((block) => decode(decoder, block))).toEqual([
      [':method', 'GET', ':scheme', 'http', ':path', '/', ...authority],
      [':method', 'GET', ':scheme', 'http', ':path', '/', ...authority, 'cache-control', 'no-cache'],
      [':method', 'GET', ':scheme', 'https', ':path', '/index.html', ...authority, 'custom-key', 'custom-value'],
    ]);
  });

  test.each([
    [
      'C.5, without Huffman coding',
      [
        '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '4803 3330 37c1 c0bf',
      ],
    ],
    [
      'C.6, with it',
      [
        '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
        '4883 640e ffc1 c0bf',
      ],
    ],
  ])('answers of %s, in a table of 256 bytes', (_name, blocks) => {
    const decoder = new FieldDecoder();
    const [first, second] = blocks as [string, string];
    const rest = ['cache-control', 'private', 'date', 'Mon, 21 Oct 2013 20:13:21 GMT'];
    const location = ['location', 'https://www.example.com'];
    expect(decode(decoder, `3fe101${first}`)).toEqual([':status', '302', ...rest, ...location]);
    // The new status puts the old one out.
    expect(decode(decoder, second)).toEqual([':status', '307', ...rest, ...location]);
    expect(() => decode(decoder, 'c2')).toThrow('no field 66');
  });
});

test('every text comes back from its Huffman code', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const code = encodeHuffman(bytes);
      expect(decodeHuffman(code, 0, code.length)).toBe(Buffer.from(bytes).toString('latin1'));
    }),
  );
});

test.each([
  ['padding of more than seven bits', 'ffff'],
  ['padding of noughts', '1800'],
  ['the end of text inside', 'ffffffff'],
])('no text is coded with %s', (_what, code) => {
  expect(decodeHuffman(hex(code), 0, hex(code).length)).toBeUndefined();
});

test.each([
  ['field 0', '80'],
  ['a field that is not there', 'be'],
  ['a name that is not there', '7f ff 03 01 61'],
  ['a text that is cut off', '00 05 61 62'],
  ['a block that is cut off', '00'],
  ['a number that is cut off', 'ff'],
  ['a number past all measure', 'ff ff ff ff ff ff 0f'],
  ['a table past all measure', '3f e2 1f'],
  ['a table that is resized between fields', '82 20'],
])('%s ends the connection', (_what, block) => {
  let error: unknown;
  try {
    decode(new FieldDecoder(), block);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConnectionError);
  expect((error as ConnectionError).code).toBe(ErrorCode.compression);
});

test('whatever the bytes, a block is read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        expect((new FieldDecoder().decode(Buffer.from(bytes), LIMIT)?.length ?? 0) % 2).toBe(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ConnectionError);
      }
    }),
  );
});

test('what is too long is not kept, and the table goes on', () => {
  const decoder = new FieldDecoder();
  const encoder = new FieldEncoder();
  const pass = (fields: readonly string[], limit: number) => decoder.decode(Buffer.from(encoder.encode(fields)), limit);
  expect(pass(['x-a', 'a'.repeat(200), 'x-b', 'b'], 100)).toBeUndefined();
  expect(pass(['x-b', 'b', 'x-a', 'a'.repeat(200)], 1000)).toEqual(['x-b', 'b', 'x-a', 'a'.repeat(200)]);
});

const name = fc.constantFrom(':status', 'content-type', 'content-length', 'date', 'x-a', 'x-b', 'vary', 'etag');
const value = fc.oneof(
  fc.constantFrom('200', '201', 'application/json', ''),
  fc.string({ unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 300 }),
  fc.integer({ min: 0, max: 5000 }).map((length) => 'x'.repeat(length)),
);
const heads = fc.array(
  fc.record({
    fields: fc.array(fc.tuple(name, value), { maxLength: 12 }).map((pairs) => pairs.flat()),
    limit: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
  }),
  { maxLength: 30 },
);

test('what one side writes the other side reads, head after head, however large the table', () => {
  fc.assert(
    fc.property(heads, (all) => {
      const encoder = new FieldEncoder();
      const decoder = new FieldDecoder();
      for (const { fields, limit } of all) {
        if (limit !== undefined) encoder.limit(limit);
        expect(decoder.decode(Buffer.from(encoder.encode(fields)), LIMIT)).toEqual(fields);
      }
    }),
  );
});

test('a value that no header may have is refused before anything is written', () => {
  const encoder = new FieldEncoder();
  expect(() => encoder.encode(['x-a', 'kept?', 'x-b', 'two\r\nlines'])).toThrow(TypeError);
  expect(new FieldDecoder().decode(Buffer.from(encoder.encode(['x-a', 'kept?'])), LIMIT)).toEqual(['x-a', 'kept?']);
});
