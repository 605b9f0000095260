import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import { stringifyYaml } from '#machinery/codec/yaml-writer.ts';
import { encodeAtOnce, encodeInStretches, listText, type TextForm } from './long-list.ts';

const WHOLE: Readonly<Record<TextForm, (object: object) => string>> = {
  json: (object) => `${stringifyJson(object)}\n`,
  pretty: (object) => `${stringifyJson(object, 2)}\n`,
  yaml: stringifyYaml,
};

const item = (name: string) => ({
  metadata: { name, annotations: { text: 'items: []\n"items": []', lines: 'a\nb\n' } },
  spec: { list: [{ a: 1 }, 'b'], empty: [], nothing: {}, big: 12345678901234567890n },
});
const small = (name: string) => ({ metadata: { name }, cells: [name, 1, null] });

describe('a list that is written piece by piece reads as one that is written whole', () => {
  test.each<[TextForm, unknown[]]>([
    ['json', []],
    ['json', [item('a'), item('b')]],
    ['pretty', []],
    ['pretty', [small('a'), small('b')]],
    ['yaml', []],
    ['yaml', [item('a'), item('b')]],
  ])('%s, %#', (form, items) => {
    const head = { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1' } };
    for (const member of ['items', 'rows']) {
      const text = [...listText({ head, member, items }, form)].join('');
      expect(text).toBe(WHOLE[form]({ ...head, [member]: items }));
    }
  });
});

describe('long texts', () => {
  const pieces = () => new Array(100).fill('x'.repeat(10_000));

  test('leave others their turn while they are written', async () => {
    let turns = 0;
    let isOver = false;
    const others = (async () => {
      for (; !isOver; turns++) await immediate();
    })();
    const bytes = await encodeInStretches(pieces());
    isOver = true;
    await others;
    expect(turns).toBeGreaterThanOrEqual(10);
    expect(Buffer.compare(bytes, encodeAtOnce(pieces()))).toBe(0);
  });

  test('are not written to the end when nobody waits for it', async () => {
    expect((await encodeInStretches(pieces(), () => true)).length).toBeLessThan(100_000);
  });
});
