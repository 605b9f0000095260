import type { Node } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { keyOf } from '#client/object-store.ts';
import { strategicPatch } from '#client/options.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { isNodeReady, readyCondition } from '../shared/nodes/node-ready.ts';
import { isPodReady } from '../shared/pods.ts';

/**
 * Pods that are to be told that they are not ready, because their node is not: those of a node that falls silent, and
 * those that come to one that is not ready. A pod stays in the list until it was told; its own kubelet may say otherwise
 * later.
 */
export class PodsToMark {
  readonly #context: ControllerContext;
  readonly #byNode = new Map<string, Set<string>>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  add(pod: Pod): void {
    const node = pod.spec?.nodeName ?? '';
    const keys = this.#byNode.get(node) ?? new Set();
    this.#byNode.set(node, keys.add(keyOf(pod)));
  }

  forget(node: string): void {
    this.#byNode.delete(node);
  }

  /** Rejects when some pod could not be told: the next call tries it again. */
  async mark(node: Node): Promise<void> {
    const name = node.metadata?.name ?? '';
    const keys = this.#byNode.get(name);
    if (keys === undefined) return;
    if (isNodeReady(node) || readyCondition(node) === undefined) return this.forget(name);
    const { store } = this.#context.informers.of(Pods);
    await Promise.all(
      [...keys].map(async (key) => {
        const pod = store.getByKey(key);
        if (pod?.spec?.nodeName === name && isPodReady(pod)) await this.#mark(pod);
        keys.delete(key);
      }),
    );
    if (keys.size === 0) this.forget(name);
  }

  async #mark(pod: Pod): Promise<void> {
    const { name = '', namespace = '', uid } = pod.metadata ?? {};
    const lastTransitionTime = formatTime(this.#context.clock.now());
    const patch = strategicPatch({
      metadata: { uid },
      status: { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime }] },
    });
    try {
      await this.#context.client.of(Pods).patch(name, patch, { namespace, subresource: 'status' });
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    this.#context.events.record(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  }
}
