import { afterAll, beforeAll, expect, test } from 'vitest';
import { ValidatingAdmissionPolicies } from '#api/admissionregistration/v1/validating-admission-policy.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: ['validatingadmissionpolicy-status-controller'], scheduler: false });
});
afterAll(() => cluster.stop());

const rule = { operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] };
const spec = (expression: string) => ({
  matchConstraints: { resourceRules: [rule] },
  validations: [{ expression }],
});

test('the status tells what is wrong with each generation of a policy', async () => {
  const policies = cluster.client.of(ValidatingAdmissionPolicies);
  const observed = async (generation: number) => {
    const get = async () => (await policies.get('a')).status;
    await waitFor(async () => (await get())?.observedGeneration === generation);
    return (await get())?.typeChecking;
  };
  await policies.create({ metadata: { name: 'a' }, spec: spec('object.spec.replicas > 1') });
  expect(await observed(1)).toEqual({});
  const wrong = "object.spec.replicas > '1'";
  await policies.patch('a', mergePatch({ spec: spec(wrong) }));
  expect(await observed(2)).toEqual({
    expressionWarnings: [
      {
        fieldRef: 'spec.validations[0].expression',
        warning: expect.stringContaining("found no matching overload for '_>_' applied to '(int, string)'"),
      },
    ],
  });
  const managers = (await policies.get('a')).metadata?.managedFields ?? [];
  expect(managers.map(({ manager, operation }) => `${manager} ${operation}`)).toContain(
    'validatingadmissionpolicy-status-controller Apply',
  );
  await policies.patch('a', mergePatch({ spec: spec('true') }));
  expect((await observed(3))?.expressionWarnings).toBeUndefined();
});
