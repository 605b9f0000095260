import type { Expression } from '#machinery/cel/ast.ts';
import { BASE_ENVIRONMENT } from '#machinery/cel/base-environment.ts';
import { childrenOf } from '#machinery/cel/children.ts';
import { type Compilation, compile, type Program } from '#machinery/cel/compile.ts';
import type { Environment } from '#machinery/cel/environment.ts';
import { EscapedMap } from '#machinery/cel/escaped-map.ts';
import { plainValue } from '#machinery/cel/plain-value.ts';
import { ANY, listOf, mapOf, STRING, struct } from '#machinery/cel/types.ts';
import { CelError, isList, type Value } from '#machinery/cel/values.ts';

const CLAIMS = BASE_ENVIRONMENT.extend({ variables: { claims: mapOf(STRING, ANY) } });
const USER = BASE_ENVIRONMENT.extend({
  variables: { user: struct('kubernetes.UserInfo') },
  structs: {
    'kubernetes.UserInfo': {
      username: STRING,
      uid: STRING,
      groups: listOf(STRING),
      extra: mapOf(STRING, listOf(STRING)),
    },
  },
});

/** An expression about claims that may come to anything; what it comes to is checked when it does. */
export const compileMapping = (expression: string): Compilation => compiled(expression, CLAIMS);

/** A question about claims. */
export const compileClaimRule = (expression: string): Compilation => question(compiled(expression, CLAIMS));

/** A question about the user that the claims have become. */
export const compileUserRule = (expression: string): Compilation => question(compiled(expression, USER));

function compiled(expression: string, environment: Environment): Compilation {
  const { program, issues } = compile(expression, environment);
  return program === undefined ? { issues: `compilation failed: ${issues}` } : { program };
}

const question = (compilation: Compilation): Compilation =>
  compilation.program && compilation.program.type.kind !== 'bool' ? { issues: 'must evaluate to bool' } : compilation;

/** Whether an expression looks at a claim by its name. */
export function looksAtClaim(expression: Expression, claim: string): boolean {
  const isClaims = (each: Expression | undefined) => each?.kind === 'identifier' && each.name === 'claims';
  if (expression.kind === 'select' && expression.field === claim && isClaims(expression.operand)) return true;
  if (expression.kind === 'call' && expression.function === '_?._') {
    const [operand, field] = expression.args;
    if (isClaims(operand) && field?.kind === 'constant' && field.value === claim) return true;
  }
  return childrenOf(expression).some((child) => looksAtClaim(child, claim));
}

/** Claims or a user, as expressions see them: numbers have fractions. */
export const expressionInput = (data: object): Value =>
  plainValue(data, { allDoubles: true, toMap: (entries) => new EscapedMap(entries) });

/** What an expression comes to. Throws a `CelError`. */
export function evaluate({ run, source }: Program, name: 'claims' | 'user', value: Value): Value {
  try {
    return run({ variable: (each) => (each === name ? value : undefined) }).value;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new CelError(`expression '${source}' resulted in error: ${error.message}`);
  }
}

/** One text or several; those that are empty are left out. */
export function textsOf(value: Value): string[] {
  const texts = isList(value) ? value : [value];
  if (!texts.every((each) => typeof each === 'string')) {
    throw new CelError('expression must return a string or a list of strings');
  }
  return texts.filter((text) => text !== '');
}
