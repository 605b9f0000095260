import type { KubernetesObject } from '#api/resource-definition.ts';
import type { ResourceStorage } from '../registry/resource-storage.ts';
import type { Binding, RbacSource } from './rbac.ts';
import type { Rule } from './rule.ts';

/** The storages of the four RBAC kinds. */
export interface RbacStorages {
  readonly clusterRoles: ResourceStorage;
  readonly clusterRoleBindings: ResourceStorage;
  readonly roles: ResourceStorage;
  readonly roleBindings: ResourceStorage;
}

/** Reads roles and bindings from the watch caches; lists are kept until one of them changes. */
export function createCachedRbacSource(storages: RbacStorages): RbacSource {
  const rulesOf = (object: KubernetesObject | undefined) =>
    object && ((object as { readonly rules?: readonly Rule[] | null }).rules ?? []);
  const clusterBindings = cachedList(storages.clusterRoleBindings);
  const bindings = cachedList(storages.roleBindings);
  const all = Object.values(storages) as ResourceStorage[];
  return {
    // Revisions only grow, so that their sum changes with each of them.
    revision: () => all.reduce((sum, { cache }) => sum + cache.changedRevision, 0),
    clusterRoleRules: (name) => rulesOf(storages.clusterRoles.get('', name)?.object),
    roleRules: (namespace, name) => rulesOf(storages.roles.get(namespace, name)?.object),
    clusterRoleBindings: () => clusterBindings().all,
    roleBindings: (namespace) => bindings().byNamespace.get(namespace) ?? [],
  };
}

interface BindingList {
  readonly all: readonly Binding[];
  readonly byNamespace: ReadonlyMap<string, readonly Binding[]>;
}

function cachedList(storage: ResourceStorage): () => BindingList {
  let seen = -1;
  let list: BindingList = { all: [], byNamespace: new Map() };
  return () => {
    if (seen !== storage.cache.changedRevision) {
      seen = storage.cache.changedRevision;
      list = group(storage.cache.list().entries.map((entry) => entry.object as unknown as Binding));
    }
    return list;
  };
}

function group(all: readonly Binding[]): BindingList {
  const byNamespace = new Map<string, Binding[]>();
  for (const binding of all) {
    const namespace = binding.metadata?.namespace ?? '';
    const list = byNamespace.get(namespace);
    if (list) list.push(binding);
    else byNamespace.set(namespace, [binding]);
  }
  return { all, byNamespace };
}
