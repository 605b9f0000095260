import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { keyOf } from '#client/object-store.ts';
import { strategicPatch } from '#client/options.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { formatTime, parseTime } from '#machinery/objects/time.ts';
import { isPodFinished, podCondition } from '../shared/pods.ts';

const TYPE = 'DisruptionTarget';
/** A pod that was to be disrupted and is not on its way out by then will not be. */
const STALE_MS = 120_000;

/**
 * When a pod's mark that it is about to be disrupted is out of date, in milliseconds since the epoch; undefined for
 * pods without one, for those that go, and where the mark is its kubelet's, which takes its time.
 */
export function staleAt(pod: Pod): number | undefined {
  const condition = podCondition(pod, TYPE);
  if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
  if (pod.metadata?.deletionTimestamp !== undefined || isPodFinished(pod)) return undefined;
  return condition.lastTransitionTime === undefined ? 0 : parseTime(condition.lastTransitionTime) + STALE_MS;
}

/** Takes back marks of disruptions that never came: whoever wanted them gave up, or crashed. */
export function createStaleDisruptionController(context: ControllerContext): Controller {
  const { informers, client, clock } = context;
  return new Controller('stale-disruption', context)
    .watches(Pods, (pod) => (staleAt(pod) === undefined ? [] : [keyOf(pod)]))
    .reconciles(async (key) => {
      const pod = informers.of(Pods).store.getByKey(key);
      const at = pod && staleAt(pod);
      if (pod === undefined || at === undefined) return undefined;
      if (at > clock.now()) return { requeueAfterMs: at - clock.now() };
      const { name = '', namespace = '', uid, generation } = pod.metadata ?? {};
      const condition = {
        type: TYPE,
        status: 'False',
        reason: null,
        message: null,
        lastTransitionTime: formatTime(clock.now()),
        ...(generation ? { observedGeneration: generation } : {}),
      };
      const patch = strategicPatch({ metadata: { uid }, status: { conditions: [condition] } });
      await ignoring(isNotFound, client.of(Pods).patch(name, patch, { namespace, subresource: 'status' }));
      return undefined;
    });
}
