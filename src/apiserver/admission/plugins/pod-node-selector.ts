import { Namespaces } from '#api/core/v1/namespace.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { forbidden, isPodCreation } from '../requests.ts';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';

/** Pods run on the nodes that an annotation of their namespace selects, `a=b,c=d`. */
export const createPodNodeSelector = (source: AdmissionReader): AdmissionPlugin => ({
  name: 'PodNodeSelector',
  mutate(attributes) {
    if (!isPodCreation(attributes)) return;
    const { spec } = attributes.object as Mutable<Pod>;
    const annotations = source.get(Namespaces, '', attributes.target.namespace)?.metadata?.annotations;
    const wanted = readSelector(annotations?.[ANNOTATION] ?? '');
    if (!spec || Object.keys(wanted).length === 0) return;
    const conflicts = Object.entries(wanted).some(([key, value]) => (spec.nodeSelector?.[key] ?? value) !== value);
    if (conflicts) {
      throw forbidden(attributes, 'pod node label selector conflicts with its namespace node label selector');
    }
    spec.nodeSelector = { ...wanted, ...spec.nodeSelector };
  },
});

const readSelector = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => {
        const [key = '', value = ''] = part.split('=');
        return [key.trim(), value.trim()];
      }),
  );
