import { PATCH_NAME } from './catalog.ts';
import { connectOperations, textOperation } from './connect-operations.ts';
import { ANYTHING, LISTS, OBJECTS, PATCHES } from './media-types.ts';
import {
  basePath,
  type GroupVersionKind,
  listName,
  type OpenApiInput,
  type OpenApiResource,
  type OpenApiSubresource,
} from './openapi-input.ts';
import { identifier, type Method, type Operation, type Place, tagOf, title } from './operation.ts';
import {
  DELETE_PARAMETERS,
  LIST_PARAMETERS,
  NAMESPACE,
  type OperationParameter,
  objectName,
  PATCH_PARAMETERS,
  PRETTY,
  WRITE_PARAMETERS,
} from './operation-parameters.ts';

interface VerbPlan {
  readonly method: Method;
  readonly idVerb: string;
  readonly action: string;
  readonly words: (kind: string) => string;
  readonly parameters: readonly OperationParameter[];
  readonly statuses: readonly number[];
}

const VERBS: Readonly<Record<string, VerbPlan>> = {
  list: {
    method: 'get',
    idVerb: 'list',
    action: 'list',
    words: (kind) => `list or watch objects of kind ${kind}`,
    parameters: LIST_PARAMETERS,
    statuses: [200],
  },
  create: {
    method: 'post',
    idVerb: 'create',
    action: 'post',
    words: (kind) => `create a ${kind}`,
    parameters: WRITE_PARAMETERS,
    statuses: [200, 201, 202],
  },
  deletecollection: {
    method: 'delete',
    idVerb: 'delete',
    action: 'deletecollection',
    words: (kind) => `delete collection of ${kind}`,
    parameters: [
      ...DELETE_PARAMETERS,
      ...LIST_PARAMETERS.filter(({ name }) => name !== 'watch' && name !== 'allowWatchBookmarks'),
    ],
    statuses: [200],
  },
  get: {
    method: 'get',
    idVerb: 'read',
    action: 'get',
    words: (kind) => `read the specified ${kind}`,
    parameters: [],
    statuses: [200],
  },
  update: {
    method: 'put',
    idVerb: 'replace',
    action: 'put',
    words: (kind) => `replace the specified ${kind}`,
    parameters: WRITE_PARAMETERS,
    statuses: [200, 201],
  },
  patch: {
    method: 'patch',
    idVerb: 'patch',
    action: 'patch',
    words: (kind) => `partially update the specified ${kind}`,
    parameters: PATCH_PARAMETERS,
    statuses: [200, 201],
  },
  delete: {
    method: 'delete',
    idVerb: 'delete',
    action: 'delete',
    words: (kind) => `delete a ${kind}`,
    parameters: DELETE_PARAMETERS,
    statuses: [200, 202],
  },
};

/** All operations of a resource and its subresources. */
export function operationsOf(resource: OpenApiResource, input: OpenApiInput): Operation[] {
  const { namespaced, plural } = resource;
  const base = basePath(resource);
  const pathParameters = namespaced ? [NAMESPACE] : [];
  const idPrefix = namespaced ? 'Namespaced' : '';
  const below = namespaced ? `namespaces/{namespace}/${plural}` : plural;
  const collection: Place = { resource, path: `${base}/${below}`, pathParameters, idPrefix, idSuffix: '' };
  const everywhere: Place = {
    ...collection,
    path: `${base}/${plural}`,
    pathParameters: [],
    idPrefix: '',
    idSuffix: 'ForAllNamespaces',
  };
  const item: Place = {
    ...collection,
    path: `${collection.path}/{name}`,
    pathParameters: [objectName(resource.kind), ...pathParameters],
  };
  const has = (verb: string) => resource.verbs.includes(verb);
  const listed = namespaced && has('list') ? [collection, everywhere] : [collection];
  const watched = (place: Place) => ({ ...place, path: place.path.replace(base, `${base}/watch`) });
  return [
    ...(has('list') ? listed.map((place) => plan('list', place, resource, input)) : []),
    ...['create', 'deletecollection'].filter(has).map((verb) => plan(verb, collection, resource, input)),
    ...['get', 'update', 'patch', 'delete'].filter(has).map((verb) => plan(verb, item, resource, input)),
    ...(has('watch') ? listed.map((place) => watchOperation(watched(place), 'watchlist', input)) : []),
    ...(has('watch') && has('get') ? [watchOperation(watched(item), 'watch', input)] : []),
    ...Object.entries(resource.subresources ?? {}).flatMap(([name, subresource]) =>
      subresourceOperations(name, subresource, item, input),
    ),
  ];
}

function subresourceOperations(
  name: string,
  subresource: OpenApiSubresource,
  item: Place,
  input: OpenApiInput,
): Operation[] {
  const place: Place = { ...item, path: `${item.path}/${name}`, idSuffix: title(name) };
  if (subresource.type === 'connect') return connectOperations(name, subresource, place, input);
  if (subresource.textOptions !== undefined) return [textOperation(subresource, place, input)];
  return subresource.verbs
    .filter((verb) => VERBS[verb] !== undefined)
    .map((verb) => plan(verb, place, subresource, input));
}

/** The old way to watch, by a path of its own. */
function watchOperation(place: Place, action: 'watch' | 'watchlist', { meta }: OpenApiInput): Operation {
  const { group, version, kind } = place.resource;
  const isList = action === 'watchlist';
  return {
    path: place.path,
    method: 'get',
    id: identifier('watch', isList ? { ...place, idSuffix: `List${place.idSuffix}` } : place),
    tag: tagOf(place.resource),
    description: `watch ${isList ? `objects of kind ${kind}` : `one ${kind}`}: deprecated, lists can be watched themselves`,
    action,
    kind: { group, version, kind },
    parameters: [...place.pathParameters, PRETTY, ...LIST_PARAMETERS],
    consumes: ANYTHING,
    response: meta.watchEvent.name,
    produces: LISTS,
    statuses: [200],
  };
}

function plan(verb: string, place: Place, about: OpenApiResource | OpenApiSubresource, input: OpenApiInput): Operation {
  const { resource, path, pathParameters } = place;
  const { method, idVerb, action, words, parameters, statuses } = VERBS[verb]!;
  const id =
    verb === 'deletecollection'
      ? identifier('delete', { ...place, idPrefix: `Collection${place.idPrefix}` })
      : identifier(idVerb, place);
  const body = bodyOf(verb, about, resource, input);
  const response = responseOf(verb, about, resource, input);
  return {
    path,
    method,
    id,
    tag: tagOf(resource),
    description:
      place.idSuffix === '' || verb === 'list'
        ? words(resource.kind)
        : words(`${resource.kind}'s ${place.path.split('/').at(-1)}`),
    action,
    kind: { group: about.group, version: about.version, kind: about.kind },
    parameters: [...pathParameters, PRETTY, ...parameters],
    ...(body !== undefined && { body }),
    consumes: verb === 'patch' ? PATCHES : ANYTHING,
    ...(response !== undefined && { response }),
    produces: verb === 'list' ? LISTS : OBJECTS,
    statuses,
  };
}

function schemaName(
  about: OpenApiResource | OpenApiSubresource,
  resource: OpenApiResource,
  { others, resources }: OpenApiInput,
): string | undefined {
  if (about.schema !== undefined) return about.schema.name;
  const isMeant = (each: GroupVersionKind) =>
    each.kind === about.kind && each.group === about.group && each.version === about.version;
  const found = isMeant(resource) ? resource : (others.find(isMeant) ?? resources.find(isMeant));
  return found?.schema.name;
}

function bodyOf(
  verb: string,
  about: OpenApiResource | OpenApiSubresource,
  resource: OpenApiResource,
  input: OpenApiInput,
): string | undefined {
  if (verb === 'patch') return PATCH_NAME;
  if (verb === 'delete' || verb === 'deletecollection') return input.meta.deleteOptions.name;
  return verb === 'create' || verb === 'update' ? schemaName(about, resource, input) : undefined;
}

function responseOf(
  verb: string,
  about: OpenApiResource | OpenApiSubresource,
  resource: OpenApiResource,
  input: OpenApiInput,
): string | undefined {
  if (verb === 'list') return listName(resource);
  const answersStatus = verb === 'deletecollection' || (verb === 'delete' && !resource.strategy?.returnsDeletedObject);
  if (answersStatus) return input.meta.status.name;
  return schemaName(about, resource, input);
}
