import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { keyOf } from '#client/object-store.ts';
import { strategicPatch } from '#client/options.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { formatTime, parseTime } from '#machinery/objects/time.ts';
import { secondsToStay } from '../shared/nodes/toleration.ts';
import { BY_NODE, nodeIndex } from '../shared/pod-index.ts';

/** Deletes pods from nodes whose NoExecute taints they do not tolerate, or not for longer. */
export function createTaintEvictionController(context: ControllerContext): Runnable {
  const nodes = context.informers.of(Nodes);
  const pods = nodeIndex(context.informers.of(Pods));
  const evicting = new Set<string>();

  const reconcile = async (key: string): Promise<Result | undefined> => {
    const pod = pods.store.getByKey(key);
    if (pod === undefined || !pod.spec?.nodeName || pod.metadata?.deletionTimestamp) {
      evicting.delete(key);
      return undefined;
    }
    const taints = (nodes.store.get(pod.spec.nodeName)?.spec?.taints ?? []).filter(
      ({ effect }) => effect === 'NoExecute',
    );
    const seconds = taints.length === 0 ? undefined : secondsToStay(taints, pod.spec.tolerations);
    if (seconds === undefined) {
      if (evicting.delete(key)) {
        context.events.record(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
      }
      return undefined;
    }
    const times = [pod.metadata?.creationTimestamp, ...taints.map(({ timeAdded }) => timeAdded)];
    const since = Math.max(...times.map((time) => (time === undefined ? 0 : parseTime(time))));
    const wait = since + seconds * 1000 - context.clock.now();
    evicting.add(key);
    if (wait > 0) return { requeueAfterMs: wait };
    await evict(context, pod);
    return undefined;
  };

  const controller = new Controller('taint-eviction', context)
    .watches(Pods, (pod, old) =>
      old && old.spec?.nodeName === pod.spec?.nodeName && deepEqual(old.spec?.tolerations, pod.spec?.tolerations)
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

async function evict({ client, clock, events }: ControllerContext, pod: Pod): Promise<void> {
  const { name = '', namespace = '', uid } = pod.metadata ?? {};
  events.record(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: formatTime(clock.now()),
  };
  try {
    const patch = strategicPatch({ metadata: { uid }, status: { conditions: [condition] } });
    await client.of(Pods).patch(name, patch, { namespace, subresource: 'status' });
    await client.of(Pods).delete(name, { namespace, ...(uid ? { preconditions: { uid } } : {}) });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
