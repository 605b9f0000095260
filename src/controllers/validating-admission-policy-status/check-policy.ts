import {
  ADMISSION_ENVIRONMENT,
  variableType,
  withVariables,
} from '#api/admissionregistration/v1/admission-environment.ts';
import type {
  ExpressionWarning,
  ValidatingAdmissionPolicy,
} from '#api/admissionregistration/v1/validating-admission-policy.ts';
import { type AnyResourceDefinition, apiVersionOf } from '#api/resource-definition.ts';
import { compile } from '#machinery/cel/compile.ts';
import type { Environment } from '#machinery/cel/environment.ts';
import { type CelType, DYN } from '#machinery/cel/types.ts';
import { kindsToCheck } from './kinds-to-check.ts';
import { objectTypes } from './object-types.ts';

/** What is wrong with a policy's expressions, now that it is known what the objects look like that they are about. */
export function checkPolicy(
  policy: ValidatingAdmissionPolicy,
  resources: readonly AnyResourceDefinition[],
): ExpressionWarning[] {
  const { paramKind, validations = [] } = policy.spec ?? {};
  const params = resources.find((one) => one.kind === paramKind?.kind && apiVersionOf(one) === paramKind.apiVersion);
  const kinds = kindsToCheck(policy, resources).map((kind) => ({
    name: `${kind.group}/${kind.version}, Kind=${kind.kind}`,
    environment: withPolicyVariables(policy, typedEnvironment(kind, params)),
  }));
  const warningsOf = (expression: string, fieldRef: string): ExpressionWarning[] => {
    const told = kinds.flatMap(({ name, environment }) => {
      const { issues } = compile(expression, environment);
      return issues === undefined ? [] : [`${name}: ${issues}\n`];
    });
    return told.length > 0 ? [{ fieldRef, warning: told.join('\n') }] : [];
  };
  return validations.flatMap(({ expression, messageExpression }, index) => {
    const at = `spec.validations[${index}]`;
    return [
      ...warningsOf(expression, `${at}.expression`),
      ...(messageExpression ? warningsOf(messageExpression, `${at}.messageExpression`) : []),
    ];
  });
}

/** Parameters of a kind that nobody knows are not known to expressions either. */
function typedEnvironment(kind: AnyResourceDefinition, params: AnyResourceDefinition | undefined): Environment {
  const object = objectTypes(kind.schema);
  const parameters = params && objectTypes(params.schema);
  return ADMISSION_ENVIRONMENT.extend({
    structs: { ...object.structs, ...parameters?.structs },
    variables: {
      object: object.type,
      oldObject: object.type,
      ...(parameters ? { params: parameters.type } : {}),
    },
  });
}

function withPolicyVariables({ spec }: ValidatingAdmissionPolicy, environment: Environment): Environment {
  const types: Record<string, CelType> = {};
  for (const { name, expression } of spec?.variables ?? []) {
    const { program } = compile(expression, withVariables(environment, { ...types }));
    types[name] = program === undefined ? DYN : variableType(program.type);
  }
  return spec?.variables?.length ? withVariables(environment, types) : environment;
}
