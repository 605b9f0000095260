/** What one pod was measured at. */
export interface PodMetric {
  /** In thousandths of the metric's unit. */
  readonly value: number;
  /** The end of the time it was measured over, in milliseconds since the epoch. */
  readonly timestamp: number;
  /** How long it was measured, in milliseconds. */
  readonly windowMs: number;
}

/** Measurements of one metric by the pods' names. */
export type PodMetrics = ReadonlyMap<string, PodMetric>;
