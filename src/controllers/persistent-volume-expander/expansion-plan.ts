import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';

const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

export type ExpansionPlan =
  | { readonly do: 'nothing' }
  | { readonly do: 'grow'; readonly size: string }
  | { readonly do: 'tell'; readonly type: 'Normal' | 'Warning'; readonly message: string };

/** `own` is the provisioner whose volumes grow here. */
export function planExpansion(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
  own: string | undefined,
): ExpansionPlan {
  const { spec, status, metadata } = claim;
  if (status?.phase !== 'Bound' || volume.spec?.claimRef?.uid !== metadata?.uid) return { do: 'nothing' };
  const wanted = spec?.resources?.requests?.['storage'] ?? '0';
  if (parseQuantity(wanted).compare(parseQuantity(status.capacity?.['storage'] ?? '0')) <= 0) return { do: 'nothing' };
  const by = volume.metadata?.annotations?.[PROVISIONED_BY];
  if (by !== undefined && by === own) return { do: 'grow', size: wanted };
  // Drivers outside are expected to; of others nobody is known who would.
  const type = volume.spec?.csi ? 'Normal' : 'Warning';
  return { do: 'tell', type, message: 'waiting for an external controller to expand this PVC' };
}
