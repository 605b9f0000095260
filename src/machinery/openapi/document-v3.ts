import { Catalog } from './catalog.ts';
import { collectDefinitions, reference } from './definitions.ts';
import { STATUS_TEXTS } from './media-types.ts';
import { basePath, type GroupVersion, type JsonSchema, type OpenApiInput } from './openapi-input.ts';
import type { Operation } from './operation.ts';
import type { OperationParameter } from './operation-parameters.ts';
import { operationsOf } from './operations.ts';
import { pathItems } from './path-items.ts';
import { resourcesOperation, serverOperations } from './server-operations.ts';

/**
 * The names of the documents: one for each group and version, as `/openapi/v3` lists them (`api/v1`, `apis/apps/v1`), and
 * those that tell of the server itself.
 */
export const documentKeys = (input: OpenApiInput): string[] => [
  ...new Set([
    ...input.resources.map((resource) => basePath(resource).slice(1)),
    ...Object.keys(serverOperations(input)),
  ]),
];

/** One of these documents. */
export function buildOpenApiV3(input: OpenApiInput, key: string): JsonSchema {
  const resources = input.resources.filter((resource) => basePath(resource) === `/${key}`);
  const [groupVersion] = resources;
  const operations = groupVersion
    ? [resourcesOperation(groupVersion), ...resources.flatMap((resource) => operationsOf(resource, input))]
    : [serverOperations(input)[key] as Operation];
  return documentOf(operations, input, groupVersion ? [groupVersion] : []);
}

function documentOf(
  operations: readonly Operation[],
  input: OpenApiInput,
  groupVersions: readonly GroupVersion[],
): JsonSchema {
  const names = new Set(
    operations.flatMap(({ body, response }) => [body, response]).filter((name) => name !== undefined),
  );
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: input.serverVersion },
    paths: pathItems(operations, { parameter: describeParameter, operation: describeOperation }),
    components: {
      ...(names.size > 0 && { schemas: collectDefinitions(names, new Catalog(input, groupVersions), 'v3') }),
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

function describeOperation(operation: Operation, own: readonly OperationParameter[]): JsonSchema {
  const { body, method, action, kind } = operation;
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    ...(own.length > 0 && { parameters: own.map(describeParameter) }),
    ...(body !== undefined && {
      requestBody: {
        content: contentOf(operation.consumes, body),
        ...(method !== 'delete' && { required: true }),
      },
    }),
    responses: Object.fromEntries([
      ...operation.statuses.map((status) => [status, describeResponse(operation, status)]),
      [401, { description: STATUS_TEXTS[401] }],
    ]),
    ...(action !== undefined && { 'x-kubernetes-action': action }),
    ...(kind !== undefined && { 'x-kubernetes-group-version-kind': kind }),
  };
}

/** Without a name it is a text. */
const contentOf = (types: readonly string[], name: string | undefined): JsonSchema =>
  Object.fromEntries(
    types.map((type) => [type, { schema: name === undefined ? { type: 'string' } : reference(name, 'v3') }]),
  );

const describeResponse = ({ produces, response }: Operation, status: number): JsonSchema => ({
  description: STATUS_TEXTS[status],
  content: contentOf(produces, response),
});

const describeParameter = ({ name, type, description, ...parameter }: OperationParameter): JsonSchema => ({
  name,
  in: parameter.in,
  description,
  ...(parameter.in === 'path' && { required: true }),
  schema: { type, uniqueItems: true },
});
