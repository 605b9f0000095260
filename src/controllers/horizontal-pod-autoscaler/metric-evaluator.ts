import type {
  CrossVersionObjectReference,
  ExternalMetricSource,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
} from '#api/autoscaling/v2/metric-spec.ts';
import type { MetricStatus, MetricValueStatus } from '#api/autoscaling/v2/metric-status.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { Quantity, type QuantityFormat } from '#machinery/quantity/quantity.ts';
import { type LabelSelectorObject, type Selector, selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { messageOf } from '../shared/pod-control.ts';
import { isPodReady } from '../shared/pods.ts';
import { selectorText } from '../shared/selector-text.ts';
import type { MetricsClient } from './metrics-client.ts';
import type { PodMetrics } from './pod-metrics.ts';
import { podRequests } from './pod-requests.ts';
import {
  type Proposal,
  replicasByAverage,
  replicasByShare,
  replicasByUtilization,
  replicasByValue,
  type Tolerances,
} from './replica-calculator.ts';

/** The workload whose replicas are counted. */
export interface Workload {
  readonly namespace: string;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly selector: Selector;
  readonly pods: readonly Pod[];
  readonly tolerances: Tolerances;
  readonly now: number;
}

/** What one metric asks for. */
export interface Evaluated {
  readonly replicas: number;
  /** As people are told which metric it was. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** Why one metric says nothing. */
export interface Unavailable {
  /** Of the condition and the event. */
  readonly reason: string;
  readonly message: string;
  /** As it is told among all metrics. */
  readonly error: string;
}

/** Asks the metrics APIs about single metrics. */
export class MetricEvaluator {
  readonly #metrics: MetricsClient;
  readonly #resourceOf: (reference: CrossVersionObjectReference) => string;

  /** `resourceOf` gives the plural name, with its group, of an object's kind; it throws for unknown ones. */
  constructor(metrics: MetricsClient, resourceOf: (reference: CrossVersionObjectReference) => string) {
    this.#metrics = metrics;
    this.#resourceOf = resourceOf;
  }

  async evaluate(spec: MetricSpec, workload: Workload): Promise<Evaluated | Unavailable> {
    const { reason, failed } = told(spec);
    try {
      return await this.#evaluate(spec, workload);
    } catch (error) {
      const message = messageOf(error);
      return { reason, message, error: failed === '' ? message : `failed to get ${failed} value: ${message}` };
    }
  }

  #evaluate(spec: MetricSpec, workload: Workload): Promise<Evaluated> {
    const { type, object, pods, resource, containerResource, external } = spec;
    if (type === 'Object' && object) return this.#object(object, workload);
    if (type === 'Pods' && pods) return this.#pods(pods, workload);
    if (type === 'Resource' && resource) return this.#resource({ type, ...resource }, workload);
    if (type === 'ContainerResource' && containerResource)
      return this.#resource({ type, ...containerResource }, workload);
    if (type === 'External' && external) return this.#external(external, workload);
    throw new Error(`unknown metric source type ${JSON.stringify(type)}`);
  }

  async #resource(source: ResourceSource, workload: Workload): Promise<Evaluated> {
    const { type, name, target, container } = source;
    const wanted = target.averageValue !== undefined ? 'usage' : 'utilization';
    if (target.averageValue === undefined && target.averageUtilization === undefined) {
      throw new Error(
        'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
      );
    }
    let proposal: Proposal;
    try {
      const metrics = await this.#resourceMetrics(source, workload);
      proposal = replicasByResource(source, workload, metrics);
    } catch (error) {
      throw new Error(`failed to get ${name} ${wanted}: ${messageOf(error)}`, { cause: error });
    }
    const current: MetricValueStatus = {
      ...(proposal.utilization === undefined ? {} : { averageUtilization: proposal.utilization }),
      averageValue: amount(proposal.usage, name === 'memory' ? 'BinarySI' : 'DecimalSI'),
    };
    const kind = container === undefined ? 'resource' : 'container resource';
    const status = (container === undefined
      ? { type, resource: { name, current } }
      : { type, containerResource: { name, container, current } }) as unknown as MetricStatus;
    const percent = `${name} ${kind} utilization (percentage of request)`;
    return { replicas: proposal.replicas, name: wanted === 'usage' ? `${name} resource` : percent, status };
  }

  async #resourceMetrics({ name, container }: ResourceSource, workload: Workload): Promise<PodMetrics> {
    try {
      return await this.#metrics.resource(name, at(workload), container);
    } catch (error) {
      throw new Error(`unable to get metrics for resource ${name}: ${messageOf(error)}`, { cause: error });
    }
  }

  async #pods({ metric, target }: PodsMetricSource, workload: Workload): Promise<Evaluated> {
    let metrics: PodMetrics;
    try {
      metrics = await this.#metrics.pods(metric.name, at(workload), textOf(metric.selector));
    } catch (error) {
      throw new Error(`unable to get metric ${metric.name}: ${messageOf(error)}`, { cause: error });
    }
    const input = { current: workload.specReplicas, ...workload, metrics };
    const { replicas, usage } = replicasByAverage(input, milliOf(target.averageValue));
    const status = { type: 'Pods', pods: { metric, current: { averageValue: amount(usage) } } } as const;
    return { replicas, name: `pods metric ${metric.name}`, status };
  }

  async #object({ metric, target, describedObject }: ObjectMetricSource, workload: Workload): Promise<Evaluated> {
    if (target.type === 'Utilization')
      throw new Error('invalid object metric source: neither a value target nor an average value target was set');
    const { namespace } = workload;
    let usage: number;
    try {
      const object = { resource: this.#resourceOf(describedObject), reference: describedObject, namespace };
      usage = await this.#metrics.object(metric.name, object, textOf(metric.selector));
    } catch (error) {
      const { kind, name } = describedObject;
      const prefix = target.type === 'Value' ? '' : `failed to get ${metric.name} object metric: `;
      const detail = `unable to get metric ${metric.name}: ${messageOf(error)} on ${kind} ${namespace}/${name}`;
      throw new Error(prefix + detail, { cause: error });
    }
    const proposal = replicasOfValue(target, workload, usage);
    const status = {
      type: 'Object',
      object: { describedObject, metric, current: currentOf(target, proposal) },
    } as const;
    const name =
      target.type === 'Value'
        ? `${describedObject.kind} metric ${metric.name}`
        : `external metric ${metric.name}(${selectorText(metric.selector)})`;
    return { replicas: proposal.replicas, name, status };
  }

  async #external({ metric, target }: ExternalMetricSource, workload: Workload): Promise<Evaluated> {
    if (target.averageValue === undefined && target.value === undefined)
      throw new Error('invalid external metric source: neither a value target nor an average value target was set');
    const { namespace } = workload;
    const selector = selectorText(metric.selector);
    let values: number[];
    try {
      values = await this.#metrics.external(metric.name, namespace, textOf(metric.selector));
    } catch (error) {
      const what =
        target.averageValue === undefined ? `external metric ${metric.name}` : `${metric.name} external metric`;
      throw new Error(
        `failed to get ${what}: unable to get external metric ${namespace}/${metric.name}/${selector}: ${messageOf(error)}`,
        { cause: error },
      );
    }
    const total = values.reduce((sum, value) => sum + value, 0);
    const proposal = replicasOfValue(target, workload, total);
    const status = { type: 'External', external: { metric, current: currentOf(target, proposal) } } as const;
    return { replicas: proposal.replicas, name: `external metric ${metric.name}(${selector})`, status };
  }
}

interface ResourceSource {
  readonly type: string;
  readonly name: string;
  readonly target: MetricTarget;
  readonly container?: string;
}

/** How a metric's failure is told: by its reason, and among all metrics by what could not be had. */
function told({ type, resource, containerResource, external }: MetricSpec): { reason: string; failed: string } {
  switch (type) {
    case 'Object':
      return { reason: 'FailedGetObjectMetric', failed: 'object metric' };
    case 'Pods':
      return { reason: 'FailedGetPodsMetric', failed: 'pods metric' };
    case 'Resource':
      return { reason: 'FailedGetResourceMetric', failed: `${resource?.name} resource metric` };
    case 'ContainerResource':
      return {
        reason: 'FailedGetContainerResourceMetric',
        failed: `${containerResource?.container} container metric`,
      };
    case 'External':
      return { reason: 'FailedGetExternalMetric', failed: `${external?.metric.name} external metric` };
    default:
      return { reason: 'InvalidMetricSourceType', failed: '' };
  }
}

function replicasByResource({ name, target, container }: ResourceSource, workload: Workload, metrics: PodMetrics) {
  const input = { current: workload.specReplicas, ...workload, metrics, resource: name };
  if (target.averageValue !== undefined) return replicasByAverage(input, milliOf(target.averageValue));
  // Nothing is asked of pods that are not there; the calculator says so.
  const requests = podRequests(workload.pods, name, container);
  return replicasByUtilization(input, { target: target.averageUtilization ?? 0, requests });
}

function replicasOfValue(target: MetricTarget, workload: Workload, usage: number): Proposal {
  const { specReplicas, statusReplicas, tolerances } = workload;
  if (target.averageValue !== undefined)
    return replicasByShare({ current: statusReplicas, usage, tolerances }, milliOf(target.averageValue));
  const measured = { current: specReplicas, usage, tolerances };
  return replicasByValue(measured, { target: milliOf(target.value), ready: () => readyPods(workload.pods) });
}

function readyPods(pods: readonly Pod[]): number {
  if (pods.length === 0) {
    throw new Error('unable to calculate ready pods: no pods returned by selector while calculating replica count');
  }
  return pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length;
}

const currentOf = (target: MetricTarget, { usage }: Proposal): MetricValueStatus =>
  target.averageValue === undefined ? { value: amount(usage) } : { averageValue: amount(usage) };

const at = ({ namespace, selector }: Workload) => ({ namespace, selector: selector.toString() });
const milliOf = (text: string | undefined): number => parseQuantity(text ?? '0').milliValue();
const amount = (milli: number, format: QuantityFormat = 'DecimalSI'): string =>
  Quantity.ofMilli(milli, format).toString();
/** An absent metric selector takes everything. */
const textOf = (selector: LabelSelectorObject | undefined): string =>
  selector === undefined ? '' : selectorFromObject(selector).toString();
