import { flatFields } from '#machinery/codec/flat-fields.ts';
import { resolveSchema, type Schema } from '#machinery/schema/schema.ts';
import { ANYTHING, LOGS } from './media-types.ts';
import type { OpenApiInput, OpenApiSubresource } from './openapi-input.ts';
import { identifier, type Method, type Operation, type Place, tagOf, title } from './operation.ts';
import { type OperationParameter, PRETTY, path, query } from './operation-parameters.ts';

const STREAM_METHODS: readonly Method[] = ['get', 'post'];
const PROXY_METHODS: readonly Method[] = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put'];

/** Connections to what an object stands for; proxies take any path below themselves, too. */
export function connectOperations(
  name: string,
  { group, version, kind }: OpenApiSubresource,
  place: Place,
  input: OpenApiInput,
): Operation[] {
  const isProxy = name === 'proxy';
  const options = queryOf({ group, version, kind }, input);
  const below: Place = {
    ...place,
    path: `${place.path}/{path}`,
    pathParameters: [...place.pathParameters, path('path', 'The path that is asked for there.')],
    idSuffix: `${place.idSuffix}WithPath`,
  };
  return (isProxy ? [place, below] : [place]).flatMap((at) =>
    (isProxy ? PROXY_METHODS : STREAM_METHODS).map((method) => ({
      path: at.path,
      method,
      id: identifier('connect', { ...at, idPrefix: `${title(method)}${at.idPrefix}` }),
      tag: tagOf(at.resource),
      description: `connect ${method.toUpperCase()} requests to ${name} of ${at.resource.kind}`,
      action: 'connect',
      kind: { group, version, kind },
      parameters: [...at.pathParameters, ...options],
      consumes: ANYTHING,
      produces: ANYTHING,
      statuses: [200],
    })),
  );
}

/** A text that can be read, such as a log. */
export function textOperation(
  { group, version, kind, textOptions = '' }: OpenApiSubresource,
  place: Place,
  input: OpenApiInput,
): Operation {
  return {
    path: place.path,
    method: 'get',
    id: identifier('read', place),
    tag: tagOf(place.resource),
    description: `read ${place.path.split('/').at(-1)} of the specified ${kind}`,
    action: 'get',
    kind: { group, version, kind },
    parameters: [...place.pathParameters, PRETTY, ...queryOf({ group, version, kind: textOptions }, input)],
    consumes: ANYTHING,
    produces: LOGS,
    statuses: [200],
  };
}

/** The members of an options kind as query parameters; times cannot be said there. */
function queryOf(
  about: { group: string; version: string; kind: string },
  { others }: OpenApiInput,
): OperationParameter[] {
  const { schema } =
    others.find(
      ({ group, version, kind }) => group === about.group && version === about.version && kind === about.kind,
    ) ?? {};
  if (schema === undefined) return [];
  return flatFields(schema).flatMap(({ name, field }) => {
    const type = typeOf(field.schema);
    const isKind = name === 'kind' || name === 'apiVersion';
    return type === undefined || isKind ? [] : [query(name, type, field.options.description ?? `See ${about.kind}.`)];
  });
}

function typeOf(schema: Schema): OperationParameter['type'] | undefined {
  const resolved = resolveSchema(schema);
  if (resolved.type === 'list') return typeOf(resolved.items);
  if (resolved.type !== 'scalar') return undefined;
  switch (resolved.scalar) {
    case 'string':
      return 'string';
    case 'bool':
      return 'boolean';
    case 'int32':
    case 'int64':
      return 'integer';
    default:
      return undefined;
  }
}
