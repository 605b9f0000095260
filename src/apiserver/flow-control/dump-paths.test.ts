import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { alignColumns } from './align-columns.ts';

let cluster: Cluster;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false, clock: new VirtualClock() });
  call = createCall(await cluster.listen());
});
afterAll(() => cluster.stop());

const dump = async (path: string) => {
  const { code, bytes } = await call(`/debug/api_priority_and_fairness/${path}`);
  expect(code).toBe(200);
  const lines = bytes.toString().trimEnd().split('\n');
  return lines.map((line) => line.split(',').map((cell) => cell.trim()));
};

test('the levels are told with what runs and what became of requests', async () => {
  const [header, ...rows] = await dump('dump_priority_levels');
  expect(header).toEqual([
    ...['PriorityLevelName', 'ActiveQueues', 'IsIdle', 'IsQuiescing', 'WaitingRequests', 'ExecutingRequests'],
    ...['DispatchedRequests', 'RejectedRequests', 'TimedoutRequests', 'CancelledRequests'],
  ]);
  expect(rows.map(([name]) => name)).toEqual([
    ...['catch-all', 'exempt', 'global-default', 'leader-election', 'node-high'],
    ...['system', 'workload-high', 'workload-low'],
  ]);
  expect(rows[0]).toEqual(['catch-all', '0', 'true', 'false', '0', '0', '0', '0', '0', '0']);
  expect(rows[1]).toEqual(['exempt', '0', 'false', 'false', '0', '1', '1', '0', '0', '0']);
});

test('every queue of levels that have some is told', async () => {
  const rows = (await dump('dump_queues')).slice(1);
  const count = (level: string) => rows.filter(([name]) => name === level).length;
  expect(['exempt', 'catch-all', 'leader-election', 'workload-low'].map(count)).toEqual([0, 0, 16, 128]);
  expect(rows[0]).toEqual(['global-default', '0', '0', '0', '0', '0.00000000ss', '0', '0', '0.00000000ss']);
});

test('requests are told with what they are about', async () => {
  const own = [
    'exempt',
    'exempt',
    '-1',
    '-1',
    '',
    '2026-01-01T00:00:00.000Z',
    '1',
    '0',
    '0s',
    '2026-01-01T00:00:00.000Z',
  ];
  expect((await dump('dump_requests')).slice(1)).toEqual([own]);
  const path = '/debug/api_priority_and_fairness/dump_requests';
  const details = ['kubernetes-admin', 'get', path, '', '', '', '', ''];
  expect((await dump('dump_requests?includeRequestDetails=1')).slice(1)).toEqual([[...own, ...details]]);
});

test('cells stand below each other, at least eight wide', () => {
  const rows = [
    ['A', 'LongName', 'C'],
    ['long cells', 'b', ''],
  ];
  expect(alignColumns(rows)).toBe('A,          LongName, C\nlong cells, b,        \n');
});
