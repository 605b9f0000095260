import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSimulationConfiguration } from './configuration.ts';

test('the example can be read', () => {
  const text = readFileSync(new URL('../../examples/simulation.yaml', import.meta.url), 'utf8');
  const { nodes, stages = [] } = readSimulationConfiguration(text);
  expect(nodes?.map(({ count }) => count)).toEqual([9, 2]);
  expect(stages.map(({ name, next }) => `${name}: ${next}`)).toEqual([
    'image pull: Running',
    'warm up: Ready',
    'out of memory: Restarted',
    'failed job: Failed',
  ]);
});
