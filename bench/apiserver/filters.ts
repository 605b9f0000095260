// What the filters around every request cost, each alone, on a request of a service account: classified and let in while
// nobody waits, dispatched while a hundred wait, measured, and judged by an audit policy.

import { Pods } from '#api/core/v1/pod.ts';
import { evaluatePolicy } from '#apiserver/audit/evaluate-policy.ts';
import { RequestContext } from '#apiserver/filters/request-context.ts';
import { FlowControl } from '#apiserver/flow-control/flow-control.ts';
import { QueueSet, type Seat } from '#apiserver/flow-control/queue-set.ts';
import type { Exchange } from '#apiserver/http/exchange.ts';
import { RequestMetrics } from '#apiserver/metrics/request-metrics.ts';
import { ResourceTable } from '#apiserver/resource-table.ts';
import { serviceAccountUser } from '#apiserver/user.ts';
import { systemClock } from '#base/clock.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';

const ROUNDS = 300_000;

function measure(name: string, rounds: number, work: (index: number) => unknown): void {
  for (let index = 0; index < rounds / 10; index++) work(index);
  const started = process.cpuUsage();
  for (let index = 0; index < rounds; index++) work(index);
  const { user, system } = process.cpuUsage(started);
  console.log(`${name.padEnd(44)} ${((user + system) / rounds).toFixed(2).padStart(7)} µs`);
}

const exchange = {
  method: 'GET',
  path: '/api/v1/namespaces/shop/pods/web',
  query: new URLSearchParams(),
  header: () => '',
  signal: new AbortController().signal,
} as unknown as Exchange;
const context = new RequestContext(exchange, 0);
context.user = serviceAccountUser('shop', 'robot', 'uid');
context.verb = 'get';
context.code = 200;
context.target = {
  verb: 'get',
  group: '',
  version: 'v1',
  resource: 'pods',
  namespace: 'shop',
  name: 'web',
  subresource: '',
  subpath: '',
};

const flowControl = new FlowControl({ clock: systemClock });
measure('classify', ROUNDS, () => flowControl.classify(context));
const flow = flowControl.classify(context);
measure('enter and leave, nobody waits', ROUNDS, () => (flowControl.enter(flow, 1, context) as Seat).release());

const queuing = { queues: 128, handSize: 6, queueLengthLimit: 1000 };
const set = new QueueSet({ seats: 1, queuing }, { clock: systemClock, waitLimitMs: 1e9 });
const running: Seat[] = [set.enter({ flow: 'x', width: 1 }) as Seat];
const next = (index: number) => {
  const seat = set.enter({ flow: `flow ${index % 50}`, width: 1 });
  if (seat instanceof Promise) void seat.then((given) => running.push(given));
};
for (let index = 0; index < 100; index++) next(index);
const started = process.cpuUsage();
for (let index = 0; index < ROUNDS / 10; index++) {
  next(index);
  running.shift()?.release();
  await Promise.resolve();
}
const { user, system } = process.cpuUsage(started);
console.log(`${'enter and leave, 100 wait'.padEnd(44)} ${((user + system) / (ROUNDS / 10)).toFixed(2).padStart(7)} µs`);

const table = new ResourceTable();
table.add({ definition: Pods, handler: { handle: () => Promise.reject(new Error('measured only')) } });
const metrics = new RequestMetrics(new MetricRegistry(), table);
measure('count and time a request', ROUNDS, () => metrics.begin(context)(0.001));

const decide = evaluatePolicy({
  rules: [
    { level: 'None', nonResourceURLs: ['/healthz*'] },
    { level: 'None', users: ['system:kube-proxy'], verbs: ['watch'] },
    { level: 'Metadata', resources: [{ group: '', resources: ['secrets', 'configmaps'] }] },
    { level: 'Metadata' },
  ],
});
measure('judge by an audit policy of four rules', ROUNDS, () => decide(context));
