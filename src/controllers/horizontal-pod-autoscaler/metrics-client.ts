import type { CrossVersionObjectReference } from '#api/autoscaling/v2/metric-spec.ts';
import type { PodMetrics as PodMetricsObject } from '#api/metrics/v1beta1/metrics.ts';
import type { Client } from '#client/client.ts';
import { toQuery } from '#client/options.ts';
import type { ClientRequest } from '#client/transport.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { parseDuration } from '#machinery/objects/duration.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { messageOf } from '../shared/pod-control.ts';
import type { PodMetric, PodMetrics } from './pod-metrics.ts';

/** An entry of the custom and external metrics APIs. */
interface MetricValue {
  readonly describedObject?: { readonly name?: string };
  readonly timestamp?: string;
  readonly windowSeconds?: number;
  readonly window?: number;
  readonly value: string;
}
interface MetricValueList {
  readonly items?: readonly MetricValue[];
}

const DEFAULT_WINDOW_MS = 60_000;

/** Reads what is measured, from the three metrics APIs; any of them may be absent. Values are in thousandths. */
export class MetricsClient {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** A resource's use by pods, of one container where `container` names it. */
  async resource(resource: string, at: At, container?: string): Promise<PodMetrics> {
    const { items = [] } = await this.#request<{ items?: readonly PodMetricsObject[] }>('resource', {
      verb: 'list',
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      resource: 'pods',
      namespace: at.namespace,
      query: toQuery({ labelSelector: at.selector }),
    });
    if (items.length === 0) throw new Error('no metrics returned from resource metrics API');
    const found = items.flatMap((item) => {
      const metric = container === undefined ? ofPod(item, resource) : ofContainer(item, resource, container);
      return metric === undefined ? [] : [[item.metadata?.name ?? '', metric] as const];
    });
    return new Map(found);
  }

  /** A custom metric of pods. */
  async pods(metric: string, at: At, metricSelector: string): Promise<PodMetrics> {
    const { items = [] } = await this.#custom({ resource: 'pods', name: '*' }, metric, {
      namespace: at.namespace,
      query: toQuery({ labelSelector: at.selector, metricLabelSelector: metricSelector }),
    });
    if (items.length === 0) throw new Error('no metrics returned from custom metrics API');
    return new Map(items.map((item) => [item.describedObject?.name ?? '', podMetric(item)]));
  }

  /** A custom metric of one object, whose kind has the name `resource` (`ingresses.networking.k8s.io`). */
  async object(
    metric: string,
    object: { readonly resource: string; readonly reference: CrossVersionObjectReference; readonly namespace: string },
    metricSelector: string,
  ): Promise<number> {
    const ofNamespace = object.resource === 'namespaces';
    const target = ofNamespace
      ? { resource: 'namespaces', name: object.namespace }
      : { resource: object.resource, name: object.reference.name };
    const { items = [] } = await this.#custom(target, metric, {
      namespace: ofNamespace ? undefined : object.namespace,
      query: toQuery({ metricLabelSelector: metricSelector }),
    });
    if (items[0] === undefined || items.length > 1) {
      throw new Error(
        `unable to fetch metrics from custom metrics API: the custom metrics API server returned ${items.length} results when we asked for exactly one`,
      );
    }
    return milli(items[0].value);
  }

  /** Every value of an external metric. */
  async external(metric: string, namespace: string, metricSelector: string): Promise<number[]> {
    const { items = [] } = await this.#request<MetricValueList>('external', {
      verb: 'list',
      group: 'external.metrics.k8s.io',
      version: 'v1beta1',
      resource: metric,
      namespace,
      query: toQuery({ labelSelector: metricSelector }),
    });
    if (items.length === 0) throw new Error('no metrics returned from external metrics API');
    return items.map(({ value }) => milli(value));
  }

  #custom(
    target: { readonly resource: string; readonly name: string },
    metric: string,
    rest: Pick<ClientRequest, 'namespace' | 'query'>,
  ): Promise<MetricValueList> {
    const group = 'custom.metrics.k8s.io';
    return this.#request('custom', { verb: 'get', group, version: 'v1beta2', ...target, subresource: metric, ...rest });
  }

  async #request<T>(api: 'resource' | 'custom' | 'external', request: ClientRequest): Promise<T> {
    try {
      return (await this.#client.transport.request(request)) as T;
    } catch (error) {
      throw new Error(`unable to fetch metrics from ${api} metrics API: ${explain(error, request)}`, { cause: error });
    }
  }
}

interface At {
  readonly namespace: string;
  /** Which pods, as text. */
  readonly selector: string;
}

/** As upstream's clients tell of an API that is not there. */
function explain(error: unknown, { verb, resource, group }: ClientRequest): string {
  const message = messageOf(error);
  if (!isNotFound(error) || message !== 'the server could not find the requested resource') return message;
  if (group === 'custom.metrics.k8s.io') return 'no custom metrics API (custom.metrics.k8s.io) registered';
  return `${message} (${verb === 'list' ? 'get' : verb} ${resource}.${group})`;
}

const milli = (value: string): number => parseQuantity(value).milliValue();

const podMetric = ({ value, timestamp, windowSeconds }: MetricValue): PodMetric => ({
  value: milli(value),
  timestamp: parseTime(timestamp ?? ''),
  windowMs: windowSeconds === undefined ? DEFAULT_WINDOW_MS : windowSeconds * 1000,
});

/** Undefined when any container was not measured: half a pod is not a pod. */
function ofPod({ containers = [], ...rest }: PodMetricsObject, resource: string): PodMetric | undefined {
  const values = containers.map(({ usage }) => usage[resource]);
  if (values.length === 0 || values.includes(undefined)) return undefined;
  return measured(
    rest,
    values.reduce((sum, value) => sum + milli(value ?? '0'), 0),
  );
}

/** Undefined when the container was not measured: the pod counts as one that was not. */
function ofContainer(item: PodMetricsObject, resource: string, name: string): PodMetric | undefined {
  const usage = item.containers?.find((one) => one.name === name)?.usage[resource];
  return usage === undefined ? undefined : measured(item, milli(usage));
}

const measured = ({ timestamp, window }: Pick<PodMetricsObject, 'timestamp' | 'window'>, value: number): PodMetric => ({
  value,
  timestamp: parseTime(timestamp),
  windowMs: parseDuration(window),
});
