import { collectDefinitions, reference } from './definitions.ts';
import { consumedBy, producedBy, STATUS_TEXTS } from './media-types.ts';
import { basePath, type JsonSchema, type OpenApiInput } from './openapi-input.ts';
import { type OperationParameter, PRETTY } from './operation-parameters.ts';
import { type Operation, operationsOf } from './operations.ts';

/**
 * The API as OpenAPI v3 documents, one for each group and version, keyed as `/openapi/v3` lists them: `api/v1`,
 * `apis/apps/v1`.
 */
export function buildOpenApiV3(input: OpenApiInput): Record<string, JsonSchema> {
  const keys = [...new Set(input.resources.map((resource) => basePath(resource).slice(1)))].sort();
  return Object.fromEntries(keys.map((key) => [key, buildGroupVersion(input, key)]));
}

/** One of these documents; `key` as above. */
export function buildGroupVersion(input: OpenApiInput, key: string): JsonSchema {
  const resources = input.resources.filter((resource) => basePath(resource) === `/${key}`);
  const own = { ...input, resources };
  const paths: Record<string, JsonSchema> = {};
  for (const operation of resources.flatMap((resource) => operationsOf(resource, own))) {
    const path = (paths[operation.path] ??= {
      parameters: [...operation.pathParameters, PRETTY].map(describeParameter),
    });
    path[operation.method] = describeOperation(operation);
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: input.serverVersion },
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: collectDefinitions(own, 'v3'),
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer Token authentication',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  };
}

/** What `/openapi/v3` answers: where each document is, by a hash of its contents so that clients may cache it. */
export const openApiV3Root = (hashes: Readonly<Record<string, string>>): JsonSchema => ({
  paths: Object.fromEntries(
    Object.entries(hashes).map(([key, hash]) => [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` }]),
  ),
});

function describeOperation(operation: Operation): JsonSchema {
  const { body, method } = operation;
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    ...(operation.parameters.length > 0 && { parameters: operation.parameters.map(describeParameter) }),
    ...(body !== undefined && {
      requestBody: {
        content: contentOf(consumedBy(operation), body),
        ...(method !== 'delete' && { required: true }),
      },
    }),
    responses: Object.fromEntries([
      ...operation.statuses.map((status) => [status, describeResponse(operation, status)]),
      [401, { description: STATUS_TEXTS[401] }],
    ]),
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.kind,
  };
}

const contentOf = (types: readonly string[], name: string): JsonSchema =>
  Object.fromEntries(types.map((type) => [type, { schema: reference(name, 'v3') }]));

const describeResponse = (operation: Operation, status: number): JsonSchema => ({
  description: STATUS_TEXTS[status],
  content:
    operation.response === undefined
      ? { '*/*': { schema: { type: 'string' } } }
      : contentOf(producedBy(operation), operation.response),
});

const describeParameter = ({ name, type, description, ...parameter }: OperationParameter): JsonSchema => ({
  name,
  in: parameter.in,
  description,
  ...(parameter.in === 'path' && { required: true }),
  schema: { type, uniqueItems: true },
});
