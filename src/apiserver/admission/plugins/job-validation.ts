import type { Job } from '#api/batch/v1/job.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { forbidden, isAbout } from '../requests.ts';

/** A Job whose pods are a gang keeps its parallelism: so many pods are scheduled together. */
export function createJobValidation(source: AdmissionReader): AdmissionPlugin {
  const gangOf = (job: Job): PodGroup | undefined => {
    const namespace = job.metadata?.namespace ?? '';
    const named = job.spec?.template?.spec?.schedulingGroup?.podGroupName;
    if (named) return [source.get(PodGroups, namespace, named)].find((group) => group && isGang(group));
    return source.list(PodGroups, namespace).find((group) => isGang(group) && isMadeFor(group, job));
  };
  return {
    name: 'JobValidation',
    resources: ['jobs.batch'],
    validate(attributes) {
      if (attributes.operation !== 'UPDATE' || !isAbout(attributes, 'jobs.batch')) return;
      const [job, old] = [attributes.object as Job, attributes.oldObject as Job];
      if (job.spec?.parallelism === old.spec?.parallelism) return;
      const gang = gangOf(old);
      if (gang === undefined) return;
      const name = JSON.stringify(gang.metadata?.name);
      const refusal = `cannot change parallelism for a Job referencing gang-scheduled PodGroup ${name}`;
      throw forbidden(attributes, refusal);
    },
  };
}

const isGang = ({ spec }: PodGroup): boolean => spec?.schedulingPolicy?.gang !== undefined;

const isMadeFor = ({ metadata }: PodGroup, job: Job): boolean =>
  metadata?.ownerReferences?.some(({ controller, uid }) => controller === true && uid === job.metadata?.uid) ?? false;
