import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Service } from '#api/core/v1/service.ts';
import { subsetsOf } from './subsets.ts';

const service = { spec: { ports: [{ port: 80, targetPort: 'web' }] } } as Service;
const pods = (count: number, containerPort: number, ready = true): Pod[] =>
  Array.from(
    { length: count },
    (_, index) =>
      ({
        metadata: { name: `p${containerPort}-${index}`, uid: `${containerPort}-${ready}-${index}` },
        spec: { containers: [{ name: 'web', ports: [{ name: 'web', containerPort }] }] },
        status: {
          phase: 'Running',
          podIP: `10.${containerPort % 200}.${Math.floor(index / 250)}.${index % 250}`,
          conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
        },
      }) as unknown as Pod,
  );

test.each([
  [
    'what fits is all there',
    [...pods(600, 80), ...pods(400, 81)],
    [
      [600, 0],
      [400, 0],
    ],
    false,
  ],
  [
    'each subset gets its share of ready ones',
    [...pods(900, 80), ...pods(300, 81)],
    [
      [750, 0],
      [250, 0],
    ],
    true,
  ],
  [
    'those not ready get what is left',
    [...pods(900, 80), ...pods(300, 81, false)],
    [
      [900, 0],
      [0, 100],
    ],
    true,
  ],
  ['or nothing', [...pods(1200, 80), ...pods(300, 81, false)], [[1000, 0]], true],
] as const)('of a service with many pods: %s', (_, all, want, truncated) => {
  const found = subsetsOf(service, all);
  const sizes = found.subsets.map(({ addresses, notReadyAddresses }) => [
    addresses?.length ?? 0,
    notReadyAddresses?.length ?? 0,
  ]);
  expect([sizes, found.truncated]).toEqual([want, truncated]);
});
