import type { Program } from '#machinery/cel/compile.ts';
import { CelError, type Value } from '#machinery/cel/values.ts';
import {
  compileClaimRule,
  compileMapping,
  compileUserRule,
  evaluate,
  expressionInput,
  textsOf,
} from './claim-expressions.ts';
import { IdTokenError } from './id-token.ts';
import type { ExpressionRule, OidcOptions } from './oidc-options.ts';

interface Rule {
  readonly program: Program | undefined;
  readonly message: string;
}

const rules = (sources: readonly ExpressionRule[] | undefined, compile: typeof compileMapping): readonly Rule[] =>
  (sources ?? []).map(({ expression, message = '' }) => ({ program: compile(expression).program, message }));

/** What the expressions among an issuer's options make of claims. All throw `IdTokenError`s. */
export class ClaimMapper {
  readonly #username: Program | undefined;
  readonly #groups: Program | undefined;
  readonly #uid: Program | undefined;
  readonly #extra: readonly { readonly key: string; readonly program: Program | undefined }[];
  readonly #claimRules: readonly Rule[];
  readonly #userRules: readonly Rule[];

  /** The expressions are valid. */
  constructor(options: OidcOptions) {
    const programOf = (text: string | undefined) => (text === undefined ? undefined : compileMapping(text).program);
    this.#username = programOf(options.usernameExpression);
    this.#groups = programOf(options.groupsExpression);
    this.#uid = programOf(options.uidExpression);
    this.#extra = (options.extra ?? []).map(({ key, valueExpression }) => ({
      key,
      program: programOf(valueExpression),
    }));
    this.#claimRules = rules(options.claimRules, compileClaimRule);
    this.#userRules = rules(options.userRules, compileUserRule);
  }

  /** Undefined where a claim says the name. */
  username(claims: object): string | undefined {
    const name = this.#text(this.#username, claims, 'username');
    if (name === '') throw new IdTokenError('empty username via CEL expression is not allowed');
    return name;
  }

  uid(claims: object): string | undefined {
    return this.#text(this.#uid, claims, 'uid');
  }

  groups(claims: object): string[] | undefined {
    const program = this.#groups;
    if (program === undefined) return undefined;
    return explain('error evaluating group claim expression', () =>
      textsOf(evaluate(program, 'claims', expressionInput(claims))),
    );
  }

  extra(claims: object): Readonly<Record<string, string[]>> {
    const input = expressionInput(claims);
    const all = this.#extra.flatMap(({ key, program }) => {
      if (program === undefined) return [];
      const value = explain('', () => evaluate(program, 'claims', input));
      const texts = explain(`error evaluating extra claim expression: ${program.source}`, () => textsOf(value));
      return texts.length > 0 ? [[key, texts] as const] : [];
    });
    return Object.fromEntries(all);
  }

  checkClaims(claims: object): void {
    const doing = 'error evaluating claim validation expression';
    check(this.#claimRules, { name: 'claims', input: expressionInput(claims), doing });
  }

  checkUser(user: object): void {
    const doing = 'error evaluating user info validation rule';
    check(this.#userRules, { name: 'user', input: expressionInput(user), doing });
  }

  #text(program: Program | undefined, claims: object, what: string): string | undefined {
    if (program === undefined) return undefined;
    const doing = `error evaluating ${what} claim expression`;
    const value = explain(doing, () => evaluate(program, 'claims', expressionInput(claims)));
    if (typeof value === 'string') return value;
    throw new IdTokenError(`${doing}: ${what} claim expression must return a string`);
  }
}

interface Checked {
  readonly name: 'claims' | 'user';
  readonly input: Value;
  readonly doing: string;
}

/** All rules are evaluated before any is judged. */
function check(list: readonly Rule[], { name, input, doing }: Checked): void {
  const results = list.map(({ program, message }) => ({
    source: program?.source,
    message,
    value: program && explain(doing, () => evaluate(program, name, input)),
  }));
  const failed = results.find(({ value }) => value !== true);
  if (failed === undefined) return;
  throw new IdTokenError(`${doing}: validation expression '${failed.source}' failed: ${failed.message}`);
}

function explain<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new IdTokenError(doing === '' ? error.message : `${doing}: ${error.message}`);
  }
}
