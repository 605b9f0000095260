import type { HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { AdmissionAttributes, AdmissionPlugin, Operation, StepObserver } from '../admission/admission.ts';

const SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
type Step = 'admit' | 'validate';

/** The same plugins, each with its time measured. `monotonic` gives milliseconds. */
export function measuredPlugins(
  plugins: readonly AdmissionPlugin[],
  registry: MetricRegistry,
  monotonic: () => number,
): AdmissionPlugin[] {
  const durations = registry.histogram(
    'apiserver_admission_controller_admission_duration_seconds',
    'Time that an admission plugin takes',
    { labels: ['name', 'operation', 'rejected', 'type'], buckets: SECONDS },
  );
  const measured = <R>(name: string, type: Step, work: (attributes: AdmissionAttributes) => R | Promise<R>) => {
    const passed = new Durations(durations, { name, type, rejected: false });
    const rejected = new Durations(durations, { name, type, rejected: true });
    const settled = async (result: Promise<R>, operation: Operation, startedAt: number): Promise<R> => {
      let cells = rejected;
      try {
        const value = await result;
        cells = passed;
        return value;
      } finally {
        cells.of(operation).observe((monotonic() - startedAt) / 1000);
      }
    };
    return (attributes: AdmissionAttributes): R | Promise<R> => {
      const { operation } = attributes;
      const startedAt = monotonic();
      let result: R | Promise<R>;
      try {
        result = work(attributes);
      } catch (error) {
        rejected.of(operation).observe((monotonic() - startedAt) / 1000);
        throw error;
      }
      if (result instanceof Promise) return settled(result, operation, startedAt);
      passed.of(operation).observe((monotonic() - startedAt) / 1000);
      return result;
    };
  };
  return plugins.map((plugin) => {
    const { name, resources, mutate, validate } = plugin;
    return {
      name,
      ...(resources ? { resources } : {}),
      ...(mutate ? { mutate: measured(name, 'admit', (attributes) => mutate.call(plugin, attributes)) } : {}),
      ...(validate ? { validate: measured(name, 'validate', (attributes) => validate.call(plugin, attributes)) } : {}),
    };
  });
}

/** Measures the steps of admission. `monotonic` gives milliseconds. */
export function measuredSteps(registry: MetricRegistry, monotonic: () => number): StepObserver {
  const durations = registry.histogram(
    'apiserver_admission_step_admission_duration_seconds',
    'Time that a step of admission takes',
    { labels: ['operation', 'rejected', 'type'], buckets: SECONDS },
  );
  const cells = new Map<string, HistogramCell>();
  const cellOf = (operation: Operation, rejected: boolean, step: Step): HistogramCell => {
    const key = `${operation} ${rejected} ${step}`;
    let cell = cells.get(key);
    if (cell === undefined) cells.set(key, (cell = durations.labels(operation, String(rejected), step)));
    return cell;
  };
  return {
    begun: monotonic,
    ended: (step, operation, rejected, begun) =>
      cellOf(operation, rejected, step).observe((monotonic() - begun) / 1000),
  };
}

/** The histograms of one plugin and outcome, each found once. */
class Durations {
  readonly #metric: Labelled<HistogramCell>;
  readonly #labels: { readonly name: string; readonly type: Step; readonly rejected: boolean };
  readonly #cells = new Map<Operation, HistogramCell>();

  constructor(
    metric: Labelled<HistogramCell>,
    labels: { readonly name: string; readonly type: Step; readonly rejected: boolean },
  ) {
    this.#metric = metric;
    this.#labels = labels;
  }

  of(operation: Operation): HistogramCell {
    let cell = this.#cells.get(operation);
    if (cell === undefined) {
      const { name, type, rejected } = this.#labels;
      cell = this.#metric.labels(name, operation, String(rejected), type);
      this.#cells.set(operation, cell);
    }
    return cell;
  }
}
