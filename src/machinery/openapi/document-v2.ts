import { collectDefinitions, reference } from './definitions.ts';
import { consumedBy, producedBy, STATUS_TEXTS } from './media-types.ts';
import type { JsonSchema, OpenApiInput } from './openapi-input.ts';
import { type OperationParameter, PRETTY } from './operation-parameters.ts';
import { type Operation, operationsOf } from './operations.ts';

/** The whole API as an OpenAPI v2 (swagger) document. */
export function buildOpenApiV2(input: OpenApiInput): JsonSchema {
  const paths: Record<string, JsonSchema> = {};
  for (const operation of input.resources.flatMap((resource) => operationsOf(resource, input))) {
    const path = (paths[operation.path] ??= {
      parameters: [...operation.pathParameters, PRETTY].map(describeParameter),
    });
    path[operation.method] = describeOperation(operation);
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: input.serverVersion },
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    definitions: collectDefinitions(input, 'v2'),
    securityDefinitions: {
      BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  };
}

function describeOperation(operation: Operation): JsonSchema {
  const { body, method } = operation;
  const bodyParameter =
    body === undefined
      ? []
      : [{ name: 'body', in: 'body', ...(method !== 'delete' && { required: true }), schema: reference(body, 'v2') }];
  const parameters = [...bodyParameter, ...operation.parameters.map(describeParameter)];
  return {
    description: operation.description,
    consumes: [...consumedBy(operation)],
    produces: [...producedBy(operation)],
    schemes: ['https'],
    tags: [operation.tag],
    operationId: operation.id,
    ...(parameters.length > 0 && { parameters }),
    responses: Object.fromEntries([
      ...operation.statuses.map((status) => [status, describeResponse(operation, status)]),
      [401, { description: STATUS_TEXTS[401] }],
    ]),
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.kind,
  };
}

const describeResponse = ({ response }: Operation, status: number): JsonSchema => ({
  description: STATUS_TEXTS[status],
  schema: response === undefined ? { type: 'string' } : reference(response, 'v2'),
});

const describeParameter = ({ name, type, description, ...parameter }: OperationParameter): JsonSchema => ({
  uniqueItems: true,
  type,
  description,
  name,
  in: parameter.in,
  ...(parameter.in === 'path' && { required: true }),
});
