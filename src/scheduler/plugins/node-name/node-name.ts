import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';

const NAME = 'NodeName';

/** A pod that names its node goes there or nowhere. */
export const nodeName: Plugin = {
  name: NAME,
  events: ['NodeAdd'],
  filter({ pod }, node) {
    const wanted = pod.pod.spec?.nodeName;
    return !wanted || wanted === node.name
      ? undefined
      : unresolvable(NAME, "node(s) didn't match the requested node name");
  },
};
