import { expect, test } from 'vitest';
import { pemBlocks, pemContent } from './pem-blocks.ts';

const begin = (type: string) => `-----BEGIN ${type}-----\n`;
const end = (type: string) => `-----END ${type}-----\n`;

test.each<[string, string, [string, string][]]>([
  ['nothing', '', []],
  [
    'two blocks',
    `a${begin('A')}x\n${end('A')}b${begin('B')}y\n${end('B')}`,
    [
      ['A', '\nx\n'],
      ['B', '\ny\n'],
    ],
  ],
  ['a block that ends as another', `${begin('A')}x\n${end('B')}${end('A')}`, []],
  ['a block that begins anew', `${begin('A')}x\n${begin('B')}y\n${end('B')}`, [['B', '\ny\n']]],
  ['a block within a line', `-----BEGIN A-----x\n${end('A')}`, []],
])('%s', (_what, pem, expected) => {
  expect(pemBlocks(pem).map(({ type, body }) => [type, body])).toEqual(expected);
});

test.each([
  ['\nAAAA\nBB\n', 'AAAABB'],
  ['\r\nAAAA\r\nBB\r\n', 'AAAABB'],
  ['\nKey: a\nOther: b: c\n\nAAAA\n', 'AAAA'],
  ['\nKey: a\n', ''],
  ['\nAAAA\nKey: a\n', 'AAAAKey:a'],
])('%j holds %j', (body, expected) => {
  expect(pemContent({ type: 'A', body })).toBe(expected);
});

test('many blocks that never end cost no more than their length', () => {
  // Each of them compared to all that follow would take longer than a test may.
  expect(pemBlocks(begin('A').repeat(200_000))).toEqual([]);
});
