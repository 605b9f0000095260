import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { NodeMetrics, PodMetrics } from '#api/metrics/v1beta1/metrics.ts';
import type { Clock } from '#base/clock.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { type PodUsage, sumOf, usageOf } from './usage.ts';

export interface SimulatedMetricsOptions {
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly usages: readonly PodUsage[];
  /** Whether a node is simulated and can be asked. */
  readonly isReachable: (node: string) => boolean;
}

const WINDOW = '15s';

/** What a metrics server would have measured of simulated nodes and their pods. */
export class SimulatedMetrics {
  readonly #options: SimulatedMetricsOptions;

  constructor(options: SimulatedMetricsOptions) {
    this.#options = options;
  }

  readonly pods = {
    list: (namespace: string): PodMetrics[] =>
      this.#running()
        .filter(({ metadata }) => namespace === '' || metadata?.namespace === namespace)
        .map((pod) => this.#ofPod(pod)),
    get: (namespace: string, name: string): PodMetrics | undefined => {
      const pod = this.#options.informers.of(Pods).store.getByKey(`${namespace}/${name}`);
      return pod && this.#isMeasured(pod) ? this.#ofPod(pod) : undefined;
    },
  };

  readonly nodes = {
    list: (): NodeMetrics[] =>
      this.#options.informers
        .of(Nodes)
        .store.list()
        .flatMap(({ metadata }) => this.nodes.get('', metadata?.name ?? '') ?? []),
    get: (_namespace: string, name: string): NodeMetrics | undefined => {
      const node = this.#options.informers.of(Nodes).store.getByKey(name);
      if (node === undefined || !this.#options.isReachable(name)) return undefined;
      const used = this.#running()
        .filter(({ spec }) => spec?.nodeName === name)
        .flatMap((pod) => this.#usages(pod).map(({ usage }) => usage));
      const usage = {
        cpu: sumOf(
          used.map(({ cpu }) => cpu),
          'cpu',
        ),
        memory: sumOf(
          used.map(({ memory }) => memory),
          'memory',
        ),
      };
      return { metadata: { name, labels: node.metadata?.labels ?? {}, ...this.#now() }, ...this.#measured(), usage };
    },
  };

  #ofPod(pod: Pod): PodMetrics {
    const { name = '', namespace = '', labels = {} } = pod.metadata ?? {};
    const metadata = { name, namespace, labels, ...this.#now() };
    return { metadata, ...this.#measured(), containers: this.#usages(pod) };
  }

  #usages(pod: Pod) {
    const { usages } = this.#options;
    return (pod.spec?.containers ?? []).map((each) => ({ name: each.name, usage: usageOf(pod, each, usages) }));
  }

  #running(): Pod[] {
    return this.#options.informers
      .of(Pods)
      .store.list()
      .filter((pod) => this.#isMeasured(pod));
  }

  #isMeasured = ({ spec, status }: Pod): boolean =>
    status?.phase === 'Running' && this.#options.isReachable(spec?.nodeName ?? '');

  #measured = () => ({ timestamp: formatTime(this.#options.clock.now()), window: WINDOW });
  #now = () => ({ creationTimestamp: formatTime(this.#options.clock.now()) });
}
