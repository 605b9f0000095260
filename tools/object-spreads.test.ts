import { spawnSync } from 'node:child_process';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';
import { spreadNothingFirst } from './object-spreads.mjs';

test.each([
  ['a member beside it', 'f({ ...a, b })', 'f({ ...[], ...a, b })'],
  ['on lines of their own', 'x = {\n  ...a,\n  b,\n};', 'x = {\n  ...[], ...a,\n  b,\n};'],
  ['two', '{ ...a.b, ...c() }', '{ ...[], ...a.b, ...c() }'],
  ['one in another', '{ ...a, b: { ...c, d } }', '{ ...[], ...a, b: { ...[], ...c, d } }'],
  ['a copy', '{ ...a }', '{ ...a }'],
  ['a member first', '{ b, ...a }', '{ b, ...a }'],
  ['a list', '[...a, b]', '[...a, b]'],
])('%s', (_, text, expected) => expect(spreadNothingFirst(text)).toBe(expected));

test('objects that are made alike have one shape, also when the bundler has made the text small', () => {
  const source = `
    const made = [1, 2].map((b) => ({ ...JSON.parse('{"a":1}'), b }));
    console.log(JSON.stringify(made), HAVE_SAME_SHAPE(made[0], made[1]));`;
  const { code } = transformSync(spreadNothingFirst(source), { minifySyntax: true, minifyWhitespace: true });
  const script = code.replace('HAVE_SAME_SHAPE', '%HaveSameMap');
  const { stdout } = spawnSync(process.execPath, ['--allow-natives-syntax', '-e', script], { encoding: 'utf8' });
  expect(stdout).toBe('[{"a":1,"b":1},{"a":1,"b":2}] true\n');
});
