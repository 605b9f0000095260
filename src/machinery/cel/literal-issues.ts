import type { Call, Expression } from './ast.ts';
import { childrenOf } from './children.ts';
import type { Issue } from './issues.ts';
import { CONVERSIONS } from './library/conversions.ts';
import { regex } from './library/regex.ts';
import { CelError, type Value } from './values.ts';

/** Literals that could only fail when evaluated: patterns, times and durations that are none. */
export function literalIssues(expression: Expression): Issue[] {
  const own = expression.kind === 'call' ? issueOf(expression) : [];
  return [...own, ...childrenOf(expression).flatMap(literalIssues)];
}

function issueOf(call: Call): Issue[] {
  const argument = call.args.at(-1);
  if (argument?.kind !== 'constant' || typeof argument.value !== 'string') return [];
  const text = argument.value;
  if (call.function === 'matches') {
    return refused(() => regex(text)) ? [{ at: argument.at, message: 'invalid matches argument' }] : [];
  }
  if ((call.function !== 'duration' && call.function !== 'timestamp') || call.target !== undefined) return [];
  const read = CONVERSIONS[call.function]!.at(-1)!.run as (text: string) => Value;
  return refused(() => read(text)) ? [{ at: argument.at, message: `invalid ${call.function} argument` }] : [];
}

function refused(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch (error) {
    if (error instanceof CelError) return true;
    throw error;
  }
}
