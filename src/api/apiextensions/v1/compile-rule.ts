import type { Expression } from '#machinery/cel/ast.ts';
import { BASE_ENVIRONMENT } from '#machinery/cel/base-environment.ts';
import { childrenOf } from '#machinery/cel/children.ts';
import { compile, type Program } from '#machinery/cel/compile.ts';
import { estimateCost } from '#machinery/cel/cost/estimate-cost.ts';
import type { Environment, FieldTypes } from '#machinery/cel/environment.ts';
import { optionalOf } from '#machinery/cel/types.ts';
import type { ValidationRule } from './json-schema-props.ts';
import type { Shape } from './schema-shape.ts';

/** What is known of a rule before it is ever evaluated. */
export interface CompiledRule {
  readonly error?: string;
  readonly messageError?: string;
  /** What evaluations cost at most. */
  readonly cost: number;
  readonly messageCost: number;
  readonly usesOldSelf: boolean;
}

/** Compiles a rule about what has a shape: `self`, and on updates `oldSelf`. */
export function compileRule(rule: ValidationRule, shape: Shape): CompiledRule {
  const environment = environmentOf(shape, rule.optionalOldSelf === true);
  const result = { cost: 0, messageCost: 0, usesOldSelf: false };
  const { program, issues } = compile(rule.rule, environment);
  if (program === undefined) return { ...result, error: `compilation failed: ${issues}` };
  if (program.type.kind !== 'bool') return { ...result, error: 'cel expression must evaluate to a bool' };
  const known = { ...result, cost: costOf(program, shape), usesOldSelf: namesOldSelf(program.expression) };
  if (!rule.messageExpression) return known;
  const message = compile(rule.messageExpression, environment);
  if (message.program === undefined) {
    return { ...known, messageError: `messageExpression compilation failed: ${message.issues}` };
  }
  return message.program.type.kind === 'string'
    ? { ...known, messageCost: costOf(message.program, shape) }
    : { ...known, messageError: 'messageExpression must evaluate to a string' };
}

function environmentOf(shape: Shape, isOptional: boolean): Environment {
  const structs: Record<string, FieldTypes> = {};
  collectStructs(shape, structs);
  const oldSelf = isOptional ? optionalOf(shape.type) : shape.type;
  return BASE_ENVIRONMENT.extend({ structs, variables: { self: shape.type, oldSelf } });
}

function collectStructs({ type, fields, element }: Shape, structs: Record<string, FieldTypes>): void {
  if (element) collectStructs(element, structs);
  if (fields === undefined) return;
  structs[type.name] = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.type]));
  for (const field of Object.values(fields)) collectStructs(field, structs);
}

const namesOldSelf = (expression: Expression): boolean =>
  (expression.kind === 'identifier' && expression.name === 'oldSelf') || childrenOf(expression).some(namesOldSelf);

/** Sizes are found by the path from the variable. */
const costOf = ({ expression, checked }: Program, shape: Shape): number =>
  estimateCost(expression, checked, ([, ...path]) => {
    let at: Shape | undefined = shape;
    for (const name of path) {
      if (name === '@keys') return { min: 0, max: 0 };
      at = name === '@items' || name === '@values' ? at?.element : at?.fields?.[name];
    }
    return at && { min: 0, max: at.most };
  }).max;
