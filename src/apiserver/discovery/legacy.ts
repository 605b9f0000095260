import { createHash } from 'node:crypto';
import { type AnyResourceDefinition, apiVersionOf } from '#api/resource-definition.ts';

/** Group versions in the order in which discovery shows them, each with its resources. */
export interface GroupVersions {
  readonly group: string;
  /** Preferred first. */
  readonly versions: readonly { readonly version: string; readonly definitions: readonly AnyResourceDefinition[] }[];
}

/** Definitions by group and version; the order of groups and versions is that of first appearance. */
export function groupDefinitions(definitions: readonly AnyResourceDefinition[]): GroupVersions[] {
  const groups = new Map<string, Map<string, AnyResourceDefinition[]>>();
  for (const definition of definitions) {
    const versions = groups.get(definition.group) ?? new Map<string, AnyResourceDefinition[]>();
    groups.set(definition.group, versions);
    const list = versions.get(definition.version);
    if (list) list.push(definition);
    else versions.set(definition.version, [definition]);
  }
  return [...groups].map(([group, versions]) => ({
    group,
    versions: [...versions].map(([version, list]) => ({ version, definitions: list })),
  }));
}

/** `/api` */
export const apiVersions = (serverAddress: string) => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
});

/** `/apis` */
export const apiGroupList = (groups: readonly GroupVersions[]) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groups.filter(({ group }) => group !== '').map(groupEntry),
});

/** `/apis/<group>` */
export const apiGroup = (group: GroupVersions) => ({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) });

function groupEntry({ group, versions }: GroupVersions) {
  const entries = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: entries, preferredVersion: entries[0] };
}

/** `/api/v1`, `/apis/<group>/<version>` */
export const apiResourceList = (group: string, version: string, definitions: readonly AnyResourceDefinition[]) => ({
  kind: 'APIResourceList',
  ...(group === '' ? {} : { apiVersion: 'v1' }),
  groupVersion: apiVersionOf({ group, version }),
  resources: definitions.flatMap(resourceEntries).sort((a, b) => (a.name < b.name ? -1 : 1)),
});

function resourceEntries(definition: AnyResourceDefinition) {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = definition;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: [...verbs].sort(),
    ...(shortNames?.length ? { shortNames } : {}),
    ...(categories?.length ? { categories } : {}),
    // Of those that are stored, which are those that can be watched.
    ...(verbs.includes('watch') ? { storageVersionHash: storageVersionHash(definition) } : {}),
  };
  const parts = Object.entries(definition.subresources ?? {}).map(([name, subresource]) => {
    const sameGroup = subresource.group === definition.group && subresource.version === definition.version;
    return {
      name: `${plural}/${name}`,
      singularName: '',
      namespaced,
      ...(sameGroup ? {} : { group: subresource.group, version: subresource.version }),
      kind: subresource.kind,
      verbs: subresource.type === 'connect' ? connectVerbs(name) : [...subresource.verbs].sort(),
    };
  });
  return [main, ...parts];
}

/** Streams are opened by GET and POST; a proxy passes every method on. */
export const connectVerbs = (subresource: string): string[] =>
  subresource === 'proxy' ? ['create', 'delete', 'get', 'patch', 'update'] : ['create', 'get'];

/** Eight bytes that change when the kind is stored otherwise, in base64: the same as upstream gives. */
export function storageVersionHash(definition: AnyResourceDefinition): string {
  const stored = definition.storage?.definition() ?? definition;
  const text = `${stored.group}/${stored.version}/${stored.kind}`;
  return createHash('sha256').update(text).digest().subarray(0, 8).toString('base64');
}
