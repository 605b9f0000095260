import type { AdmissionPlugin } from '../admission.ts';
import { isAbout } from '../requests.ts';

const FINALIZER = 'scheduling.k8s.io/podgroup-protection';
const GROUPS = 'podgroups.scheduling.k8s.io';

/** Groups are not removed while pods name them: a protection controller takes the finalizer away. */
export const podGroupProtection: AdmissionPlugin = {
  name: 'PodGroupProtection',
  resources: [GROUPS],
  mutate(attributes) {
    if (attributes.operation !== 'CREATE' || !isAbout(attributes, GROUPS)) return;
    const metadata = attributes.object?.metadata;
    if (!metadata || metadata.finalizers?.includes(FINALIZER)) return;
    metadata.finalizers = [...(metadata.finalizers ?? []), FINALIZER];
  },
};
