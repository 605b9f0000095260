import {
  type HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerStatus,
  HorizontalPodAutoscalers,
} from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import type { MetricStatus } from '#api/autoscaling/v2/metric-status.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { isConflict } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Selector } from '#machinery/selectors/label-selector.ts';
import { parseLabelSelector } from '#machinery/selectors/parse-label-selector.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { messageOf } from '../shared/pod-control.ts';
import { allResources } from '../shared/resources.ts';
import { AutoscalerMetrics, actionOf, type ScaleAction, type ScaleError } from './autoscaler-metrics.ts';
import { type Condition, setCondition } from './conditions.ts';
import { MetricEvaluator } from './metric-evaluator.ts';
import { MetricsClient } from './metrics-client.ts';
import { decideByMetrics } from './metrics-decision.ts';
import { definitionsOf, readScale, resourceName, type ScaleTarget, writeScale } from './scale-target.ts';
import { normalizeReplicas, rememberScaling, type ScalingHistory } from './scaling-rules.ts';

const SYNC_MS = 15_000;
const TOLERANCE = 0.1;
const BY_NAMESPACE = 'namespace';

/** Every few seconds compares what is measured with what is wanted, and scales. */
export class HorizontalPodAutoscalerController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #options: ControllersOptions;
  readonly #pods: Informer<Pod>;
  readonly #evaluator: MetricEvaluator;
  readonly #metrics: AutoscalerMetrics;
  readonly #histories = new Map<string, ScalingHistory>();
  /** Which pods each autoscaler counts, to find those that more than one does. */
  readonly #selectors = new Map<string, Selector>();

  constructor(context: ControllerContext, options: ControllersOptions) {
    this.#context = context;
    this.#options = options;
    this.#pods = context.informers.of(Pods).addIndex(BY_NAMESPACE, ({ metadata }) => [metadata?.namespace ?? '']);
    const autoscalers = context.informers.of(HorizontalPodAutoscalers);
    this.#metrics = new AutoscalerMetrics(context.metrics, context.clock, () => autoscalers.store.size);
    this.#evaluator = new MetricEvaluator(new MetricsClient(context.client), (reference) =>
      resourceName(allResources(options), reference),
    );
    this.controller = new Controller('horizontalpodautoscaler', context)
      .watches(HorizontalPodAutoscalers, (object, old) =>
        old && deepEqual(old.spec, object.spec) ? [] : [keyOf(object)],
      )
      .reconciles((key) => this.#reconcile(key));
  }

  /** What fails is tried again at the next turn, not sooner: every turn asks the metrics APIs. */
  async #reconcile(key: string): Promise<Result | undefined> {
    const { informers, logger } = this.#context;
    const object = informers.of(HorizontalPodAutoscalers).store.getByKey(key);
    if (object === undefined) {
      this.#histories.delete(key);
      this.#selectors.delete(key);
      return undefined;
    }
    const turn = new Turn(this.#context, object);
    const startedAt = this.#metrics.now;
    try {
      await this.#autoscale(turn, key);
    } catch (error) {
      if (turn.error === 'none') turn.error = 'internal';
      if (!isConflict(error)) logger.warn('autoscaling failed, will retry', { key, error });
    }
    this.#metrics.turned(turn.action, turn.error, startedAt);
    return { requeueAfterMs: SYNC_MS };
  }

  async #autoscale(turn: Turn, key: string): Promise<void> {
    const target = await this.#scaleOf(turn);
    if (target === undefined) return turn.save();
    const current = target.scale.spec?.replicas ?? 0;
    const { minReplicas = 1, maxReplicas } = turn.object.spec ?? { maxReplicas: 0 };
    if (!this.#histories.has(key)) {
      const recommendations = [{ replicas: current, at: turn.instant }];
      this.#histories.set(key, { recommendations, added: [], removed: [] });
    }
    if (current === 0 && minReplicas !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      turn.set({ type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled', message });
      return turn.finish({ current, desired: current, metrics: [] });
    }
    if (current > maxReplicas) {
      const reason = 'Current number of replicas above Spec.MaxReplicas';
      return this.#rescale(turn, key, { target, current, desired: maxReplicas, reason, metrics: [] });
    }
    if (current < minReplicas) {
      const reason = 'Current number of replicas below Spec.MinReplicas';
      return this.#rescale(turn, key, { target, current, desired: minReplicas, reason, metrics: [] });
    }
    return this.#byMetrics(turn, key, { target, current, min: minReplicas, max: maxReplicas });
  }

  async #scaleOf(turn: Turn): Promise<ScaleTarget | undefined> {
    const { metadata, spec } = turn.object;
    const reference = spec?.scaleTargetRef ?? { kind: '', name: '' };
    try {
      const definitions = definitionsOf(allResources(this.#options), reference);
      const at = { namespace: metadata?.namespace ?? '', name: reference.name };
      const target = await readScale(this.#context.client, definitions, at);
      const message = "the HPA controller was able to get the target's current scale";
      turn.set({ type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale', message });
      return target;
    } catch (error) {
      const message = messageOf(error);
      turn.warn('FailedGetScale', message);
      turn.error = 'internal';
      turn.set({
        type: 'AbleToScale',
        status: 'False',
        reason: 'FailedGetScale',
        message: `the HPA controller was unable to get the target's current scale: ${message}`,
      });
      return undefined;
    }
  }

  async #byMetrics(
    turn: Turn,
    key: string,
    { target, current, min, max }: { target: ScaleTarget; current: number; min: number; max: number },
  ): Promise<void> {
    const decision = await this.#askMetrics(turn, key, target);
    const metrics = decision?.statuses ?? [];
    if (decision?.replicas === undefined) {
      const { desiredReplicas: desired = 0 } = turn.object.status ?? {};
      return turn.finish({ current, desired, metrics });
    }
    const asked = decision.replicas;
    const reason =
      asked > current ? `${decision.metric} above target` : asked < current ? 'All metrics below target' : '';
    const history = this.#histories.get(key) ?? { recommendations: [], added: [], removed: [] };
    const bounds = { current, desired: asked, min, max, now: turn.instant };
    const normalized = normalizeReplicas(history, bounds, turn.object.spec?.behavior);
    this.#histories.set(key, normalized.history);
    for (const condition of normalized.conditions) turn.set(condition);
    const desired = normalized.replicas;
    if (desired === current) return turn.finish({ current, desired, metrics });
    return this.#rescale(turn, key, { target, current, desired, reason, metrics });
  }

  /** What the metrics say, or undefined when it is not known which pods they are about. */
  async #askMetrics(turn: Turn, key: string, { scale }: ScaleTarget) {
    const { namespace = '' } = turn.object.metadata ?? {};
    let selector: Selector;
    try {
      selector = this.#selectorOf(turn, key, scale.status?.selector ?? '');
    } catch (error) {
      turn.warn('FailedComputeMetricsReplicas', messageOf(error));
      return undefined;
    }
    const { behavior, metrics = [] } = turn.object.spec ?? {};
    const specReplicas = scale.spec?.replicas ?? 0;
    const workload = {
      namespace,
      specReplicas,
      statusReplicas: scale.status?.replicas ?? 0,
      selector,
      pods: this.#podsOf(namespace, selector),
      tolerances: { up: share(behavior?.scaleUp?.tolerance), down: share(behavior?.scaleDown?.tolerance) },
      now: turn.now,
    };
    const answers = [];
    for (const metric of metrics) {
      const startedAt = this.#metrics.now;
      const answer = await this.#evaluator.evaluate(metric, workload);
      const failed = 'reason' in answer;
      const action = failed ? 'none' : actionOf(specReplicas, answer.replicas);
      this.#metrics.computed(metric.type, { action, error: failed ? 'internal' : 'none', startedAt });
      if ('reason' in answer) {
        turn.warn(answer.reason, answer.message);
        turn.error = 'internal';
      }
      answers.push(answer);
    }
    const decision = decideByMetrics(answers, specReplicas);
    turn.set(decision.condition);
    if (decision.replicas === undefined) turn.warn('FailedComputeMetricsReplicas', decision.error ?? '');
    return decision;
  }

  #selectorOf(turn: Turn, key: string, text: string): Selector {
    const refuse = (event: string, message: string, told = message): Error => {
      turn.error = 'spec';
      turn.warn(event, message);
      const reason = event === 'SelectorRequired' ? 'InvalidSelector' : event;
      turn.set({ type: 'ScalingActive', status: 'False', reason, message: told });
      return new Error(message);
    };
    if (text === '') {
      throw refuse('SelectorRequired', 'selector is required', "the HPA target's scale is missing a selector");
    }
    let selector: Selector;
    try {
      selector = parseLabelSelector(text);
    } catch (error) {
      const detail = `couldn't convert selector into a corresponding internal selector object: ${messageOf(error)}`;
      throw refuse('InvalidSelector', detail);
    }
    this.#selectors.set(key, selector);
    const sharing = this.#autoscalersOver(this.#podsOf(turn.object.metadata?.namespace ?? '', selector));
    if (sharing.length <= 1) return selector;
    throw refuse(
      'AmbiguousSelector',
      `pods by selector ${text} are controlled by multiple HPAs: [${sharing.join(' ')}]`,
    );
  }

  #podsOf(namespace: string, selector: Selector): Pod[] {
    const pods = this.#pods.store.byIndex(BY_NAMESPACE, namespace);
    return pods.filter(({ metadata }) => selector.matches(metadata?.labels ?? {}));
  }

  #autoscalersOver(pods: readonly Pod[]): string[] {
    const namespace = pods[0]?.metadata?.namespace ?? '';
    return [...this.#selectors]
      .filter(([key]) => key.startsWith(`${namespace}/`))
      .filter(([, selector]) => pods.some(({ metadata }) => selector.matches(metadata?.labels ?? {})))
      .map(([key]) => key)
      .sort();
  }

  async #rescale(turn: Turn, key: string, change: Rescale): Promise<void> {
    const { target, current, desired, reason, metrics } = change;
    turn.action = actionOf(current, desired);
    try {
      await writeScale(this.#context.client, target, desired);
    } catch (error) {
      const message = messageOf(error);
      turn.warn('FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${message}`);
      turn.set({
        type: 'AbleToScale',
        status: 'False',
        reason: 'FailedUpdateScale',
        message: `the HPA controller was unable to update the target scale: ${message}`,
      });
      await turn.finish({ current, desired: turn.object.status?.desiredReplicas ?? 0, metrics });
      throw error;
    }
    turn.set({
      type: 'AbleToScale',
      status: 'True',
      reason: 'SucceededRescale',
      message: `the HPA controller was able to update the target scale to ${desired}`,
    });
    const { events } = this.#context;
    events.record(turn.object, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    const history = this.#histories.get(key);
    if (history) {
      const done = { from: current, to: desired, now: turn.instant };
      this.#histories.set(key, rememberScaling(history, done, turn.object.spec?.behavior));
    }
    await turn.finish({ current, desired, metrics, lastScaleTime: formatTime(turn.now) });
  }
}

interface Rescale {
  readonly target: ScaleTarget;
  readonly current: number;
  readonly desired: number;
  readonly reason: string;
  readonly metrics: readonly MetricStatus[];
}

const share = (tolerance: string | undefined): number =>
  tolerance === undefined ? TOLERANCE : parseQuantity(tolerance).toNumber();

/** One look at one autoscaler: gathers its new status and writes it if it is another one. */
class Turn {
  readonly object: HorizontalPodAutoscaler;
  /** What it comes to, for those who measure. */
  action: ScaleAction = 'none';
  error: ScaleError = 'none';
  readonly now: number;
  /** The same where only what lies between two turns counts: it does not jump with the clock on the wall. */
  readonly instant: number;
  readonly #context: ControllerContext;
  #status: HorizontalPodAutoscalerStatus;

  constructor(context: ControllerContext, object: HorizontalPodAutoscaler) {
    this.#context = context;
    this.object = object;
    this.now = context.clock.now();
    this.instant = context.clock.monotonic();
    this.#status = object.status ?? { desiredReplicas: 0 };
  }

  set(condition: Condition): void {
    this.#status = { ...this.#status, conditions: setCondition(this.#status.conditions ?? [], condition, this.now) };
  }

  warn(reason: string, message: string): void {
    this.#context.events.record(this.object, 'Warning', reason, message);
  }

  async finish(outcome: {
    readonly current: number;
    readonly desired: number;
    readonly metrics: readonly MetricStatus[];
    readonly lastScaleTime?: string;
  }): Promise<void> {
    const { current, desired, metrics, lastScaleTime = this.#status.lastScaleTime } = outcome;
    this.#status = {
      ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
      currentReplicas: current,
      desiredReplicas: desired,
      currentMetrics: metrics,
      ...(this.#status.conditions ? { conditions: this.#status.conditions } : {}),
    };
    await this.save();
  }

  async save(): Promise<void> {
    const { object } = this;
    if (deepEqual(withoutEmpty(object.status), withoutEmpty(this.#status))) return;
    try {
      await this.#context.client.of(HorizontalPodAutoscalers).updateStatus({ ...object, status: this.#status });
    } catch (error) {
      this.warn('FailedUpdateStatus', messageOf(error));
      throw error;
    }
  }
}

/** What is stored leaves out lists without elements and counts of none. */
function withoutEmpty(status: HorizontalPodAutoscalerStatus | undefined) {
  const { currentMetrics = [], currentReplicas = 0, conditions = [], ...rest } = status ?? { desiredReplicas: 0 };
  return { ...rest, currentMetrics, currentReplicas, conditions };
}
