import type { Pod } from '#api/core/v1/pod.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { isAbout } from '../requests.ts';

/** Pods that ask for a device put up with the taint that keeps others from its nodes. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  resources: ['pods'],
  mutate(attributes) {
    if (!isAbout(attributes, 'pods') || attributes.operation === 'DELETE') return;
    const { spec } = attributes.object as Mutable<Pod>;
    if (!spec) return;
    const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
    const names = containers.flatMap(({ resources }) => Object.keys(resources?.requests ?? {})).filter(isExtended);
    for (const key of [...new Set(names)].sort()) {
      const others = (spec.tolerations ?? []).filter(
        (each) => each.key !== key || each.effect !== 'NoSchedule' || each.operator !== 'Exists',
      );
      spec.tolerations = [...others, { key, operator: 'Exists', effect: 'NoSchedule' }];
    }
  },
};

const isExtended = (name: string): boolean =>
  name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
