import type { HistogramCell, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { AdmissionObserver, AdmissionPlugin, Operation, Step } from '../admission/admission.ts';

const SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5];

/** Measures the plugins and the steps of admission. `monotonic` gives milliseconds. */
export function admissionMetrics(registry: MetricRegistry, monotonic: () => number): AdmissionObserver {
  const plugins = registry.histogram(
    'apiserver_admission_controller_admission_duration_seconds',
    'Time that an admission plugin takes',
    { labels: ['name', 'operation', 'rejected', 'type'], buckets: SECONDS },
  );
  const steps = registry.histogram(
    'apiserver_admission_step_admission_duration_seconds',
    'Time that a step of admission takes',
    { labels: ['operation', 'rejected', 'type'], buckets: SECONDS },
  );
  const passed = new Cells((plugin, step, operation) => plugins.labels(plugin, operation, 'false', step));
  const refused = new Cells((plugin, step, operation) => plugins.labels(plugin, operation, 'true', step));
  const ended = new Cells((rejected, step, operation) => steps.labels(operation, rejected, step));
  return {
    now: monotonic,
    passed: ({ name }: AdmissionPlugin, step, operation, since) => {
      const now = monotonic();
      passed.of(name, step, operation).observe((now - since) / 1000);
      return now;
    },
    refused: ({ name }: AdmissionPlugin, step, operation, since) =>
      refused.of(name, step, operation).observe((monotonic() - since) / 1000),
    ended: (step, operation, rejected, since) =>
      ended.of(String(rejected), step, operation).observe((monotonic() - since) / 1000),
  };
}

/** The histograms of a plugin, or of whether a step was refused, each found once. */
class Cells {
  readonly #find: (name: string, step: Step, operation: Operation) => HistogramCell;
  readonly #known: Record<Step, Map<Operation, Map<string, HistogramCell>>> = { admit: new Map(), validate: new Map() };

  constructor(find: (name: string, step: Step, operation: Operation) => HistogramCell) {
    this.#find = find;
  }

  of(name: string, step: Step, operation: Operation): HistogramCell {
    const ofStep = this.#known[step];
    let cells = ofStep.get(operation);
    if (cells === undefined) ofStep.set(operation, (cells = new Map()));
    let cell = cells.get(name);
    if (cell === undefined) cells.set(name, (cell = this.#find(name, step, operation)));
    return cell;
  }
}
