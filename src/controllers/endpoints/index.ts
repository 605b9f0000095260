import { type Endpoints, EndpointsResource } from '#api/core/v1/endpoints.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import { splitKey } from '#client/object-store.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isNamespaceTerminating, messageOf } from '../shared/pod-control.ts';
import { ServiceIndex } from '../shared/services/service-keys.ts';
import { isHeadless } from '../shared/services/service-pods.ts';
import { TRIGGER_TIME, TriggerTimes } from '../shared/services/trigger-times.ts';
import { subsetsOf } from './subsets.ts';

const HEADLESS = 'service.kubernetes.io/headless';
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** Lists the pods of every Service with a selector in one Endpoints object of the same name. */
export function createEndpointsController(context: ControllerContext): Runnable {
  const index = new ServiceIndex(context);
  const endpoints = context.informers.of(EndpointsResource);
  // A watch that lags must not make this controller fight with itself.
  const writes = new OwnWrites(endpoints);
  const triggers = new TriggerTimes();

  const reconcile = async (key: string): Promise<void> => {
    const service = index.services.store.getByKey(key);
    if (service === undefined) {
      triggers.forget(key);
      // Only what this controller made: Endpoints without a Service may be somebody's own.
      const left = writes.get(key);
      if (left?.metadata?.labels?.[MANAGED_BY] === undefined) return;
      await remove(context, key);
      writes.deleted(left);
      return;
    }
    if (!service.spec?.selector || service.spec.type === 'ExternalName') return;
    const pods = index.podsOf(service);
    const time = triggers.next(key, service, pods);
    const { subsets, truncated } = subsetsOf(service, pods);
    const current = writes.get(key);
    const labels = labelsFor(service);
    const capacity = truncated ? 'truncated' : undefined;
    const same =
      deepEqual(current?.subsets ?? [], subsets) &&
      deepEqual(current?.metadata?.labels ?? {}, labels) &&
      current?.metadata?.annotations?.[OVER_CAPACITY] === capacity;
    if (current !== undefined && same) return;
    const { [TRIGGER_TIME]: _, [OVER_CAPACITY]: __, ...annotations } = current?.metadata?.annotations ?? {};
    const metadata = {
      ...(current?.metadata ?? { name: service.metadata?.name, namespace: service.metadata?.namespace }),
      labels,
      annotations: {
        ...annotations,
        ...(time ? { [TRIGGER_TIME]: time } : {}),
        ...(capacity ? { [OVER_CAPACITY]: capacity } : {}),
      },
    };
    const written = await write(context, service, { ...current, metadata, subsets });
    if (written) writes.wrote(written);
  };

  return new Controller('endpoints', context)
    .for(Services)
    .watches(Pods, (pod, old) => index.keysOf(pod, old))
    .for(EndpointsResource)
    .reconciles(reconcile);
}

/** Resolves with what the server answered; with nothing when the namespace is on its way out. */
async function write(
  { client, events }: ControllerContext,
  service: Service,
  object: Endpoints,
): Promise<Endpoints | undefined> {
  const exists = object.metadata?.resourceVersion !== undefined;
  try {
    return await (exists ? client.of(EndpointsResource).update(object) : client.of(EndpointsResource).create(object));
  } catch (error) {
    if (isNamespaceTerminating(error)) return undefined;
    const [reason, what] = exists
      ? ['FailedToUpdateEndpoint', `Failed to update endpoint ${service.metadata?.namespace}/${service.metadata?.name}`]
      : [
          'FailedToCreateEndpoint',
          `Failed to create endpoint for service ${service.metadata?.namespace}/${service.metadata?.name}`,
        ];
    events.record(service, 'Warning', reason as string, `${what}: ${messageOf(error)}`);
    throw error;
  }
}

async function remove({ client }: ControllerContext, key: string): Promise<void> {
  const { namespace, name } = splitKey(key);
  await ignoring(isNotFound, client.of(EndpointsResource).delete(name, { namespace }));
}

function labelsFor(service: Service): Readonly<Record<string, string>> {
  const { [HEADLESS]: _, ...labels } = service.metadata?.labels ?? {};
  return { ...labels, ...(isHeadless(service) ? { [HEADLESS]: '' } : {}), [MANAGED_BY]: 'endpoint-controller' };
}
