import type { Node } from '#api/core/v1/node.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { isAbout } from '../requests.ts';

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** A new node takes no pods until the node lifecycle controller has seen it ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  resources: ['nodes'],
  mutate(attributes) {
    if (!isAbout(attributes, 'nodes') || attributes.operation !== 'CREATE') return;
    const node = attributes.object as Mutable<Node>;
    const spec = (node.spec ??= {});
    const present = (spec.taints ?? []).some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect);
    if (!present) spec.taints = [...(spec.taints ?? []), { ...NOT_READY }];
  },
};
