import type { Pod } from '#api/core/v1/pod.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Informer } from '#client/informer.ts';
import { controllerOf } from '#controller/owner-references.ts';

/** Index of objects by the uid of their controller. */
export const BY_CONTROLLER = 'controller';
/** Index of objects without a controller by namespace. */
export const ORPHANS_IN = 'orphans';

/** An informer with both indexes, added once however many controllers ask. */
export function controllerIndex<T extends KubernetesObject>(informer: Informer<T>): Informer<T> {
  return informer
    .addIndex(BY_CONTROLLER, (object) => {
      const uid = controllerOf(object)?.uid;
      return uid === undefined ? [] : [uid];
    })
    .addIndex(ORPHANS_IN, (object) => (controllerOf(object) === undefined ? [object.metadata?.namespace ?? ''] : []));
}

/** Index of pods by the node they are bound to. */
export const BY_NODE = 'node';

export const nodeIndex = (informer: Informer<Pod>): Informer<Pod> =>
  informer.addIndex(BY_NODE, ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []));
