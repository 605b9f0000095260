import { PodCertificateRequests } from '#api/certificates/v1beta1/pod-certificate-request.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';

/** By then the kubelet has its certificate, or has given up. */
const KEPT_MS = 15 * 60_000;

/** Removes requests for the certificates of pods a quarter of an hour after they were made, whatever became of them. */
export function createPodCertificateCleaner(context: ControllerContext): Runnable {
  const requests = context.informers.of(PodCertificateRequests);
  return new Controller('podcertificaterequest-cleaner', context)
    .for(PodCertificateRequests)
    .reconciles(async (key) => {
      const { name = '', namespace, uid, creationTimestamp = '' } = requests.store.getByKey(key)?.metadata ?? {};
      if (namespace === undefined || uid === undefined) return undefined;
      const remaining = Date.parse(creationTimestamp) + KEPT_MS - context.clock.now();
      if (remaining > 0) return { requeueAfterMs: remaining };
      const options = { namespace, preconditions: { uid } };
      await ignoring(isNotFound, context.client.of(PodCertificateRequests).delete(name, options));
      return undefined;
    });
}
