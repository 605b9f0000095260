import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { isControlledBy, newControllerReference } from '#controller/owner-references.ts';
import { isAlreadyExists } from '#machinery/errors/status-error.ts';
import { messageOf } from '../shared/pod-control.ts';
import { isPodActive } from '../shared/pods.ts';

/** Makes the claims of pods' ephemeral volumes, which go with their pods. */
export function createEphemeralVolumeController(context: ControllerContext): Runnable {
  const { informers, client, events, metrics } = context;
  const counter = (name: string, help: string) =>
    metrics?.counter(`ephemeral_volume_controller_${name}`, help).labels();
  const created = counter('create_total', 'Claims that were to be made');
  const failed = counter('create_failures_total', 'Claims that could not be made');

  const ensure = async (pod: Pod, claim: PersistentVolumeClaim): Promise<void> => {
    const present = informers.of(PersistentVolumeClaims).store.getByKey(keyOf(claim));
    if (present !== undefined) return checkOwner(pod, present);
    created?.inc();
    try {
      await client.of(PersistentVolumeClaims).create(claim);
    } catch (error) {
      failed?.inc();
      // The informer has not seen it yet: the next turn looks whose it is.
      if (isAlreadyExists(error)) throw error;
      throw new Error(`create PVC ${claim.metadata?.name}: ${messageOf(error)}`, { cause: error });
    }
  };

  return new Controller('ephemeral-volume', context)
    .watches(Pods, (pod, old) => (old || !pod.spec?.volumes?.some(({ ephemeral }) => ephemeral) ? [] : [keyOf(pod)]))
    .owns(PersistentVolumeClaims, 'Pod')
    .reconciles(async (key) => {
      const pod = informers.of(Pods).store.getByKey(key);
      if (pod === undefined || !isPodActive(pod)) return;
      for (const { volume, claim } of claimsFor(pod)) {
        try {
          await ensure(pod, claim);
        } catch (error) {
          if (isAlreadyExists(error)) throw error;
          events.record(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume}: ${messageOf(error)}`);
          throw error;
        }
      }
    });
}

/** The claims that a pod's ephemeral volumes want, named after pod and volume. */
export function claimsFor(pod: Pod): { readonly volume: string; readonly claim: PersistentVolumeClaim }[] {
  const { name: podName, namespace } = pod.metadata ?? {};
  return (pod.spec?.volumes ?? []).flatMap(({ name, ephemeral }) => {
    const template = ephemeral?.volumeClaimTemplate;
    if (template === undefined) return [];
    const { labels, annotations } = template.metadata ?? {};
    const metadata = {
      name: `${podName}-${name}`,
      namespace,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ownerReferences: [newControllerReference(pod, { apiVersion: 'v1', kind: 'Pod' })],
    };
    return [{ volume: name, claim: { metadata, spec: template.spec } as PersistentVolumeClaim }];
  });
}

function checkOwner(pod: Pod, claim: PersistentVolumeClaim): void {
  if (isControlledBy(claim, pod)) return;
  throw new Error(`PVC "${keyOf(claim)}" was not created for pod "${keyOf(pod)}" (pod is not owner)`);
}
