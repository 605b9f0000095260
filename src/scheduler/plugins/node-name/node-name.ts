import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';

const NAME = 'NodeName';
const ELSEWHERE = unresolvable(NAME, "node(s) didn't match the requested node name");

/** A pod that names its node goes there or nowhere. */
export const nodeName = (): Plugin => ({
  name: NAME,
  isLocal: true,
  events: { NodeAdd: (pod, node) => !pod.pod.spec?.nodeName || pod.pod.spec.nodeName === node?.metadata?.name },
  filter({ pod }, node) {
    // Of the pod itself: pods of its class that are placed already name theirs.
    const wanted = pod.pod.spec?.nodeName;
    return !wanted || wanted === node.name ? undefined : ELSEWHERE;
  },
});
