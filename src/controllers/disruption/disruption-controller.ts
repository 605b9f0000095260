import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type PodDisruptionBudget, PodDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { isConflict } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { messageOf } from '../shared/pod-control.ts';
import { selectorText } from '../shared/selector-text.ts';
import {
  budgetStatus,
  DISRUPTION_TIMEOUT_MS,
  needsScale,
  overdueDisruptions,
  unknownStatus,
} from './disruption-plan.ts';
import { expectedScale, SCALABLE } from './expected-scale.ts';

const BY_NAMESPACE = 'namespace';

/** Keeps the counts of PodDisruptionBudgets, by which evictions are allowed. */
export class DisruptionController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #options: ControllersOptions;
  readonly #budgets: Informer<PodDisruptionBudget>;

  constructor(context: ControllerContext, options: ControllersOptions) {
    this.#context = context;
    this.#options = options;
    this.#budgets = context.informers
      .of(PodDisruptionBudgets)
      .addIndex(BY_NAMESPACE, ({ metadata }) => [metadata?.namespace ?? '']);
    this.controller = new Controller('disruption', context)
      .for(PodDisruptionBudgets)
      .watches(Pods, (pod) => this.#keysOver(pod))
      .reconciles((key) => this.#reconcile(key));
    const warn = (pod: Pod) => this.#warnOfSeveral(pod);
    context.informers.of(Pods).addHandler({ added: warn, updated: warn, deleted: warn });
    for (const definition of SCALABLE) {
      this.controller.watches(definition, (object, old) =>
        old && object.spec?.replicas === old.spec?.replicas ? [] : this.#keysIn(object.metadata?.namespace),
      );
    }
  }

  #keysIn(namespace = ''): string[] {
    return this.#budgets.store.byIndex(BY_NAMESPACE, namespace).map(keyOf);
  }

  #keysOver(pod: Pod): string[] {
    return this.#budgetsOver(pod).map(keyOf);
  }

  #budgetsOver({ metadata }: Pod): PodDisruptionBudget[] {
    return this.#budgets.store
      .byIndex(BY_NAMESPACE, metadata?.namespace ?? '')
      .filter(({ spec }) => selectorFromObject(spec?.selector).matches(metadata?.labels ?? {}));
  }

  /** Such a pod cannot be evicted. All budgets are counted, whatever upstream's words say. */
  #warnOfSeveral(pod: Pod): void {
    const [first, second] = this.#budgetsOver(pod);
    if (second === undefined) return;
    const { namespace, name } = pod.metadata ?? {};
    const which = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.`;
    const message = `${which}  Chose "${first?.metadata?.name}" arbitrarily.`;
    this.#context.events.record(pod, 'Warning', 'MultiplePodDisruptionBudgets', message);
  }

  async #reconcile(key: string): Promise<Result | undefined> {
    const { informers, clock, client } = this.#context;
    const object = informers.of(PodDisruptionBudgets).store.getByKey(key);
    if (object === undefined) return undefined;
    const pods = this.#podsOf(object);
    if (pods.length === 0) this.#context.events.record(object, 'Normal', 'NoPods', 'No matching pods found');
    const scale = await this.#scaleOf(object, pods);
    const now = clock.now();
    const status =
      scale instanceof Error
        ? unknownStatus(object, messageOf(scale), now)
        : budgetStatus(object, { pods, scale, now });
    if (!(scale instanceof Error)) this.#warnOfOverdue(object, pods, now);
    if (!deepEqual(object.status, status)) {
      // Evictions write the status too: by the revision neither undoes the other.
      await client.of(PodDisruptionBudgets).updateStatus({ ...object, status });
    }
    const times = Object.values(status.disruptedPods ?? {}).map(
      (time) => parseTime(time) + DISRUPTION_TIMEOUT_MS - now,
    );
    return times.length > 0 ? { requeueAfterMs: Math.max(1, Math.min(...times)) } : undefined;
  }

  /** What the pods' controllers want, where it counts; the error, after telling of it, where that cannot be known. */
  async #scaleOf(object: PodDisruptionBudget, pods: readonly Pod[]): Promise<number | Error> {
    if (!needsScale(object)) return 0;
    const { events } = this.#context;
    try {
      const { scale, hasUnmanaged } = await expectedScale(this.#context, this.#options, pods);
      if (hasUnmanaged) {
        const selector = selectorText(object.spec?.selector);
        events.record(object, 'Warning', 'UnmanagedPods', unmanagedMessage(selector));
      }
      return scale;
    } catch (error) {
      if (isConflict(error)) throw error;
      const message = `Failed to calculate the number of expected pods: ${messageOf(error)}`;
      events.record(object, 'Warning', 'CalculateExpectedPodCountFailed', message);
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #warnOfOverdue(object: PodDisruptionBudget, pods: readonly Pod[], now: number): void {
    const { namespace } = object.metadata ?? {};
    // Upstream names the namespace twice.
    const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`;
    for (const pod of overdueDisruptions(object, pods, now)) {
      this.#context.events.record(pod, 'Warning', 'NotDeleted', message);
    }
  }

  #podsOf({ metadata, spec }: PodDisruptionBudget): Pod[] {
    const selector = selectorFromObject(spec?.selector);
    return this.#context.informers
      .of(Pods)
      .store.list()
      .filter((pod) => pod.metadata?.namespace === metadata?.namespace)
      .filter((pod) => selector.matches(pod.metadata?.labels ?? {}));
  }
}

const unmanagedMessage = (selector: string): string =>
  `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, ` +
  'the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these ' +
  'pods please set ".spec.minAvailable" field of the PDB to an integer value.';
