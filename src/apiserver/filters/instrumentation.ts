import { finishing } from '#base/maybe-promise.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';
import type { Filter } from './filter.ts';

/** Measures requests. `monotonic` gives milliseconds. */
export const instrumentation =
  (metrics: RequestMetrics, monotonic: () => number): Filter =>
  (next) =>
  (context) => {
    const startedAt = monotonic();
    const end = metrics.begin(context);
    return finishing(
      () => next(context),
      () => end((monotonic() - startedAt) / 1000),
    );
  };
