import type { Pod } from '#api/core/v1/pod.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { isAbout } from '../requests.ts';

const SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Pods stay on a node that went away for five minutes unless they say otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  resources: ['pods'],
  mutate(attributes) {
    if (!isAbout(attributes, 'pods') || !attributes.object) return;
    const spec = (attributes.object as Mutable<Pod>).spec;
    if (!spec) return;
    for (const key of TAINTS) {
      const tolerated = (spec.tolerations ?? []).some(
        (toleration) =>
          (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect),
      );
      if (tolerated) continue;
      spec.tolerations = [
        ...(spec.tolerations ?? []),
        { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS },
      ];
    }
  },
};
