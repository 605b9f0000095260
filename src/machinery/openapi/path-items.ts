import type { JsonSchema } from './openapi-input.ts';
import type { Operation } from './operation.ts';
import type { OperationParameter } from './operation-parameters.ts';

/** How one version of OpenAPI writes operations. */
export interface Writer {
  readonly parameter: (parameter: OperationParameter) => JsonSchema;
  /** `own` are the parameters that other operations of its path have not. */
  readonly operation: (operation: Operation, own: readonly OperationParameter[]) => JsonSchema;
}

/** Operations by their paths; parameters that all of a path have are said once. */
export function pathItems(operations: readonly Operation[], writer: Writer): Record<string, JsonSchema> {
  const paths = new Map<string, Operation[]>();
  for (const operation of operations) {
    const others = paths.get(operation.path);
    if (others) others.push(operation);
    else paths.set(operation.path, [operation]);
  }
  const ordered = [...paths].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(ordered.map(([path, group]) => [path, pathItem(group, writer)]));
}

function pathItem(operations: readonly Operation[], { parameter, operation }: Writer): JsonSchema {
  const [first, ...others] = operations.map(({ parameters }) => parameters);
  const common = (first ?? []).filter((each) => others.every((parameters) => has(parameters, each)));
  const own = (parameters: readonly OperationParameter[]) => inOrder(parameters.filter((each) => !has(common, each)));
  return {
    ...(common.length > 0 && { parameters: inOrder(common).map(parameter) }),
    ...Object.fromEntries(operations.map((each) => [each.method, operation(each, own(each.parameters))])),
  };
}

const has = (parameters: readonly OperationParameter[], wanted: OperationParameter): boolean =>
  parameters.some((each) => each.name === wanted.name && each.in === wanted.in);

const inOrder = (parameters: readonly OperationParameter[]): OperationParameter[] =>
  [...parameters].sort((a, b) => compare(a.name, b.name) || compare(a.in, b.in));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
