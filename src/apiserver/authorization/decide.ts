import { firstSettled, whenThere } from '#base/maybe-promise.ts';
import { joinErrors } from '../authentication/token-union.ts';
import type { Authorizer, Decide, Decision, Opinion } from './authorizer.ts';

/** What those without an opinion had to say. */
interface Doubts {
  readonly reasons: string[];
  readonly errors: string[];
}

/** Asks the authorizers in turn until one allows or refuses; answers at once when all of those do. */
export const createDecide =
  (authorizers: readonly Authorizer[]): Decide =>
  (attributes) => {
    const doubts: Doubts = { reasons: [], errors: [] };
    const decision = firstSettled(
      authorizers,
      (each) => each.authorize(attributes),
      (opinion) => settle(opinion, doubts),
    );
    return whenThere(decision, (settled) => settled ?? undecided(doubts));
  };

const undecided = ({ reasons, errors }: Doubts): Decision => ({
  allowed: false,
  denied: false,
  reason: reasons.join('\n'),
  ...(errors.length > 0 ? { evaluationError: joinErrors(errors) } : {}),
});

function settle({ decision, reason, error }: Opinion, doubts: Doubts): Decision | undefined {
  if (decision === 'no opinion') {
    if (reason) doubts.reasons.push(reason);
    if (error) doubts.errors.push(error);
    return undefined;
  }
  const allowed = decision === 'allow';
  return { allowed, denied: !allowed, reason, ...(error ? { evaluationError: error } : {}) };
}
