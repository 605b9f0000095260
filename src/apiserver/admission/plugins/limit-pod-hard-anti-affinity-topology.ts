import type { Pod } from '#api/core/v1/pod.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { forbidden, isAbout } from '../requests.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/** Pods keep others from their own node, not from whole zones. */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  resources: ['pods'],
  validate(attributes) {
    if (!isAbout(attributes, 'pods') || attributes.operation === 'DELETE') return;
    const { spec } = attributes.object as Pod;
    const terms = spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const wide = terms.find(({ topologyKey }) => topologyKey !== HOSTNAME);
    if (wide === undefined) return;
    const detail = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${wide.topologyKey} but only key ${HOSTNAME} is allowed`;
    throw forbidden(attributes, detail);
  },
};
