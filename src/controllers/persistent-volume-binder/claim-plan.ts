import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { StorageClass } from '#api/storage/v1/storage-class.ts';
import { isPodFinished } from '../shared/pods.ts';
import {
  annotationOf,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  claimClass,
  hasClass,
  SELECTED_NODE,
} from './annotations.ts';
import { bestMatch, mismatch, refersTo } from './match-volume.ts';

/** An event on the claim. */
export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What is to be done about a claim. */
export type ClaimPlan =
  | { readonly do: 'bind'; readonly volume: PersistentVolume }
  | { readonly do: 'provision' }
  /** The claim stays pending; `told` says why where people should know. */
  | { readonly do: 'wait'; readonly told?: Told }
  /** For good: told once. */
  | { readonly do: 'lose'; readonly told: Told }
  | { readonly do: 'set-class'; readonly name: string }
  | { readonly do: 'fail'; readonly message: string };

/** What is known besides the claim. */
export interface ClaimView {
  readonly volumes: readonly PersistentVolume[];
  readonly volumeNamed: (name: string) => PersistentVolume | undefined;
  readonly classNamed: (name: string) => StorageClass | undefined;
  readonly defaultClass: StorageClass | undefined;
  /** Pods that use the claim. */
  readonly pods: () => readonly Pod[];
}

export function planClaim(claim: PersistentVolumeClaim, view: ClaimView): ClaimPlan {
  if (annotationOf(claim, BIND_COMPLETED) !== undefined) return planBound(claim, view);
  return claim.spec?.volumeName ? planNamed(claim, claim.spec.volumeName, view) : planUnbound(claim, view);
}

function planUnbound(claim: PersistentVolumeClaim, view: ClaimView): ClaimPlan {
  const className = claimClass(claim);
  const delayed = view.classNamed(className)?.volumeBindingMode === 'WaitForFirstConsumer';
  const volume = bestMatch(claim, view.volumes, { delayed });
  if (volume !== undefined) return { do: 'bind', volume };
  if (!hasClass(claim) && view.defaultClass?.metadata?.name)
    return { do: 'set-class', name: view.defaultClass.metadata.name };
  if (delayed && annotationOf(claim, SELECTED_NODE) === undefined) return { do: 'wait', told: waitingFor(view.pods()) };
  if (className !== '') return { do: 'provision' };
  const message = 'no persistent volumes available for this claim and no storage class is set';
  return { do: 'wait', told: { type: 'Normal', reason: 'FailedBinding', message } };
}

function waitingFor(pods: readonly Pod[]): Told {
  const names = pods
    .filter((pod) => !pod.spec?.nodeName && !isPodFinished(pod))
    .map(({ metadata }) => metadata?.name)
    .sort();
  if (names.length === 0) {
    const message = 'waiting for first consumer to be created before binding';
    return { type: 'Normal', reason: 'WaitForFirstConsumer', message };
  }
  const message = `waiting for ${names.length > 1 ? 'pods' : 'pod'} ${names.join(',')} to be scheduled`;
  return { type: 'Normal', reason: 'WaitForPodScheduled', message };
}

/** The user, or an earlier turn of this controller, chose the volume. */
function planNamed(claim: PersistentVolumeClaim, name: string, { volumeNamed }: ClaimView): ClaimPlan {
  const volume = volumeNamed(name);
  if (volume === undefined) return { do: 'wait' };
  if (volume.spec?.claimRef === undefined) {
    const why = mismatch(volume, claim);
    if (why === undefined) return { do: 'bind', volume };
    const message = `Cannot bind to requested volume ${JSON.stringify(name)}: ${why}`;
    return { do: 'wait', told: { type: 'Warning', reason: 'VolumeMismatch', message } };
  }
  if (refersTo(volume, claim)) return { do: 'bind', volume };
  const { namespace, name: other } = volume.spec.claimRef;
  const taken = `volume ${JSON.stringify(name)} already bound to a different claim.`;
  if (annotationOf(claim, BOUND_BY_CONTROLLER) === undefined)
    return { do: 'wait', told: { type: 'Warning', reason: 'FailedBinding', message: taken } };
  const key = `${claim.metadata?.namespace}/${claim.metadata?.name}`;
  const message = `invalid binding of claim ${JSON.stringify(key)} to volume ${JSON.stringify(name)}: volume already claimed by "${namespace}/${other}"`;
  return { do: 'fail', message };
}

function planBound(claim: PersistentVolumeClaim, { volumeNamed }: ClaimView): ClaimPlan {
  const lose = (reason: string, message: string): ClaimPlan => ({
    do: 'lose',
    told: { type: 'Warning', reason, message },
  });
  const name = claim.spec?.volumeName;
  if (!name)
    return lose('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  const volume = volumeNamed(name);
  if (volume === undefined)
    return lose('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const uid = volume.spec?.claimRef?.uid;
  if (volume.spec?.claimRef === undefined || uid === claim.metadata?.uid) return { do: 'bind', volume };
  return lose('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}
