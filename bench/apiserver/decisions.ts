// Authorization decisions a second: what the server knows by heart of a user, and what it finds out for one it meets anew.
import { Cluster } from '#testing/cluster.ts';

const COUNT = 300_000;
const users = [
  { name: 'ann', groups: ['dev'] },
  { name: 'system:node:n1', groups: ['system:nodes'] },
  { name: 'system:serviceaccount:kube-system:deployment-controller', groups: ['system:serviceaccounts'] },
];
const cluster = await Cluster.start({ controllers: false, scheduler: false });
const { decide } = cluster.apiServer.pipeline;
const target = { verb: 'update', group: 'apps', version: 'v1', resource: 'deployments', subresource: '' };

/** `userOf` gives the user of each request: the same object, or a new one that says the same. */
async function perSecond(userOf: () => (typeof users)[number]): Promise<number> {
  const started = performance.now();
  for (let index = 0; index < COUNT; index++) {
    await decide({ ...target, user: userOf(), namespace: `ns${index % 50}`, name: `x${index}` });
  }
  return Math.round(COUNT / ((performance.now() - started) / 1000));
}

const rows: Record<string, unknown>[] = [];
for (const user of users) {
  const known = await perSecond(() => user);
  rows.push({ user: user.name, 'known user': known, 'new user object': await perSecond(() => ({ ...user })) });
}
console.table(rows);
await cluster.stop();
