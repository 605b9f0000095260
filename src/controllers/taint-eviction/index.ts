import type { Taint } from '#api/core/v1/affinity.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { disruptPod } from '../shared/disrupt-pod.ts';
import { secondsToStay } from '../shared/nodes/toleration.ts';
import { BY_NODE, nodeIndex } from '../shared/pod-index.ts';

/** A pod that is to go, and when, in milliseconds since the epoch: further taints do not put it off. */
interface Condemned {
  readonly uid: string | undefined;
  readonly deadline: number;
}

/** Deletes pods from nodes whose NoExecute taints they do not tolerate, or not for longer. */
export function createTaintEvictionController(context: ControllerContext): Runnable {
  const nodes = context.informers.of(Nodes);
  const pods = nodeIndex(context.informers.of(Pods));
  const condemned = new Map<string, Condemned>();
  const { metrics } = context;
  const evicted = metrics
    ?.counter('taint_eviction_controller_pod_deletions_total', 'Pods that were deleted because of taints')
    .labels();
  const late = metrics
    ?.histogram(
      'taint_eviction_controller_pod_deletion_duration_seconds',
      'Time from when a pod is due to go until it is deleted',
      {
        buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 30, 60, 120, 180, 240],
      },
    )
    .labels();

  const reconcile = async (key: string): Promise<Result | undefined> => {
    const pod = pods.store.getByKey(key);
    if (pod === undefined || !pod.spec?.nodeName || pod.metadata?.deletionTimestamp) {
      condemned.delete(key);
      return undefined;
    }
    const taints = (nodes.store.get(pod.spec.nodeName)?.spec?.taints ?? []).filter(
      ({ effect }) => effect === 'NoExecute',
    );
    const seconds = taints.length === 0 ? undefined : secondsToStay(taints, pod.spec.tolerations);
    if (seconds === undefined) {
      if (condemned.delete(key)) {
        context.events.record(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
      }
      return undefined;
    }
    const now = context.clock.now();
    const known = condemned.get(key);
    const stays = seconds > 0 && known?.uid === pod.metadata?.uid ? known : undefined;
    const { deadline } = stays ?? { deadline: since(pod, taints, now) + seconds * 1000 };
    condemned.set(key, { uid: pod.metadata?.uid, deadline });
    if (deadline > now) return { requeueAfterMs: deadline - now };
    await evict(context, pod);
    evicted?.inc();
    late?.observe((context.clock.now() - deadline) / 1000);
    return undefined;
  };

  const controller = new Controller('taint-eviction', context)
    .watches(Pods, (pod, old) =>
      // Nothing befalls a pod that is nowhere yet.
      !pod.spec?.nodeName ||
      (old && old.spec?.nodeName === pod.spec?.nodeName && deepEqual(old.spec?.tolerations, pod.spec?.tolerations))
        ? []
        : [keyOf(pod)],
    )
    .watches(Nodes, (node, old) => {
      if (old && deepEqual(old.spec?.taints, node.spec?.taints)) return [];
      if (!old && !node.spec?.taints) return [];
      return pods.store.byIndex(BY_NODE, node.metadata?.name ?? '').map(keyOf);
    })
    .reconciles(reconcile);
  return controller;
}

/** Since when a pod has been under these taints: what they do not say themselves counts from now on. */
function since({ metadata, status }: Pod, taints: readonly Taint[], now: number): number {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled')?.lastTransitionTime;
  const times = [scheduled ?? metadata?.creationTimestamp, ...taints.map(({ timeAdded }) => timeAdded)];
  return Math.min(now, Math.max(...times.map((time) => (time === undefined ? now : parseTime(time)))));
}

async function evict(context: ControllerContext, pod: Pod): Promise<void> {
  const { name = '', namespace = '', generation } = pod.metadata ?? {};
  context.events.record(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
  await disruptPod(context, pod, {
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    observedGeneration: generation,
  });
}
