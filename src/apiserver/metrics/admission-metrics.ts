import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission/admission.ts';

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
  const measured =
    <R>(name: string, type: Step, work: (attributes: AdmissionAttributes) => R | Promise<R>) =>
    (attributes: AdmissionAttributes): R | Promise<R> => {
      const startedAt = monotonic();
      const end = (rejected: boolean) =>
        durations.labels(name, attributes.operation, String(rejected), type).observe((monotonic() - startedAt) / 1000);
      try {
        const result = work(attributes);
        if (result instanceof Promise) return settled(result, end);
        end(false);
        return result;
      } catch (error) {
        end(true);
        throw error;
      }
    };
  return plugins.map((plugin) => {
    const { name, mutate, validate } = plugin;
    return {
      name,
      ...(mutate ? { mutate: measured(name, 'admit', (attributes) => mutate.call(plugin, attributes)) } : {}),
      ...(validate ? { validate: measured(name, 'validate', (attributes) => validate.call(plugin, attributes)) } : {}),
    };
  });
}

async function settled<R>(result: Promise<R>, end: (rejected: boolean) => void): Promise<R> {
  let rejected = true;
  try {
    const value = await result;
    rejected = false;
    return value;
  } finally {
    end(rejected);
  }
}
