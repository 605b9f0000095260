import { expect, test } from 'vitest';
import { container } from '../testing/fixtures.ts';
import { tmpfsSize } from './tmpfs-size.ts';

const NODE = { memory: '8Gi' };
const limited = (memory?: string) => container('c', { resources: memory ? { limits: { memory } } : {} });

test.each([
  ['the node', {}, [limited()], undefined, 8 * 2 ** 30],
  ['its own limit', {}, [limited()], '5Mi', 5 * 2 ** 20],
  ['all limits of the containers', {}, [limited('64Mi'), limited('36Mi')], undefined, 100 * 2 ** 20],
  ['its own limit where that is less', {}, [limited('64Mi')], '10Mi', 10 * 2 ** 20],
  ['the pod where its own limit is more', {}, [limited('64Mi')], '1Gi', 64 * 2 ** 20],
  ['the node where one container has no limit', {}, [limited('64Mi'), limited()], undefined, 8 * 2 ** 30],
  ['the pod with its overhead', { overhead: { memory: '6Mi' } }, [limited('64Mi')], undefined, 70 * 2 ** 20],
  ['the limit of the pod itself', { resources: { limits: { memory: '32Mi' } } }, [limited()], undefined, 32 * 2 ** 20],
])('a volume in memory is bounded by %s', (_, spec, containers, sizeLimit, expected) => {
  const source = { medium: 'Memory', ...(sizeLimit ? { sizeLimit } : {}) };
  expect(tmpfsSize({ ...spec, containers }, source, NODE)).toBe(expected);
});

test('where nothing is known, the kernel decides', () => {
  expect(tmpfsSize({ containers: [limited()] }, { medium: 'Memory' }, {})).toBe(0);
});
