import { Nodes } from '#api/core/v1/node.ts';
import { type LoadBalancerIngress, type Service, Services } from '#api/core/v1/service.ts';
import { type EndpointSlice, EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { keyOf } from '#client/object-store.ts';
import { mergePatch } from '#client/options.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { FINALIZER, nodeFacts, planLoadBalancer, sliceFacts, wantsLoadBalancer } from './load-balancer-plan.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';

/** One worker: of two Services that want the same port one must be first. */
export class ServiceLoadBalancerController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #writes: OwnWrites<Service>;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#writes = new OwnWrites(context.informers.of(Services));
    this.controller = new Controller('service-lb', context)
      .for(Services)
      // A port that becomes free is for the next one.
      .watches(Services, (service) => (service.spec?.type === 'LoadBalancer' ? this.#waiting() : []))
      .watches(Nodes, (node, old) => (old && nodeFacts(old) === nodeFacts(node) ? [] : this.#balanced()))
      .watches(EndpointSlices, (slice, old) =>
        old && sliceFacts(old) === sliceFacts(slice) ? [] : this.#answeredBy(slice),
      )
      .reconciles((key) => this.#reconcile(key), { workers: 1 });
  }

  #balanced(): string[] {
    const { store } = this.#context.informers.of(Services);
    return store.list().filter(wantsLoadBalancer).map(keyOf);
  }

  #waiting(): string[] {
    const { store } = this.#context.informers.of(Services);
    return store
      .list()
      .filter((service) => wantsLoadBalancer(service) && !service.status?.loadBalancer?.ingress?.length)
      .map(keyOf);
  }

  /** The Service that a slice answers for, where it matters on which nodes. */
  #answeredBy({ metadata }: EndpointSlice): string[] {
    const key = `${metadata?.namespace}/${metadata?.labels?.[SERVICE_NAME]}`;
    const service = this.#context.informers.of(Services).store.getByKey(key);
    return service?.spec?.externalTrafficPolicy === 'Local' ? [key] : [];
  }

  #slicesOf({ metadata, spec }: Service): EndpointSlice[] {
    if (spec?.externalTrafficPolicy !== 'Local') return [];
    return this.#context.informers
      .of(EndpointSlices)
      .store.list()
      .filter(
        ({ metadata: slice }) =>
          slice?.namespace === metadata?.namespace && slice?.labels?.[SERVICE_NAME] === metadata?.name,
      );
  }

  async #reconcile(key: string): Promise<void> {
    const { informers, events } = this.#context;
    const service = this.#writes.get(key);
    if (service === undefined) return;
    const services = this.#writes.current(informers.of(Services).store.list(), () => true);
    const slices = this.#slicesOf(service);
    const plan = planLoadBalancer(service, { services, nodes: informers.of(Nodes).store.list(), slices });
    if (plan.do === 'ensure') return this.#ensure(service, plan.ingress);
    if (plan.do === 'remove') return this.#remove(service);
    if (plan.do === 'nothing') return;
    const message = `Error syncing load balancer: failed to ensure load balancer: ${plan.message}`;
    events.record(service, 'Warning', 'SyncLoadBalancerFailed', message);
  }

  async #ensure(service: Service, ingress: readonly LoadBalancerIngress[]): Promise<void> {
    const { events } = this.#context;
    const finalizers = service.metadata?.finalizers ?? [];
    const isNew = !finalizers.includes(FINALIZER);
    const old = service.status?.loadBalancer?.ingress ?? [];
    if (!isNew && deepEqual(old, ingress)) return;
    if (isNew) {
      events.record(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
      await this.#patch(service, { metadata: { finalizers: [...finalizers, FINALIZER] } });
    }
    if (!deepEqual(old, ingress)) await this.#patch(service, { status: { loadBalancer: { ingress } } });
    if (ingress.length === 0) {
      const message = 'There are no available nodes for LoadBalancer';
      events.record(service, 'Warning', 'UnAvailableLoadBalancer', message);
    }
    if (isNew) events.record(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
    else events.record(service, 'Normal', 'UpdatedLoadBalancer', 'Updated load balancer with new hosts');
  }

  async #remove(service: Service): Promise<void> {
    const { events } = this.#context;
    events.record(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
    if (service.status?.loadBalancer?.ingress) await this.#patch(service, { status: { loadBalancer: null } });
    const finalizers = (service.metadata?.finalizers ?? []).filter((each) => each !== FINALIZER);
    await this.#patch(service, { metadata: { finalizers: finalizers.length > 0 ? finalizers : null } });
    events.record(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
  }

  /** Both finalizers and status are patched at the status: more this controller may not. */
  async #patch(service: Service, change: { readonly metadata?: object; readonly status?: object }): Promise<void> {
    const { name = '', namespace = '' } = service.metadata ?? {};
    // What is known may be old by now; lists must not be written over what came meanwhile.
    const known = this.#writes.get(keyOf(service))?.metadata?.resourceVersion;
    const metadata = change.metadata ? { ...change.metadata, ...(known ? { resourceVersion: known } : {}) } : undefined;
    const patch = mergePatch({ ...change, ...(metadata ? { metadata } : {}) });
    try {
      const options = { namespace, subresource: 'status' };
      this.#writes.wrote(await this.#context.client.of(Services).patch(name, patch, options));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
