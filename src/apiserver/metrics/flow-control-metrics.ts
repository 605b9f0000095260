import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { FlowObserver } from '../filters/flow-control.ts';
import type { Flow, FlowControl, PriorityLevel } from '../flow-control/flow-control.ts';
import type { PresentRequest } from '../flow-control/queue-set.ts';

const SECONDS = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const LABELS = ['priority_level', 'flow_schema'];

/** Seats and queues are read when somebody asks; what becomes of requests is counted as it happens. */
export function createFlowControlMetrics(registry: MetricRegistry, flowControl: FlowControl): FlowObserver {
  const perLevel = (name: string, help: string, of: (level: PriorityLevel) => number) =>
    registry.collected('gauge', `apiserver_flowcontrol_${name}`, {
      help,
      labels: ['priority_level'],
      collect: () => flowControl.levels.map((level) => [[level.name], of(level)] as const),
    });
  perLevel('nominal_limit_seats', 'Seats of a level by its shares', ({ bounds }) => bounds.nominal);
  perLevel('lower_limit_seats', 'Seats that a level keeps in any case', ({ bounds }) => bounds.lower);
  perLevel('upper_limit_seats', 'Seats that a level has at most', ({ bounds }) => bounds.upper);
  perLevel('current_limit_seats', 'Seats of a level now', ({ seats }) => seats);
  perLevel('demand_seats_smoothed', 'Seats wanted in the past', ({ smoothed }) => smoothed);
  const perSchema = (name: string, help: string, of: (requests: SchemaRequests) => number) =>
    registry.collected('gauge', `apiserver_flowcontrol_${name}`, {
      help,
      labels: LABELS,
      collect: () => requestsBySchema(flowControl).map((each) => [[each.level, each.schema], of(each)] as const),
    });
  const sumOfSeats = (requests: readonly PresentRequest[]) => requests.reduce((sum, { width }) => sum + width, 0);
  perSchema('current_executing_seats', 'Seats that are occupied', ({ executing }) => sumOfSeats(executing));
  perSchema('current_executing_requests', 'Requests being answered', ({ executing }) => executing.length);
  perSchema('current_inqueue_requests', 'Requests that wait for a seat', ({ waiting }) => waiting.length);
  const dispatched = registry.counter(
    'apiserver_flowcontrol_dispatched_requests_total',
    'Requests that were let in',
    LABELS,
  );
  const rejected = registry.counter('apiserver_flowcontrol_rejected_requests_total', 'Requests that were refused', [
    ...LABELS,
    'reason',
  ]);
  const waits = registry.histogram('apiserver_flowcontrol_request_wait_duration_seconds', 'Time spent in a queue', {
    labels: [...LABELS, 'execute'],
    buckets: SECONDS,
  });
  const executions = registry.histogram(
    'apiserver_flowcontrol_request_execution_seconds',
    'Time between being let in and the answer',
    { labels: LABELS, buckets: SECONDS },
  );
  const labelsOf = ({ level, schema }: Flow) => [level.name, schema.metadata?.name ?? ''] as const;
  return {
    dispatched(flow, waited) {
      dispatched.labels(...labelsOf(flow)).inc();
      waits.labels(...labelsOf(flow), 'true').observe(waited);
    },
    refused(flow, reason, waited) {
      rejected.labels(...labelsOf(flow), reason).inc();
      waits.labels(...labelsOf(flow), 'false').observe(waited);
    },
    finished: (flow, seconds) => executions.labels(...labelsOf(flow)).observe(seconds),
  };
}

/** What one schema has at its level now. */
interface SchemaRequests {
  readonly level: string;
  readonly schema: string;
  readonly executing: readonly PresentRequest[];
  readonly waiting: readonly PresentRequest[];
}

function requestsBySchema({ schemas }: FlowControl): SchemaRequests[] {
  return schemas.map(({ schema, level: { name: level, queueSet } }) => {
    const name = schema.metadata?.name ?? '';
    const queues = queueSet.dump();
    const isOfSchema = ({ flow }: PresentRequest) => flow.startsWith(`${name}\n`);
    const executing = queues.flatMap((queue) => queue.executing.filter(isOfSchema));
    return { level, schema: name, executing, waiting: queues.flatMap((queue) => queue.waiting.filter(isOfSchema)) };
  });
}
