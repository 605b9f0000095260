import type { Expression } from './ast.ts';
import { type Checked, check } from './checker.ts';
import type { Environment } from './environment.ts';
import { type Outcome, plan } from './evaluate.ts';
import type { Input } from './frame.ts';
import { issuesText } from './issues.ts';
import { literalIssues } from './literal-issues.ts';
import { parse } from './parser.ts';
import type { CelType } from './types.ts';

/** An expression that can be evaluated. */
export interface Program {
  readonly source: string;
  readonly type: CelType;
  readonly expression: Expression;
  readonly checked: Checked;
  /** Throws `CelError` where the expression fails, `CostLimitError` where it costs too much. */
  readonly run: (input: Input) => Outcome;
}

export type Compilation =
  | { readonly program: Program; readonly issues?: undefined }
  /** What is wrong, as clients see it. */
  | { readonly program?: undefined; readonly issues: string };

/** Parses and checks an expression; nothing is evaluated. */
export function compile(source: string, environment: Environment): Compilation {
  const parsed = parse(source);
  if ('issues' in parsed) return { issues: issuesText(source, parsed.issues) };
  const { expression } = parsed;
  const checked = check(expression, environment);
  const issues = checked.issues.length > 0 ? checked.issues : literalIssues(expression);
  if (issues.length > 0) return { issues: issuesText(source, issues) };
  const run = plan(expression, checked, environment);
  return { program: { source, type: checked.type, expression, checked, run } };
}
