import type { Clock } from '#base/clock.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ResourceTarget } from '../request.ts';
import type { UserInfo } from '../user.ts';
import { alignColumns } from './align-columns.ts';
import type { FlowControl, PriorityLevel } from './flow-control.ts';
import type { PresentRequest, QueueDump } from './queue-set.ts';

const ROOT = '/debug/api_priority_and_fairness/';
const LEVEL_COLUMNS = [
  ...['PriorityLevelName', 'ActiveQueues', 'IsIdle', 'IsQuiescing', 'WaitingRequests', 'ExecutingRequests'],
  ...['DispatchedRequests', 'RejectedRequests', 'TimedoutRequests', 'CancelledRequests'],
];
const QUEUE_COLUMNS = [
  ...['PriorityLevelName', 'Index', 'PendingRequests', 'ExecutingRequests', 'SeatsInUse', 'NextDispatchR'],
  ...['InitialSeatsSum', 'MaxSeatsSum', 'TotalWorkSum'],
];
const REQUEST_COLUMNS = [
  ...['PriorityLevelName', 'FlowSchemaName', 'QueueIndex', 'RequestIndexInQueue', 'FlowDistingsher', 'ArriveTime'],
  ...['InitialSeats', 'FinalSeats', 'AdditionalLatency', 'StartTime'],
];
/** Added on demand. */
const DETAIL_COLUMNS = ['UserName', 'Verb', 'APIPath', 'Namespace', 'Name', 'APIVersion', 'Resource', 'SubResource'];
/** A moment that has not come, as upstream writes it. */
const NEVER = '0001-01-01T00:00:00Z';

/** A request as the filters know it. */
interface RequestDetails {
  readonly user: UserInfo;
  readonly verb: string;
  readonly path: string;
  readonly target: ResourceTarget | undefined;
}

/** Answers the paths that show levels, queues and requests as they are now, as a table of text. False for other paths. */
export function createFlowControlPaths(flowControl: FlowControl, clock: Clock): (exchange: Exchange) => boolean {
  return (exchange) => {
    const rows = exchange.path.startsWith(ROOT) ? rowsOf(exchange, flowControl, clock) : undefined;
    if (rows === undefined) return false;
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    exchange.respond(200, headers, new TextEncoder().encode(alignColumns(rows)));
    return true;
  };
}

function rowsOf({ path, query }: Exchange, flowControl: FlowControl, clock: Clock): string[][] | undefined {
  const levels = [...flowControl.levels].sort((a, b) => (a.name < b.name ? -1 : 1));
  switch (path.slice(ROOT.length)) {
    case 'dump_priority_levels':
      return [LEVEL_COLUMNS, ...levels.map(levelRow)];
    case 'dump_queues':
      return [QUEUE_COLUMNS, ...levels.flatMap(queueRows)];
    case 'dump_requests': {
      const withDetails = Boolean(query.get('includeRequestDetails'));
      const columns = withDetails ? [...REQUEST_COLUMNS, ...DETAIL_COLUMNS] : REQUEST_COLUMNS;
      return [columns, ...levels.flatMap((level) => requestRows(level, { withDetails, clock }))];
    }
    default:
      return undefined;
  }
}

function levelRow({ name, queueSet }: PriorityLevel): string[] {
  const { waiting, executing, counts } = queueSet;
  const active = queueSet.dump().filter((queue) => queue.waiting.length > 0).length;
  const isIdle = waiting + executing === 0;
  const { dispatched, rejected, timedOut, cancelled } = counts;
  const numbers = [waiting, executing, dispatched, rejected, timedOut, cancelled];
  return [name, String(active), String(isIdle), 'false', ...numbers.map(String)];
}

const EMPTY: QueueDump = { waiting: [], executing: [], waitingSeats: 0, nextR: 0 };

function queueRows({ name, queueSet }: PriorityLevel): string[][] {
  const queues = queueSet.dump();
  return Array.from({ length: queueSet.limits.queuing?.queues ?? 0 }, (_, index) => {
    const { waiting, executing, waitingSeats, nextR } = queues[index] ?? EMPTY;
    const seats = executing.reduce((sum, { width }) => sum + width, 0);
    const work = seatSeconds(waitingSeats * 0.003);
    return [
      name,
      index,
      waiting.length,
      executing.length,
      seats,
      seatSeconds(nextR),
      waitingSeats,
      waitingSeats,
      work,
    ].map(String);
  });
}

const seatSeconds = (value: number): string => `${value.toFixed(8)}ss`;

function requestRows(
  { name, queueSet }: PriorityLevel,
  options: { readonly withDetails: boolean; readonly clock: Clock },
): string[][] {
  const isQueueless = queueSet.limits.queuing === undefined;
  const rowOf = (request: PresentRequest, queue: number, index: number) =>
    requestRow(request, [name, queue, index], options);
  return queueSet
    .dump()
    .flatMap(({ waiting, executing }, queue) => [
      ...waiting.map((request, index) => rowOf(request, queue, index)),
      ...executing.map((request) => rowOf(request, isQueueless ? -1 : queue, -1)),
    ]);
}

function requestRow(
  { flow, width, arrivedAt, startedAt, client }: PresentRequest,
  [level, queue, index]: readonly [string, number, number],
  { withDetails, clock }: { readonly withDetails: boolean; readonly clock: Clock },
): string[] {
  const [schema = '', distinguisher = ''] = flow.split('\n');
  const wallTime = (at: number) => new Date(clock.now() - (clock.monotonic() - at)).toISOString();
  const started = startedAt === undefined ? NEVER : wallTime(startedAt);
  const row = [
    level,
    schema,
    String(queue),
    String(index),
    distinguisher,
    wallTime(arrivedAt),
    String(width),
    '0',
    '0s',
  ];
  return [...row, started, ...(withDetails ? details(client as Partial<RequestDetails> | undefined) : [])];
}

function details({ user, verb = '', path = '', target }: Partial<RequestDetails> = {}): string[] {
  const { group = '', version = '', namespace = '', name = '', resource = '', subresource = '' } = target ?? {};
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return [user?.name ?? '', verb, path, namespace, name, apiVersion, resource, subresource];
}
