import { type Endpoints, EndpointsResource } from '#api/core/v1/endpoints.ts';
import { Services } from '#api/core/v1/service.ts';
import { type EndpointSlice, EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import type { Informer } from '#client/informer.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { newControllerReference } from '#controller/owner-references.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';
import {
  isMirrored,
  MANAGED_BY,
  MANAGER,
  MAX_PER_SUBSET,
  type MirrorPlan,
  mirrorMetadata,
  planMirrors,
  SERVICE_NAME,
} from './mirror-plan.ts';

const BY_MIRRORED = 'mirrored';

export class EndpointSliceMirroringController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #slices: Informer<EndpointSlice>;
  readonly #writes: OwnWrites<EndpointSlice>;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#slices = context.informers.of(EndpointSlices).addIndex(BY_MIRRORED, mirroredKeys);
    this.#writes = new OwnWrites(this.#slices);
    this.controller = new Controller('endpointslicemirroring', context)
      .for(EndpointsResource)
      .for(Services)
      .watches(EndpointSlices, mirroredKeys)
      .reconciles((key) => this.#reconcile(key));
  }

  async #reconcile(key: string): Promise<void> {
    const { informers } = this.#context;
    const existing = this.#writes.current(
      this.#slices.store.byIndex(BY_MIRRORED, key),
      (slice) => mirroredKeys(slice)[0] === key,
    );
    const endpoints = informers.of(EndpointsResource).store.getByKey(key);
    if (!isMirrored(endpoints, informers.of(Services).store.getByKey(key))) return this.#remove(existing);
    const wanted = mirrorMetadata(endpoints);
    const outdated = ({ metadata }: EndpointSlice) =>
      !deepEqual(metadata?.labels ?? {}, wanted.labels) || !deepEqual(metadata?.annotations ?? {}, wanted.annotations);
    const plan = planMirrors(endpoints, existing, outdated);
    this.#tell(endpoints, plan);
    await this.#apply(endpoints, plan);
  }

  #tell(endpoints: Endpoints, { invalid, skipped }: MirrorPlan): void {
    const { events } = this.#context;
    if (invalid > 0) {
      const message = `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`;
      events.record(endpoints, 'Warning', 'InvalidIPAddress', message);
    }
    if (skipped > 0) {
      const message = `A max of ${MAX_PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
      events.record(endpoints, 'Warning', 'TooManyAddressesToMirror', message);
    }
  }

  async #apply(endpoints: Endpoints, plan: MirrorPlan): Promise<void> {
    const client = this.#context.client.of(EndpointSlices);
    const { name, namespace, deletionTimestamp } = endpoints.metadata ?? {};
    const { labels, annotations } = mirrorMetadata(endpoints);
    const ownerReferences = [newControllerReference(endpoints, { apiVersion: 'v1', kind: 'Endpoints' })];
    try {
      for (const mirror of deletionTimestamp === undefined ? plan.create : []) {
        const metadata = { generateName: `${name}-`, namespace, labels, annotations, ownerReferences };
        this.#writes.wrote(await client.create({ metadata, ...mirror }));
      }
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      throw error;
    }
    for (const { slice, mirror } of plan.update) {
      const metadata = { ...slice.metadata, labels, annotations, ownerReferences };
      this.#writes.wrote(await client.update({ ...slice, metadata, ...mirror }));
    }
    await this.#remove(plan.remove);
  }

  async #remove(slices: readonly EndpointSlice[]): Promise<void> {
    for (const slice of slices) {
      const { name = '', namespace = '' } = slice.metadata ?? {};
      await ignoring(isNotFound, this.#context.client.of(EndpointSlices).delete(name, { namespace }));
      this.#writes.deleted(slice);
    }
  }
}

/** The key of the Endpoints that a slice of this controller shows. */
function mirroredKeys({ metadata }: EndpointSlice): string[] {
  const name = metadata?.labels?.[SERVICE_NAME];
  return name && metadata.labels?.[MANAGED_BY] === MANAGER ? [`${metadata.namespace}/${name}`] : [];
}
