import type { RequestMetrics } from '../metrics/request-metrics.ts';
import type { Filter } from './filter.ts';

/** Measures requests. `monotonic` gives milliseconds. */
export const instrumentation =
  (metrics: RequestMetrics, monotonic: () => number): Filter =>
  (next) =>
  async (context) => {
    const startedAt = monotonic();
    const end = metrics.begin(context);
    try {
      await next(context);
    } finally {
      end((monotonic() - startedAt) / 1000);
    }
  };
