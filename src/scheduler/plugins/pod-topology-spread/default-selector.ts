import { type ReplicaSet, ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { type StatefulSet, StatefulSets } from '#api/apps/v1/stateful-set.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { ReplicationControllers } from '#api/core/v1/replication-controller.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import type { Informer } from '#client/informer.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import {
  type LabelSelectorObject,
  Selector,
  selectorFromObject,
  selectorFromSet,
} from '#machinery/selectors/label-selector.ts';

/**
 * Finds out which pods belong together without anybody saying so: those of the same services and the same owner.
 * Undefined when that would be all pods.
 */
export function createDefaultSelector(informers: InformerFactory): (pod: Pod) => Selector | undefined {
  const services = informers.of(Services).addIndex('namespace', namespaceOf);
  const replicationControllers = informers.of(ReplicationControllers);
  const owners = new Map<string, Informer<ReplicaSet> | Informer<StatefulSet>>([
    ['apps/v1 ReplicaSet', informers.of(ReplicaSets)],
    ['apps/v1 StatefulSet', informers.of(StatefulSets)],
  ]);
  const ofOwner = (pod: Pod): Selector | undefined => {
    const { ownerReferences, namespace } = pod.metadata ?? {};
    const owner = ownerReferences?.find((reference) => reference.controller);
    if (owner === undefined) return undefined;
    const kind = `${owner.apiVersion} ${owner.kind}`;
    if (kind === 'v1 ReplicationController') {
      const spec = replicationControllers.store.get(owner.name, namespace)?.spec;
      return spec?.selector ? selectorFromSet(spec.selector) : undefined;
    }
    const selector = owners.get(kind)?.store.get(owner.name, namespace)?.spec?.selector;
    return selector && selectorOf(selector);
  };
  return (pod) => {
    const labels = pod.metadata?.labels ?? {};
    const matching = services.store
      .byIndex('namespace', pod.metadata?.namespace ?? '')
      .filter(({ spec }) => spec?.selector && selectorFromSet(spec.selector).matches(labels));
    const owned = ofOwner(pod);
    if (matching.length === 0) return owned?.isEmpty ? undefined : owned;
    const set = Object.assign({}, ...matching.map(({ spec }) => spec?.selector));
    const selector = new Selector([...selectorFromSet(set).requirements, ...(owned?.requirements ?? [])]);
    return selector.isEmpty ? undefined : selector;
  };
}

/** Selectors of owners, which are asked for with each of their pods. */
const known = new WeakMap<LabelSelectorObject, Selector>();

function selectorOf(object: LabelSelectorObject): Selector {
  let selector = known.get(object);
  if (selector === undefined) known.set(object, (selector = selectorFromObject(object)));
  return selector;
}

const namespaceOf = ({ metadata }: Service): string[] => [metadata?.namespace ?? ''];
