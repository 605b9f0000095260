import type { Job } from '#api/batch/v1/job.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { podFromTemplate } from '../shared/pod-control.ts';

export const TRACKING = 'batch.kubernetes.io/job-tracking';
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
export const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
export const IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';
const KIND = { apiVersion: 'batch/v1', kind: 'Job' };

export const isIndexed = ({ spec }: Job): boolean => spec?.completionMode === 'Indexed';

export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata?.annotations?.[COMPLETION_INDEX];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

export const isTracked = ({ metadata }: Pod): boolean => metadata?.finalizers?.includes(TRACKING) ?? false;

/** Lets go of a tracked pod; a list that has changed meanwhile must not lose another's finalizer. */
export function withoutTracking({ metadata }: Pod): readonly object[] {
  const path = `/metadata/finalizers/${metadata?.finalizers?.indexOf(TRACKING)}`;
  return [
    { op: 'test', path, value: TRACKING },
    { op: 'remove', path },
  ];
}

export interface JobPodOptions {
  /** What the index has failed. */
  readonly failures?: { readonly counted: number; readonly ignored: number } | undefined;
  /** The group of pods that it is scheduled with. */
  readonly group?: string | undefined;
}

/** A pod of a Job; one of an indexed Job knows its index. */
export function jobPod(job: Job, index?: number, { failures, group }: JobPodOptions = {}): Pod {
  const made = podFromTemplate(job, KIND, job.spec?.template);
  const pod = group
    ? { ...made, spec: { ...made.spec, schedulingGroup: { podGroupName: group } } as Pod['spec'] }
    : made;
  const metadata = { ...pod.metadata, finalizers: [...(pod.metadata?.finalizers ?? []), TRACKING] };
  if (index === undefined) return { ...pod, metadata };
  const { name = '' } = job.metadata ?? {};
  const text = String(index);
  return {
    metadata: {
      ...metadata,
      generateName: generateNameOf(name, index),
      labels: { ...metadata.labels, [COMPLETION_INDEX]: text },
      annotations: {
        ...metadata.annotations,
        [COMPLETION_INDEX]: text,
        ...(failures ? { [FAILURE_COUNT]: String(failures.counted) } : {}),
        ...(failures?.ignored ? { [IGNORED_FAILURE_COUNT]: String(failures.ignored) } : {}),
      },
    },
    spec: withIndex(pod.spec, `${name}-${index}`),
  } as Pod;
}

/** Characters of a name of which the server makes one of its own; it cuts off what is longer, and with it the index. */
const MAX_PREFIX = 58;

function generateNameOf(name: string, index: number): string {
  const suffix = `-${index}-`;
  return `${name.slice(0, MAX_PREFIX - suffix.length)}${suffix}`;
}

const INDEX_VARIABLE = {
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } },
};

/** Every container finds the index in its environment, unless the template sets the variable itself. */
function withIndex(spec: Pod['spec'], hostname: string): Pod['spec'] {
  type Container = NonNullable<Pod['spec']>['containers'][number];
  const add = (container: Container): Container =>
    container.env?.some(({ name }) => name === INDEX_VARIABLE.name)
      ? container
      : { ...container, env: [...(container.env ?? []), INDEX_VARIABLE] };
  const initContainers = spec?.initContainers?.map(add);
  return {
    ...spec,
    hostname,
    containers: (spec?.containers ?? []).map(add),
    ...(initContainers ? { initContainers } : {}),
  };
}
