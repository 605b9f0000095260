import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import { type EndpointSlice, EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { newControllerReference } from '#controller/owner-references.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isNamespaceTerminating, messageOf } from '../shared/pod-control.ts';
import { ServiceIndex } from '../shared/services/service-keys.ts';
import { addressesOf, isHeadless, mayServe } from '../shared/services/service-pods.ts';
import { TRIGGER_TIME, TriggerTimes } from '../shared/services/trigger-times.ts';
import { type AddressType, groupEndpoints, type PortGroup } from './slice-endpoints.ts';
import { SliceMetrics } from './slice-metrics.ts';
import { MAX_ENDPOINTS, planSlices, type SlicePlan } from './slice-plan.ts';
import { addZoneHints, wantsZoneHints } from './zone-hints.ts';
import { shareFacts, zoneShares } from './zone-shares.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const HEADLESS = 'service.kubernetes.io/headless';
const MANAGER = 'endpointslice-controller.k8s.io';
const BY_SERVICE = 'service';

/** Lists the pods of every Service with a selector in EndpointSlices. */
export class EndpointSliceController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #index: ServiceIndex;
  readonly #slices: Informer<EndpointSlice>;
  readonly #nodes: Informer<Node>;
  readonly #writes: OwnWrites<EndpointSlice>;
  readonly #triggers = new TriggerTimes();
  /** Services with pods whose nodes are not there. */
  readonly #lacking = new Set<string>();
  /** Services and families whose endpoints have hints, to tell of it once. */
  readonly #hinted = new Set<string>();
  readonly #metrics: SliceMetrics;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#index = new ServiceIndex(context);
    this.#nodes = context.informers.of(Nodes);
    this.#slices = context.informers.of(EndpointSlices).addIndex(BY_SERVICE, serviceKeys);
    this.#writes = new OwnWrites(this.#slices);
    this.#metrics = new SliceMetrics(context.metrics, {
      slices: () => this.#slices.store.size,
      services: () => this.#index.services.store.list(),
    });
    this.controller = new Controller('endpointslice', context)
      .for(Services)
      .watches(Pods, (pod, old) => this.#index.keysOf(pod, old))
      .watches(EndpointSlices, serviceKeys)
      .watches(Nodes, (node, old) => (old && shareFacts(old) === shareFacts(node) ? [] : this.#zoned()))
      .watches(Nodes, (_, old) => (old ? [] : [...this.#lacking]))
      .reconciles((key) => this.#reconcile(key));
  }

  /** Services whose hints depend on the nodes. */
  #zoned(): string[] {
    return this.#index.services.store.list().filter(wantsZoneHints).map(keyOf);
  }

  async #reconcile(key: string): Promise<void> {
    const service = this.#index.services.store.getByKey(key);
    this.#lacking.delete(key);
    this.#metrics.wish(key, undefined);
    if (service === undefined) return this.#triggers.forget(key);
    const { selector, type } = service.spec ?? {};
    if (!selector || type === 'ExternalName' || service.metadata?.deletionTimestamp) return;
    const { pods, lost } = this.#placed(service, this.#index.podsOf(service));
    const time = this.#triggers.next(key, service, pods);
    const existing = this.#writes
      .current(this.#slices.store.byIndex(BY_SERVICE, key), (slice) => serviceKeys(slice)[0] === key)
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    const types = addressTypes(service, pods.flatMap(addressesOf));
    const labels = labelsFor(service);
    const outdated = (slice: EndpointSlice) => !deepEqual(slice.metadata?.labels ?? {}, labels);
    const nodeOf = (name: string) => this.#nodes.store.get(name);
    let [endpoints, slices] = [0, 0];
    let isDone = false;
    try {
      for (const addressType of types) {
        const ofType = existing.filter((slice) => slice.addressType === addressType);
        const groups = this.#hint(service, groupEndpoints(service, pods, { addressType, nodeOf }), ofType, addressType);
        const plan = planSlices(groups, ofType, outdated);
        await this.#apply(service, addressType, plan, time);
        this.#metrics.applied(service, plan);
        for (const group of groups) {
          endpoints += group.endpoints.length;
          slices += Math.ceil(group.endpoints.length / MAX_ENDPOINTS);
        }
      }
      this.#metrics.wish(key, { endpoints, slices });
      await this.#removeAll(existing.filter(({ addressType }) => !types.includes(addressType as AddressType)));
      if (lost.length > 0) {
        this.#lacking.add(key);
        throw new Error(lostMessage(service, lost));
      }
      isDone = true;
    } catch (error) {
      const message = `Error updating Endpoint Slices for Service ${key}: ${messageOf(error)}`;
      if (isNamespaceTerminating(error)) return;
      this.#context.events.record(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
      throw error;
    } finally {
      this.#metrics.synced(isDone);
    }
  }

  /** Pods whose node is not there are nobody's to serve, unless the Service wants them whatever they do. */
  #placed({ spec }: Service, pods: readonly Pod[]): { readonly pods: readonly Pod[]; readonly lost: readonly Pod[] } {
    if (spec?.publishNotReadyAddresses) return { pods, lost: [] };
    const isLost = (pod: Pod) =>
      mayServe(pod, { terminating: true }) && !this.#nodes.store.get(pod.spec?.nodeName ?? '');
    const lost = pods.filter(isLost);
    return { pods: lost.length > 0 ? pods.filter((pod) => !lost.includes(pod)) : pods, lost };
  }

  #hint(
    service: Service,
    groups: readonly PortGroup[],
    existing: readonly EndpointSlice[],
    addressType: AddressType,
  ): readonly PortGroup[] {
    const key = `${keyOf(service)} ${addressType}`;
    const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
      this.#context.events.record(service, type, reason, `${message}, addressType: ${addressType}`);
    if (!wantsZoneHints(service)) {
      const message = 'Topology Aware Hints has been disabled';
      if (this.#hinted.delete(key)) tell('Normal', 'TopologyAwareHintsDisabled', message);
      return groups;
    }
    const hints = new Map(
      existing.flatMap(({ endpoints = [] }) => endpoints.map((one) => [one.targetRef?.uid, one.hints])),
    );
    const shares = zoneShares(this.#nodes.store.list());
    const result = addZoneHints(groups, shares, ({ targetRef }) => hints.get(targetRef?.uid)?.forZones?.[0]?.name);
    if (result.refused !== undefined) {
      this.#hinted.delete(key);
      tell('Warning', 'TopologyAwareHintsDisabled', result.refused);
    } else if (!this.#hinted.has(key)) {
      this.#hinted.add(key);
      tell('Normal', 'TopologyAwareHintsEnabled', 'Topology Aware Hints has been enabled');
    }
    return result.groups;
  }

  async #apply(service: Service, addressType: AddressType, plan: SlicePlan, time: string | undefined): Promise<void> {
    const client = this.#context.client.of(EndpointSlices);
    const { name, namespace } = service.metadata ?? {};
    const labels = labelsFor(service);
    for (const { ports, endpoints } of plan.create) {
      const slice = {
        metadata: {
          generateName: `${name}-`,
          namespace,
          labels,
          ...(time ? { annotations: { [TRIGGER_TIME]: time } } : {}),
          ownerReferences: [newControllerReference(service, { apiVersion: 'v1', kind: 'Service' })],
        },
        addressType,
        endpoints,
        ports,
      };
      this.#writes.wrote(await client.create(slice));
    }
    for (const { slice, endpoints } of plan.update) {
      const { [TRIGGER_TIME]: _, ...annotations } = slice.metadata?.annotations ?? {};
      const noted = time ? { ...annotations, [TRIGGER_TIME]: time } : annotations;
      const metadata = { ...slice.metadata, labels, annotations: noted };
      this.#writes.wrote(await client.update({ ...slice, metadata, endpoints }));
    }
    await this.#removeAll(plan.remove);
  }

  async #removeAll(slices: readonly EndpointSlice[]): Promise<void> {
    for (const slice of slices) {
      const { name = '', namespace = '' } = slice.metadata ?? {};
      await ignoring(isNotFound, this.#context.client.of(EndpointSlices).delete(name, { namespace }));
      this.#writes.deleted(slice);
    }
  }
}

function lostMessage({ metadata }: Service, lost: readonly Pod[]): string {
  const service = `${metadata?.namespace}/${metadata?.name}`;
  const texts = lost.map(
    (pod) => `skipping Pod ${pod.metadata?.name} for Service ${service}: Node ${pod.spec?.nodeName} Not Found`,
  );
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`;
}

/** The key of the Service that a slice of this controller belongs to. */
function serviceKeys({ metadata }: EndpointSlice): string[] {
  const name = metadata?.labels?.[SERVICE_NAME];
  return name && metadata.labels?.[MANAGED_BY] === MANAGER ? [`${metadata.namespace}/${name}`] : [];
}

function labelsFor(service: Service): Readonly<Record<string, string>> {
  const { [HEADLESS]: _, ...labels } = service.metadata?.labels ?? {};
  return {
    ...labels,
    ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
    [SERVICE_NAME]: service.metadata?.name ?? '',
    [MANAGED_BY]: MANAGER,
  };
}

/** A Service written before families were known is listed in those its pods have. */
function addressTypes({ spec }: Service, addresses: readonly string[]): AddressType[] {
  const families = spec?.ipFamilies?.filter((family) => family !== '');
  if (families?.length) return families as AddressType[];
  const types = new Set(addresses.map((address): AddressType => (address.includes(':') ? 'IPv6' : 'IPv4')));
  return types.size > 0 ? [...types] : ['IPv4'];
}
