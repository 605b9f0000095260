import type { PodGroup } from '#api/scheduling/v1alpha2/pod-group.ts';
import { Workloads } from '#api/scheduling/v1alpha2/workload.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { forbidden, isAbout } from '../requests.ts';

const GROUPS = 'podgroups.scheduling.k8s.io';

/** A group that names the template it was made from names one that there is. */
export function createPodGroupWorkloadExists(source: AdmissionReader): AdmissionPlugin {
  return {
    name: 'PodGroupWorkloadExists',
    resources: [GROUPS],
    validate(attributes) {
      if (attributes.operation !== 'CREATE' || !isAbout(attributes, GROUPS)) return;
      const { spec } = attributes.object as PodGroup;
      const reference = spec?.podGroupTemplateRef?.workload;
      if (reference === undefined) return;
      const { workloadName, podGroupTemplateName } = reference;
      const refuse = (what: string) => forbidden(attributes, `PodGroup rejected: ${what}`);
      const workload = source.get(Workloads, attributes.target.namespace, workloadName);
      if (workload === undefined) throw refuse(`Workload ${JSON.stringify(workloadName)} not found`);
      if (workload.spec?.podGroupTemplates?.some(({ name }) => name === podGroupTemplateName)) return;
      throw refuse(
        `PodGroupTemplate ${JSON.stringify(podGroupTemplateName)} not found in Workload ${JSON.stringify(workloadName)}`,
      );
    },
  };
}
