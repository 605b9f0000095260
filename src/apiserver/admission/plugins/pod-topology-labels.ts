import type { Binding } from '#api/core/v1/binding.ts';
import { Nodes } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { isAbout, isPodCreation } from '../requests.ts';

const LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** Pods learn from their node where they are; labels of a binding become labels of the pod. */
export function createPodTopologyLabels(source: AdmissionReader): AdmissionPlugin {
  const labelsOf = (node: string): Record<string, string> => {
    const labels = source.get(Nodes, '', node)?.metadata?.labels ?? {};
    return Object.fromEntries(Object.entries(labels).filter(([key]) => LABELS.includes(key)));
  };
  const copy = (object: Mutable<Pod | Binding>, node: string | undefined) => {
    const labels = node ? labelsOf(node) : {};
    if (Object.keys(labels).length === 0) return;
    const metadata = (object.metadata ??= {});
    metadata.labels = { ...metadata.labels, ...labels };
  };
  return {
    name: 'PodTopologyLabels',
    resources: ['pods'],
    mutate(attributes) {
      if (isPodCreation(attributes)) {
        const pod = attributes.object as Mutable<Pod>;
        copy(pod, pod.spec?.nodeName);
      } else if (isAbout(attributes, 'pods', 'binding')) {
        const binding = attributes.object as Mutable<Binding>;
        if ((binding.target.kind ?? 'Node') === 'Node') copy(binding, binding.target.name);
      }
    },
  };
}
