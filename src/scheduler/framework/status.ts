/** What a plugin says of a pod on a node, or of a pod as such. */
export type StatusCode =
  /** The plugin has nothing to do with this pod. */
  | 'Skip'
  /** Not now; evicting others or waiting may help. */
  | 'Unschedulable'
  /** Not here, whoever is evicted. */
  | 'UnschedulableAndUnresolvable'
  /** Not until something happens that is under way. */
  | 'Pending';

/** A verdict with the reasons people are shown. Unexpected failures are thrown, not told. */
export interface Status {
  readonly code: StatusCode;
  readonly reasons: readonly string[];
  /** The plugin that said so. */
  readonly plugin: string;
}

export const unschedulable = (plugin: string, ...reasons: string[]): Status => ({
  code: 'Unschedulable',
  reasons,
  plugin,
});

export const unresolvable = (plugin: string, ...reasons: string[]): Status => ({
  code: 'UnschedulableAndUnresolvable',
  reasons,
  plugin,
});

export const skip = (plugin: string): Status => ({ code: 'Skip', reasons: [], plugin });
