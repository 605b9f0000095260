import { IPAddresses } from '#api/networking/v1/ip-address.ts';
import { type ServiceCIDR, ServiceCIDRs } from '#api/networking/v1/service-cidr.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { removeFinalizer } from '../shared/remove-finalizer.ts';
import { FINALIZER, planServiceCidr } from './cidr-plan.ts';

/** Tells whether ranges of service addresses can be used, and keeps those from going that services still have addresses from. */
export function createServiceCidrController(context: ControllerContext): Runnable {
  const { client, clock, informers } = context;
  const cidrs = informers.of(ServiceCIDRs);
  const addresses = informers.of(IPAddresses);
  const everyKey = () => cidrs.store.list().map(keyOf);

  const withFinalizer = (cidr: ServiceCIDR): Promise<ServiceCIDR> => {
    const finalizers = cidr.metadata?.finalizers ?? [];
    if (finalizers.includes(FINALIZER) || cidr.metadata?.deletionTimestamp) return Promise.resolve(cidr);
    const metadata = { ...cidr.metadata, finalizers: [...finalizers, FINALIZER] };
    return client.of(ServiceCIDRs).update({ ...cidr, metadata });
  };
  const withCondition = async (cidr: ServiceCIDR, wanted: ReturnType<typeof planServiceCidr>['condition']) => {
    const conditions = cidr.status?.conditions ?? [];
    const present = conditions.find(({ type }) => type === wanted.type);
    if (present?.status === wanted.status && present.message === wanted.message) return;
    const others = conditions.filter(({ type }) => type !== wanted.type);
    const lastTransitionTime = present?.status === wanted.status ? present.lastTransitionTime : formatTime(clock.now());
    const status = { ...cidr.status, conditions: [...others, { ...wanted, lastTransitionTime }] };
    await client.of(ServiceCIDRs).updateStatus({ ...cidr, status });
  };

  return new Controller('service-cidr-controller', context)
    .for(ServiceCIDRs)
    .watches(ServiceCIDRs, everyKey)
    .watches(IPAddresses, everyKey)
    .reconciles(async (key) => {
      const object = cidrs.store.getByKey(key);
      if (object === undefined) return;
      const used = addresses.store.list().map(({ metadata }) => metadata?.name ?? '');
      const plan = planServiceCidr(object, cidrs.store.list(), used);
      if (!plan.finalizer) return removeFinalizer(client, { definition: ServiceCIDRs, object, finalizer: FINALIZER });
      await withCondition(await withFinalizer(object), plan.condition);
    });
}
