import type { Job } from '#api/batch/v1/job.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { type Workload, Workloads } from '#api/scheduling/v1alpha2/workload.ts';
import { fnv1a } from '#base/fnv.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { isControlledBy, newControllerReference } from '#controller/owner-references.ts';
import { hashedName, safeEncode, safeHash } from '../shared/safe-hash.ts';
import { isIndexed } from './job-pod.ts';

const BY_JOB = 'workloads-of-job';
const BY_WORKLOAD = 'pod-groups-of-workload';
const KIND = { apiVersion: 'batch/v1', kind: 'Job' };
const LONGEST_NAME = 253;

/** Has the pods of Jobs that are gangs scheduled together: a workload that says so, and a group that the pods name. */
export class JobGangs {
  readonly #context: ControllerContext;
  readonly #workloads: OwnWrites<Workload>;
  readonly #groups: OwnWrites<PodGroup>;

  constructor(context: ControllerContext) {
    this.#context = context;
    const workloads = context.informers.of(Workloads);
    const groups = context.informers.of(PodGroups);
    workloads.store.addIndex(BY_JOB, jobsOf);
    groups.store.addIndex(BY_WORKLOAD, workloadsOf);
    this.#workloads = new OwnWrites(workloads);
    this.#groups = new OwnWrites(groups);
  }

  /** The name of the group for a Job's pods, made when it is not there; undefined for pods that are scheduled each for itself. */
  async groupOf(job: Job, pods: readonly Pod[]): Promise<string | undefined> {
    if (!isGang(job)) return undefined;
    const workload = await this.#workloadOf(job, pods);
    const group = workload && (await this.#groupOf(job, workload));
    return group?.metadata?.name;
  }

  async #workloadOf(job: Job, pods: readonly Pod[]): Promise<Workload | undefined> {
    const { informers, events } = this.#context;
    const key = `${job.metadata?.namespace}/${job.metadata?.name}`;
    const stored = informers.of(Workloads).store.byIndex(BY_JOB, key);
    const found = this.#workloads.current(stored, (workload) => jobsOf(workload).includes(key));
    if (found.length === 0 && isNew(job, pods)) {
      const made = await this.#make(Workloads, this.#workloads, workloadFor(job));
      const message = `Created Workload ${made.metadata?.name} for Job ${job.metadata?.name}`;
      events.record(job, 'Normal', 'WorkloadCreated', message);
      return made;
    }
    const [only] = found;
    const isOurs = found.length === 1 && only && isControlledBy(only, job);
    return isOurs && only.spec?.podGroupTemplates?.length === 1 ? only : undefined;
  }

  async #groupOf(job: Job, workload: Workload): Promise<PodGroup | undefined> {
    const { informers } = this.#context;
    const key = `${workload.metadata?.namespace}/${workload.metadata?.name}`;
    const stored = informers.of(PodGroups).store.byIndex(BY_WORKLOAD, key);
    const found = this.#groups.current(stored, (group) => workloadsOf(group).includes(key));
    if (found.length === 0) return this.#make(PodGroups, this.#groups, groupFor(job, workload));
    const [only] = found;
    return found.length === 1 && only && isControlledBy(only, job) ? only : undefined;
  }

  async #make<T extends KubernetesObject>(
    definition: ResourceDefinition<T>,
    writes: OwnWrites<T>,
    object: T,
  ): Promise<T> {
    return writes.wrote(await this.#context.client.of(definition).create(object));
  }
}

/** Every index has a pod of its own, and all of them run at once. */
function isGang(job: Job): boolean {
  const { parallelism = 1, completions, template } = job.spec ?? {};
  const isAtOnce = isIndexed(job) && completions === parallelism && parallelism > 1;
  return isAtOnce && template?.spec?.schedulingGroup === undefined;
}

/** Whether a Job has done nothing yet: pods of one that has are scheduled as they began. */
function isNew({ status }: Job, pods: readonly Pod[]): boolean {
  const { startTime, succeeded, failed, conditions } = status ?? {};
  if (pods.length > 0 || startTime !== undefined || succeeded || failed) return false;
  return !conditions?.some(({ type }) => type === 'Suspended');
}

const jobsOf = ({ metadata, spec }: Workload): string[] => {
  const { apiGroup, kind, name } = spec?.controllerRef ?? {};
  return apiGroup === 'batch' && kind === 'Job' && name ? [`${metadata?.namespace}/${name}`] : [];
};

const workloadsOf = ({ metadata, spec }: PodGroup): string[] => {
  const name = spec?.podGroupTemplateRef?.workload?.workloadName;
  return name ? [`${metadata?.namespace}/${name}`] : [];
};

function workloadFor(job: Job): Workload {
  const { name = '', namespace, uid } = job.metadata ?? {};
  const gang = { minCount: job.spec?.parallelism ?? 1 };
  return {
    metadata: {
      name: hashedName(name, safeHash(uid)),
      namespace,
      ownerReferences: [newControllerReference(job, KIND)],
    },
    spec: {
      controllerRef: { apiGroup: 'batch', kind: 'Job', name },
      podGroupTemplates: [{ name: `${name}-pgt-0`, schedulingPolicy: { gang } }],
    },
  } as Workload;
}

function groupFor(job: Job, { metadata, spec }: Workload): PodGroup {
  const { name: workloadName = '', namespace, uid } = metadata ?? {};
  const { name: podGroupTemplateName = '', schedulingPolicy } = spec?.podGroupTemplates[0] ?? {};
  // A workload may go before the groups made from it.
  const workload = { apiVersion: 'scheduling.k8s.io/v1alpha2', kind: 'Workload', name: workloadName, uid };
  return {
    metadata: {
      name: groupName(workloadName, podGroupTemplateName),
      namespace,
      ownerReferences: [newControllerReference(job, KIND), workload],
    },
    spec: { podGroupTemplateRef: { workload: { workloadName, podGroupTemplateName } }, schedulingPolicy },
  } as PodGroup;
}

/** `WORKLOAD-TEMPLATE-HASH`; where that is too long, the longer of both gives way, down to half of the room. */
function groupName(workload: string, template: string): string {
  const hash = safeEncode(String(fnv1a(workload + template)));
  const room = LONGEST_NAME - hash.length - 2;
  const half = Math.floor(room / 2);
  if (workload.length + template.length <= room) return `${workload}-${template}-${hash}`;
  const forWorkload = Math.max(room - half, room - template.length);
  const forTemplate = Math.max(half, room - workload.length);
  return `${workload.slice(0, forWorkload)}-${template.slice(0, forTemplate)}-${hash}`;
}
