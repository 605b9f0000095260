import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { FlowObserver } from '../filters/flow-control.ts';
import type { Flow, FlowControl, PriorityLevel } from '../flow-control/flow-control.ts';

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
  const finite = (seats: number, level: PriorityLevel) => (Number.isFinite(seats) ? seats : level.bounds.nominal);
  perLevel('nominal_limit_seats', 'Seats of a level by its shares', ({ bounds }) => bounds.nominal);
  perLevel('lower_limit_seats', 'Seats that a level keeps in any case', ({ bounds }) => bounds.lower);
  perLevel('upper_limit_seats', 'Seats that a level has at most', ({ bounds }) => bounds.upper);
  perLevel('current_limit_seats', 'Seats of a level now', (level) => finite(level.queueSet.limits.seats, level));
  perLevel('current_executing_seats', 'Seats that are occupied', ({ queueSet }) => queueSet.seatsInUse);
  perLevel('demand_seats_smoothed', 'Seats wanted in the past', ({ smoothed }) => smoothed);
  perLevel('current_executing_requests', 'Requests being answered', ({ queueSet }) => queueSet.executing);
  perLevel('current_inqueue_requests', 'Requests that wait for a seat', ({ queueSet }) => queueSet.waiting);
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
