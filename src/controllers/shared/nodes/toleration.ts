import type { Taint, Toleration } from '#api/core/v1/affinity.ts';
import { boundedSeconds } from '#machinery/objects/seconds.ts';

/** Whether a toleration covers a taint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator || 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    default:
      return comparesNumbers(toleration, taint);
  }
}

/** `Gt` and `Lt` compare the taint's value with the toleration's as integers. */
function comparesNumbers({ operator, value }: Toleration, taint: Taint): boolean {
  const [actual, bound] = [taint.value, value].map((text) => (/^-?\d+$/.test(text ?? '') ? Number(text) : Number.NaN));
  return operator === 'Gt' ? (actual as number) > (bound as number) : (actual as number) < (bound as number);
}

/**
 * Seconds that a pod may stay under NoExecute taints, from the time it came under them: undefined for ever, 0 when it
 * must go at once.
 */
export function secondsToStay(taints: readonly Taint[], tolerations: readonly Toleration[] = []): number | undefined {
  let least: number | undefined;
  for (const taint of taints) {
    const covering = tolerations.filter((toleration) => tolerates(toleration, taint));
    if (covering.length === 0) return 0;
    for (const { tolerationSeconds } of covering) {
      if (tolerationSeconds !== undefined)
        least = Math.max(0, Math.min(least ?? Infinity, boundedSeconds(tolerationSeconds)));
    }
  }
  return least;
}
