import { joinErrors } from '../authentication/token-union.ts';
import type { Attributes, Authorizer, Decide, Decision, Opinion } from './authorizer.ts';

/** What those without an opinion had to say. */
interface Doubts {
  readonly reasons: string[];
  readonly errors: string[];
}

/** Asks the authorizers in turn until one allows or refuses; answers at once when all of those do. */
export const createDecide =
  (authorizers: readonly Authorizer[]): Decide =>
  (attributes) =>
    decideFrom(authorizers, 0, { attributes, doubts: { reasons: [], errors: [] } });

function decideFrom(
  authorizers: readonly Authorizer[],
  start: number,
  { attributes, doubts }: { readonly attributes: Attributes; readonly doubts: Doubts },
): Decision | Promise<Decision> {
  for (let index = start; index < authorizers.length; index++) {
    const opinion = (authorizers[index] as Authorizer).authorize(attributes);
    if (opinion instanceof Promise) {
      return opinion.then((late) => settle(late, doubts) ?? decideFrom(authorizers, index + 1, { attributes, doubts }));
    }
    const decision = settle(opinion, doubts);
    if (decision) return decision;
  }
  const { reasons, errors } = doubts;
  return {
    allowed: false,
    denied: false,
    reason: reasons.join('\n'),
    ...(errors.length > 0 ? { evaluationError: joinErrors(errors) } : {}),
  };
}

function settle({ decision, reason, error }: Opinion, doubts: Doubts): Decision | undefined {
  if (decision === 'no opinion') {
    if (reason) doubts.reasons.push(reason);
    if (error) doubts.errors.push(error);
    return undefined;
  }
  const allowed = decision === 'allow';
  return { allowed, denied: !allowed, reason, ...(error ? { evaluationError: error } : {}) };
}
