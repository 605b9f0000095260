import { ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { StatefulSets } from '#api/apps/v1/stateful-set.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { ReplicationControllers } from '#api/core/v1/replication-controller.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
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
  const owners = {
    ReplicaSet: informers.of(ReplicaSets),
    StatefulSet: informers.of(StatefulSets),
    ReplicationController: informers.of(ReplicationControllers),
  };
  const ofOwner = (pod: Pod): Selector | undefined => {
    const { ownerReferences, namespace } = pod.metadata ?? {};
    const owner = ownerReferences?.find((reference) => reference.controller);
    if (owner === undefined) return undefined;
    if (owner.kind === 'ReplicationController') {
      const spec = owners.ReplicationController.store.get(owner.name, namespace)?.spec;
      return spec?.selector ? selectorFromSet(spec.selector) : undefined;
    }
    if (owner.kind !== 'ReplicaSet' && owner.kind !== 'StatefulSet') return undefined;
    const spec = owners[owner.kind].store.get(owner.name, namespace)?.spec;
    return spec?.selector ? selectorOf(spec.selector) : undefined;
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
