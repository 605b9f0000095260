import { expect, test } from 'vitest';
import { WindowSizes } from './window-sizes.ts';

async function read(...pieces: readonly string[]): Promise<string[]> {
  const reader = new WindowSizes();
  for (const piece of pieces) reader.read(piece);
  reader.end();
  const found: string[] = [];
  for await (const { width, height } of reader.sizes) found.push(`${width}x${height}`);
  return found;
}

test.each<[string, readonly string[], readonly string[]]>([
  ['one after another', ['{"Width":80,"Height":24}{"Width":81,"Height":25}\n'], ['80x24', '81x25']],
  ['wherever they are cut', ['{"Wid', 'th":80,"Height":24', '}{'], ['80x24']],
  ['but those of nothing', ['{"Width":0,"Height":24}', '{}', '{"Width":80,"Height":24}'], ['80x24']],
  ['up to what is none', ['{"Width":80,"Height":24}', 'x', '{"Width":81,"Height":25}'], ['80x24']],
  ['up to what no window has', ['{"Width":65536,"Height":1}', '{"Width":81,"Height":25}'], []],
  ['up to what is no number', ['{"Width":"80","Height":24}', '{"Width":81,"Height":25}'], []],
  ['up to what never ends', ['{'.padEnd(2000), '"Width":1,"Height":1}'], []],
])('sizes are read %s', async (_, pieces, sizes) => {
  expect(await read(...pieces)).toEqual(sizes);
});
