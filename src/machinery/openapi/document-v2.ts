import { Catalog } from './catalog.ts';
import { collectDefinitions, reference } from './definitions.ts';
import { STATUS_TEXTS } from './media-types.ts';
import { basePath, type JsonSchema, type OpenApiInput } from './openapi-input.ts';
import type { Operation } from './operation.ts';
import type { OperationParameter } from './operation-parameters.ts';
import { operationsOf } from './operations.ts';
import { pathItems } from './path-items.ts';
import { resourcesOperation, serverOperations } from './server-operations.ts';

/** The whole API as an OpenAPI v2 (swagger) document. */
export function buildOpenApiV2(input: OpenApiInput): JsonSchema {
  const groupVersions = [...new Map(input.resources.map((resource) => [basePath(resource), resource])).values()];
  const operations = [
    ...groupVersions.map(resourcesOperation),
    ...input.resources.flatMap((resource) => operationsOf(resource, input)),
    ...Object.values(serverOperations(input)),
  ];
  const names = new Set(
    operations.flatMap(({ body, response }) => [body, response]).filter((name) => name !== undefined),
  );
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: input.serverVersion },
    paths: pathItems(operations, { parameter: describeParameter, operation: describeOperation }),
    definitions: collectDefinitions(names, new Catalog(input, groupVersions), 'v2'),
    securityDefinitions: {
      BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  };
}

function describeOperation(operation: Operation, own: readonly OperationParameter[]): JsonSchema {
  const { body, method, action, kind } = operation;
  const bodyParameter =
    body === undefined
      ? []
      : [{ name: 'body', in: 'body', ...(method !== 'delete' && { required: true }), schema: reference(body, 'v2') }];
  const parameters = [...bodyParameter, ...own.map(describeParameter)];
  return {
    description: operation.description,
    ...(operation.consumes.length > 0 && { consumes: [...operation.consumes] }),
    produces: [...operation.produces],
    schemes: ['https'],
    tags: [operation.tag],
    operationId: operation.id,
    ...(parameters.length > 0 && { parameters }),
    responses: Object.fromEntries([
      ...operation.statuses.map((status) => [status, describeResponse(operation, status)]),
      [401, { description: STATUS_TEXTS[401] }],
    ]),
    ...(action !== undefined && { 'x-kubernetes-action': action }),
    ...(kind !== undefined && { 'x-kubernetes-group-version-kind': kind }),
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
