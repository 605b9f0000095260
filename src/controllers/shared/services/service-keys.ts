import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { selectorFromSet } from '#machinery/selectors/label-selector.ts';

const BY_NAMESPACE = 'namespace';

/** Services and the pods that they select, each found from the other. */
export class ServiceIndex {
  readonly services: Informer<Service>;
  readonly pods: Informer<Pod>;

  constructor({ informers }: ControllerContext) {
    const namespaceOf = ({ metadata }: { metadata?: { namespace?: string | undefined } | undefined }) => [
      metadata?.namespace ?? '',
    ];
    this.services = informers.of(Services).addIndex(BY_NAMESPACE, namespaceOf);
    this.pods = informers.of(Pods).addIndex(BY_NAMESPACE, namespaceOf);
  }

  /** The pods a Service selects. */
  podsOf({ metadata, spec }: Service): Pod[] {
    const selector = selectorFromSet(spec?.selector ?? {});
    return this.pods.store
      .byIndex(BY_NAMESPACE, metadata?.namespace ?? '')
      .filter((pod) => selector.matches(pod.metadata?.labels ?? {}));
  }

  /** Keys of the Services that a pod's change may concern; none when nothing that endpoints show has changed. */
  keysOf(pod: Pod, old?: Pod): string[] {
    if (old && deepEqual(relevant(pod), relevant(old))) return [];
    const labels = pod.metadata?.labels;
    return this.services.store
      .byIndex(BY_NAMESPACE, pod.metadata?.namespace ?? '')
      .filter(({ spec }) => spec?.selector && selectorFromSet(spec.selector).matches(labels ?? {}))
      .map(keyOf);
  }
}

const relevant = ({ metadata, spec, status }: Pod) => ({
  labels: metadata?.labels,
  deleted: metadata?.deletionTimestamp !== undefined,
  node: spec?.nodeName,
  hostname: spec?.hostname,
  phase: status?.phase,
  ips: status?.podIPs,
  ready: status?.conditions?.find(({ type }) => type === 'Ready'),
});
