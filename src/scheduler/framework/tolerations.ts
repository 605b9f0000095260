import type { Taint, Toleration } from '#api/core/v1/affinity.ts';

/** Whether a toleration covers a taint. */
export function toleratesTaint(toleration: Toleration, taint: Pick<Taint, 'key' | 'effect' | 'value'>): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? 'Equal') {
    case 'Exists':
      return true;
    case 'Gt':
      return compareNumbers(taint.value, toleration.value, (own, limit) => own > limit);
    case 'Lt':
      return compareNumbers(taint.value, toleration.value, (own, limit) => own < limit);
    default:
      return (toleration.value ?? '') === (taint.value ?? '');
  }
}

function compareNumbers(
  own: string | undefined,
  limit: string | undefined,
  holds: (own: number, limit: number) => boolean,
): boolean {
  const isNumber = (text: string | undefined) => text !== undefined && /^-?\d+$/.test(text);
  return isNumber(own) && isNumber(limit) && holds(Number(own), Number(limit));
}

/** The first taint with one of these effects that nothing tolerates. */
export const untolerated = (
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[],
  effects: readonly string[],
): Taint | undefined =>
  (taints ?? []).find(
    (taint) => effects.includes(taint.effect) && !tolerations.some((toleration) => toleratesTaint(toleration, taint)),
  );
