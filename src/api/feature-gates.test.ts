import { expect, test } from 'vitest';
import { readFeatureGates } from './feature-gates.ts';

test.each<[string, string[] | string]>([
  ['', []],
  ['GenericWorkload=true', ['GenericWorkload']],
  ['GangScheduling=true, GenericWorkload=true', ['GangScheduling', 'GenericWorkload']],
  ['GenericWorkload=true,GenericWorkload=false', []],
  ['GangScheduling=true', 'GangScheduling depends on features that are off: GenericWorkload'],
  ['SidecarContainers=true,WatchList=true', []],
  ['WatchList=false', 'cannot set feature gate WatchList to false, feature is locked to true'],
  ['Nonsense=true', 'unrecognized feature gate: Nonsense'],
  ['GenericWorkload', 'missing bool value for GenericWorkload'],
  ['GenericWorkload=yes', 'invalid value of GenericWorkload=yes, must be true or false'],
])('feature gates %j are %j', (text, expected) => {
  if (typeof expected === 'string') expect(() => readFeatureGates(text)).toThrow(expected);
  else expect([...readFeatureGates(text)]).toEqual(expected);
});
