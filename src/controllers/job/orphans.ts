import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { keyOf } from '#client/object-store.ts';
import { jsonPatch } from '#client/options.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { controllerOf } from '#controller/owner-references.ts';
import { isNotFound, isStatus } from '#machinery/errors/status-error.ts';
import { isTracked, withoutTracking } from './job-pod.ts';

/** Pods that nobody controls are counted by no Job: what would keep them for one goes. */
export const isTrackedOrphan = (pod: Pod): boolean => isTracked(pod) && controllerOf(pod) === undefined;

export function createJobOrphanController({ informers, client, ...context }: ControllerContext): Controller {
  return new Controller('job-orphan', { informers, client, ...context })
    .watches(Pods, (pod) => (isTrackedOrphan(pod) ? [keyOf(pod)] : []))
    .reconciles(async (key) => {
      const pod = informers.of(Pods).store.getByKey(key);
      if (pod === undefined || !isTrackedOrphan(pod)) return;
      const { name = '', namespace = '', resourceVersion } = pod.metadata ?? {};
      // Not if a Job has taken it meanwhile.
      const isAsSeen = { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion };
      try {
        await client.of(Pods).patch(name, jsonPatch([isAsSeen, ...withoutTracking(pod)]), { namespace });
      } catch (error) {
        if (!isNotFound(error) && !isStatus(error, 'Invalid')) throw error;
      }
    });
}
