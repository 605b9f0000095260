import type { TokenRequest } from '#api/authentication/v1/token-request.ts';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { CSIDrivers } from '#api/storage/v1/csi-driver.ts';
import { newNotFound } from '#machinery/errors/status-error.ts';
import type { AdmissionReader } from '../admission-source.ts';
import type { NodeRule } from './node-restriction.ts';

/** A node gets tokens only for pods that it runs, and only for audiences that these pods want, or that it may name itself. */
export const tokenRefusal: NodeRule = async (node, { operation, target, object, user }, source) => {
  if (operation !== 'CREATE' || target.subresource !== 'token') return undefined;
  const { spec } = object as TokenRequest;
  const { apiVersion, kind, name, uid } = spec?.boundObjectRef ?? {};
  if (apiVersion !== 'v1' || kind !== 'Pod' || !name) return 'node requested token not bound to a pod';
  if (!uid) return 'node requested token with a pod binding without a uid';
  const pod = source.get(Pods, target.namespace, name);
  if (pod === undefined) throw newNotFound({ group: '', resource: 'pods' }, name);
  if (uid !== pod.metadata?.uid) {
    return `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  }
  if (pod.spec?.nodeName !== node) return 'node requested token bound to a pod scheduled on a different node';
  const audiences = spec?.audiences ?? [];
  if (audiences.length > 1) return 'node may only request 0 or 1 audiences';
  const [audience = ''] = audiences;
  if (audiencesOf(pod, source).has(audience)) return undefined;
  const { namespace, name: account } = target;
  const asked = { group: '', version: 'v1', resource: audience, subresource: '', namespace, name: account };
  if ((await source.decide({ user, verb: 'request-serviceaccounts-token-audience', ...asked })).allowed)
    return undefined;
  return `audience "${audience}" not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`;
};

/** '' stands for the API server itself. */
function audiencesOf(pod: Pod, source: AdmissionReader): Set<string> {
  const found = new Set<string>();
  for (const volume of pod.spec?.volumes ?? []) {
    for (const { serviceAccountToken } of volume.projected?.sources ?? []) {
      if (serviceAccountToken) found.add(serviceAccountToken.audience ?? '');
    }
    const driver = volume.csi?.driver ?? driverOfClaim(pod, volume, source);
    const requests = driver ? (source.get(CSIDrivers, '', driver)?.spec.tokenRequests ?? []) : [];
    for (const request of requests) found.add(request.audience);
  }
  return found;
}

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];

function driverOfClaim({ metadata }: Pod, volume: Volume, source: AdmissionReader): string | undefined {
  const ofItsOwn = volume.ephemeral && `${metadata?.name}-${volume.name}`;
  const claim = volume.persistentVolumeClaim?.claimName ?? ofItsOwn;
  if (claim === undefined) return undefined;
  const name = source.get(PersistentVolumeClaims, metadata?.namespace ?? '', claim)?.spec?.volumeName;
  return name ? source.get(PersistentVolumes, '', name)?.spec?.csi?.driver : undefined;
}
