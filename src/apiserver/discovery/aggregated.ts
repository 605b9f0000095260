import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { connectVerbs, type GroupVersions } from './legacy.ts';

/** `/api` and `/apis` for clients that ask for everything in one answer; `version` is of the discovery API: v2 or v2beta1. */
export const aggregatedDiscovery = (groups: readonly GroupVersions[], version: string) => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: groups.map(({ group, versions }) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versions.map((each) => ({
      version: each.version,
      resources: each.definitions.map(resourceDiscovery).sort((a, b) => (a.resource < b.resource ? -1 : 1)),
      freshness: 'Current',
    })),
  })),
});

function resourceDiscovery(definition: AnyResourceDefinition) {
  const { plural, singular, namespaced, verbs, shortNames, categories } = definition;
  const subresources = Object.entries(definition.subresources ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    resource: plural,
    responseKind: responseKind(definition, definition),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: [...verbs].sort(),
    ...(shortNames?.length ? { shortNames } : {}),
    ...(categories?.length ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map(([name, subresource]) => ({
            subresource: name,
            responseKind: responseKind(subresource, definition),
            verbs: subresource.type === 'connect' ? connectVerbs(name) : [...subresource.verbs].sort(),
          })),
        }
      : {}),
  };
}

type Kind = Pick<AnyResourceDefinition, 'group' | 'kind' | 'version'>;

/** Group and version are told only where they are not those of the resource. */
function responseKind({ group, version, kind }: Kind, resource: Kind): Kind {
  const isSame = group === resource.group && version === resource.version;
  return isSame ? { group: '', version: '', kind } : { group, version, kind };
}
