import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';

let call: ReturnType<typeof createCall>;
let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ scheduler: false, controllers: [] });
  call = createCall(await cluster.listen());
});
afterAll(() => cluster.stop());

const IN_DEFAULT = '/api/v1/namespaces/default';
const CONTAINER = '"name":"c","image":"i"';

// Where and in what a list stands, what it is of, and how long it is: longer than what the stack holds, where faults were
// once passed on as arguments; shorter, where there were as many as pairs of items.
test.each([
  [`${IN_DEFAULT}/podtemplates`, `"template":{"spec":{"containers":[{${CONTAINER},"env":LIST}]}}`, '{}', 200_000],
  [`${IN_DEFAULT}/podtemplates`, `"template":{"spec":{"containers":[{${CONTAINER},"ports":LIST}]}}`, '{}', 200_000],
  [`${IN_DEFAULT}/podtemplates`, '"template":{"spec":{"dnsConfig":{"nameservers":LIST}}}', '"a"', 200_000],
  [`${IN_DEFAULT}/podtemplates`, '"template":{"spec":{"topologySpreadConstraints":LIST}}', '{}', 200_000],
  [`${IN_DEFAULT}/resourcequotas`, '"spec":{"scopes":LIST}', '"a"', 100_000],
  ['/apis/storage.k8s.io/v1/storageclasses', '"allowedTopologies":LIST', '{}', 100_000],
])('%s with %s of %s is refused in few words, however many they are', async (path, members, item, count) => {
  const list = `[${Array(count).fill(item).join(',')}]`;
  const body = `{"metadata":{"name":"huge"},${members.replace('LIST', list)}}`;
  const { code, json, bytes } = await call(path, { method: 'POST', body });
  expect([code, json.reason]).toEqual([422, 'Invalid']);
  expect(bytes.length).toBeLessThan(10 * 2 ** 20);
  expect((await call(`${path}/huge`)).code).toBe(404);
});
