import type { Pod } from '#api/core/v1/pod.ts';
import type { ContainerStatus } from '#cri/runtime.ts';
import { containerResources } from '../container/resources.ts';
import { type AnyContainer, findContainer, specOf } from '../pod-parts.ts';
import type { KillAction } from '../sync/plan.ts';
import { type Resizable, resizableOf, resizeAction, resourcesMadeWith } from '../sync/resize.ts';
import type { PodRuntimeState } from '../sync/runtime-state.ts';
import type { Refusal } from './admit-pod.ts';
import type { PodContext } from './pod-context.ts';

/** Changes the resources of one pod's running containers as its spec changes. */
export class ContainerResizer {
  readonly #context: PodContext;
  /** What running containers have been given since they were made, by id. */
  readonly #given = new Map<string, Resizable>();
  /** Why the resources that the spec asks for cannot be given. */
  refusal: Refusal | undefined;

  constructor(context: PodContext) {
    this.#context = context;
  }

  /** What a container has. */
  resourcesOf(status: ContainerStatus, container: AnyContainer): Resizable {
    return this.#given.get(status.id) ?? resourcesMadeWith(status) ?? resizableOf(container);
  }

  /** Containers that have to be restarted to be resized. Asks `admit` whether the node has room for the change. */
  restarts(pod: Pod, state: PodRuntimeState, admit: (pod: Pod) => Refusal | undefined): KillAction[] {
    const changes = this.#changes(pod, state);
    this.refusal = changes.length > 0 ? admit(pod) : undefined;
    if (this.refusal) return [];
    return changes
      .filter(({ action }) => action === 'restart')
      .map(({ status, part }) => ({
        status,
        part,
        reason: 'definition',
        message: `Container ${part.container.name} resize requires restart`,
      }));
  }

  /** Gives running containers what their spec says now. Rejects when the runtime refuses. */
  async apply(pod: Pod, state: PodRuntimeState): Promise<void> {
    if (this.refusal) return;
    const { runtime, memoryBytes, events } = this.#context;
    for (const { status, part, action } of this.#changes(pod, state)) {
      if (action !== 'update') continue;
      const resources = containerResources(specOf(pod), part.container, memoryBytes());
      await runtime.updateContainerResources(status.id, resources);
      this.#given.set(status.id, resizableOf(part.container));
      events.record(pod, 'Normal', 'ResizeCompleted', `Pod resize completed: container ${part.container.name}`);
    }
    const present = new Set(state.containers.map(({ id }) => id));
    for (const id of this.#given.keys()) if (!present.has(id)) this.#given.delete(id);
  }

  #changes(pod: Pod, { containers }: PodRuntimeState) {
    return containers.flatMap((status) => {
      const part = findContainer(specOf(pod), status.metadata.name);
      if (status.state !== 'RUNNING' || part === undefined || part.kind === 'ephemeralContainers') return [];
      const action = resizeAction(this.resourcesOf(status, part.container), part.container);
      return action === 'none' ? [] : [{ status, part, action }];
    });
  }
}
