import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { isPodFinished } from '../shared/pods.ts';
import { removeFinalizer } from '../shared/remove-finalizer.ts';

const FINALIZER = 'scheduling.k8s.io/podgroup-protection';
const BY_GROUP = 'active-of-pod-group';

/** Lets groups of pods that are being deleted go once all pods that name them are over. */
export function createPodGroupProtection(context: ControllerContext): Runnable {
  const { informers, client } = context;
  const pods = informers.of(Pods);
  pods.store.addIndex(BY_GROUP, (pod) => (isPodFinished(pod) ? [] : groupsOf(pod)));
  return new Controller('podgroupprotection', context)
    .for(PodGroups)
    .watches(Pods, groupsOf)
    .reconciles(async (key) => {
      const object = informers.of(PodGroups).store.getByKey(key);
      if (!object?.metadata?.deletionTimestamp || !object.metadata.finalizers?.includes(FINALIZER)) return;
      if (pods.store.countByIndex(BY_GROUP, key) > 0) return;
      await removeFinalizer(client, { definition: PodGroups, object, finalizer: FINALIZER });
    });
}

function groupsOf({ metadata, spec }: Pod): string[] {
  const name = spec?.schedulingGroup?.podGroupName;
  return name ? [`${metadata?.namespace}/${name}`] : [];
}
