import { describe, expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { type Body, Rest } from '../support/rest.ts';

describe('[sig-architecture] Conformance Tests', () => {
  test('should have at least two untainted nodes', async () => {
    const rest = await Rest.start({ simulatedNodes: 2 });
    const usable = ({ spec, status }: Body) =>
      !spec.unschedulable &&
      !spec.taints?.length &&
      status.conditions?.some((each: Body) => each.type === 'Ready' && each.status === 'True');
    const found = await waitFor(async () => {
      const nodes = (await rest.of('v1', 'nodes').list()).items.filter(usable);
      return nodes.length >= 2 && nodes;
    });
    expect(found.map((each: Body) => each.metadata.name)).toEqual(['simulated-0', 'simulated-1']);
    await rest.stop();
  });
});
