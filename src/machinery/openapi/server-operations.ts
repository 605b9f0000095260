import { JSON_ONLY, OBJECTS } from './media-types.ts';
import { basePath, type GroupVersion, type OpenApiInput } from './openapi-input.ts';
import { groupIdentifier, type Operation, tagOf, title } from './operation.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const read = (operation: Pick<Operation, 'description' | 'id' | 'path' | 'response' | 'tag'>): Operation => ({
  method: 'get',
  parameters: [],
  consumes: OBJECTS,
  produces: OBJECTS,
  statuses: [200],
  ...operation,
});

/** What resources a group has in a version. */
export const resourcesOperation = (groupVersion: GroupVersion): Operation =>
  read({
    path: `${basePath(groupVersion)}/`,
    id: `get${title(groupIdentifier(groupVersion.group))}${title(groupVersion.version)}APIResources`,
    tag: tagOf(groupVersion),
    description: 'get available resources',
    response: `${META}.APIResourceList`,
  });

/** What can be asked of the server itself, by the documents that tell of it: discovery, version, and who signs its tokens. */
export function serverOperations({ resources, meta }: OpenApiInput): Record<string, Operation> {
  const groups = [...new Set(resources.map(({ group }) => group))].filter((group) => group !== '').sort();
  const json = (produces: string, operation: Operation): Operation => ({
    ...operation,
    consumes: [],
    produces: [produces],
  });
  return {
    api: read({
      path: '/api/',
      id: 'getCoreAPIVersions',
      tag: 'core',
      description: 'get available API versions',
      response: `${META}.APIVersions`,
    }),
    apis: read({
      path: '/apis/',
      id: 'getAPIVersions',
      tag: 'apis',
      description: 'get available API versions',
      response: `${META}.APIGroupList`,
    }),
    ...Object.fromEntries(
      groups.map((group) => [
        `apis/${group}`,
        read({
          path: `/apis/${group}/`,
          id: `get${title(groupIdentifier(group))}APIGroup`,
          tag: groupIdentifier(group),
          description: 'get information of a group',
          response: `${META}.APIGroup`,
        }),
      ]),
    ),
    version: {
      ...read({
        path: '/version/',
        id: 'getCodeVersion',
        tag: 'version',
        description: 'get the version of this server',
        response: meta.versionInfo.name,
      }),
      consumes: JSON_ONLY,
      produces: JSON_ONLY,
    },
    '.well-known/openid-configuration': json(
      'application/json',
      read({
        path: '/.well-known/openid-configuration/',
        id: 'getServiceAccountIssuerOpenIDConfiguration',
        tag: 'WellKnown',
        description: 'get how tokens of service accounts can be checked',
      }),
    ),
    'openid/v1/jwks': json(
      'application/jwk-set+json',
      read({
        path: '/openid/v1/jwks/',
        id: 'getServiceAccountIssuerOpenIDKeyset',
        tag: 'openid',
        description: 'get the public keys that tokens of service accounts are checked with',
      }),
    ),
  };
}
