import { PATCH_NAME } from './definitions.ts';
import {
  basePath,
  type GroupVersionKind,
  listName,
  type OpenApiInput,
  type OpenApiResource,
  type OpenApiSubresource,
} from './openapi-input.ts';
import {
  DELETE_PARAMETERS,
  LIST_PARAMETERS,
  NAMESPACE,
  type OperationParameter,
  objectName,
  PATCH_PARAMETERS,
  WRITE_PARAMETERS,
} from './operation-parameters.ts';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';

/** One operation of the API, in no version of OpenAPI. */
export interface Operation {
  readonly path: string;
  readonly method: Method;
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  /** `x-kubernetes-action`. */
  readonly action: string;
  readonly kind: GroupVersionKind;
  readonly parameters: readonly OperationParameter[];
  readonly pathParameters: readonly OperationParameter[];
  /** Name of the definition of the body. */
  readonly body?: string;
  /** Name of the definition of the answer; absent for streams. */
  readonly response?: string;
  readonly statuses: readonly number[];
}

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

const title = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `core`, `apps`, `rbacAuthorization`: a group in identifiers. */
function groupIdentifier(group: string): string {
  if (group === '') return 'core';
  const [first, ...rest] = group.replace(/\.k8s\.io$/, '').split('.');
  return `${first}${rest.map(title).join('')}`.replaceAll('-', '');
}

interface Place {
  readonly resource: OpenApiResource;
  readonly path: string;
  readonly pathParameters: readonly OperationParameter[];
  /** What stands around the kind in identifiers: `Namespaced`, `ForAllNamespaces`, `Status`. */
  readonly idPrefix: string;
  readonly idSuffix: string;
}

/** All operations of a resource and its subresources. */
export function operationsOf(resource: OpenApiResource, input: OpenApiInput): Operation[] {
  const { namespaced, plural } = resource;
  const base = basePath(resource);
  const pathParameters = namespaced ? [NAMESPACE] : [];
  const idPrefix = namespaced ? 'Namespaced' : '';
  const collection: Place = {
    resource,
    path: namespaced ? `${base}/namespaces/{namespace}/${plural}` : `${base}/${plural}`,
    pathParameters,
    idPrefix,
    idSuffix: '',
  };
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
  return [
    ...['list', 'create', 'deletecollection'].filter(has).map((verb) => plan(verb, collection, resource, input)),
    ...(namespaced && has('list') ? [plan('list', everywhere, resource, input)] : []),
    ...['get', 'update', 'patch', 'delete'].filter(has).map((verb) => plan(verb, item, resource, input)),
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
  if (subresource.type === 'connect')
    return subresource.verbs
      .filter((verb) => VERBS[verb] !== undefined)
      .map((verb) => ({
        ...plan(verb, place, subresource, input),
        id: identifier(`connect${title(VERBS[verb]!.method)}`, place),
        action: 'connect',
      }));
  return subresource.verbs
    .filter((verb) => VERBS[verb] !== undefined)
    .map((verb) => plan(verb, place, subresource, input));
}

const identifier = (verb: string, { resource, idPrefix, idSuffix }: Place): string =>
  `${verb}${title(groupIdentifier(resource.group))}${title(resource.version)}${idPrefix}${resource.kind}${idSuffix}`;

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
    tag: `${groupIdentifier(resource.group)}_${resource.version}`,
    description:
      place.idSuffix === '' || verb === 'list'
        ? words(resource.kind)
        : words(`${resource.kind}'s ${place.path.split('/').at(-1)}`),
    action,
    kind: { group: about.group, version: about.version, kind: about.kind },
    parameters,
    pathParameters,
    ...(body !== undefined && { body }),
    ...(response !== undefined && { response }),
    statuses,
  };
}

const schemaName = (about: OpenApiResource | OpenApiSubresource, resource: OpenApiResource): string | undefined => {
  if (about.schema !== undefined) return about.schema.name;
  return about.kind === resource.kind ? resource.schema.name : undefined;
};

function bodyOf(
  verb: string,
  about: OpenApiResource | OpenApiSubresource,
  resource: OpenApiResource,
  { meta }: OpenApiInput,
): string | undefined {
  if (verb === 'patch') return PATCH_NAME;
  if (verb === 'delete' || verb === 'deletecollection') return meta.deleteOptions.name;
  return verb === 'create' || verb === 'update' ? schemaName(about, resource) : undefined;
}

function responseOf(
  verb: string,
  about: OpenApiResource | OpenApiSubresource,
  resource: OpenApiResource,
  { meta }: OpenApiInput,
): string | undefined {
  if (verb === 'list') return listName(resource);
  const answersStatus = verb === 'deletecollection' || (verb === 'delete' && !resource.strategy?.returnsDeletedObject);
  if (answersStatus) return meta.status.name;
  return schemaName(about, resource);
}
