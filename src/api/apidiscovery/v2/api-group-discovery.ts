import { GroupVersionKind } from '#api/meta/v1/group-version.ts';
import { ListMeta } from '#api/meta/v1/list-meta.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { enumeration, type Infer, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';

export const APISubresourceDiscovery = message('io.k8s.api.apidiscovery.v2.APISubresourceDiscovery', {
  subresource: req(1, string),
  responseKind: ptr(2, GroupVersionKind),
  acceptedTypes: opt(3, list(GroupVersionKind), { listType: 'map', mapKeys: ['group', 'version', 'kind'] }),
  verbs: req(4, list(string), { listType: 'set' }),
});
export interface APISubresourceDiscovery extends Infer<typeof APISubresourceDiscovery> {}

export const APIResourceDiscovery = message('io.k8s.api.apidiscovery.v2.APIResourceDiscovery', {
  resource: req(1, string),
  responseKind: ptr(2, GroupVersionKind),
  scope: req(3, enumeration('Cluster', 'Namespaced')),
  singularResource: req(4, string),
  verbs: req(5, list(string), { listType: 'set' }),
  shortNames: opt(6, list(string), { listType: 'set' }),
  categories: opt(7, list(string), { listType: 'set' }),
  subresources: opt(8, list(APISubresourceDiscovery), { listType: 'map', mapKeys: ['subresource'] }),
});
export interface APIResourceDiscovery extends Infer<typeof APIResourceDiscovery> {}

export const APIVersionDiscovery = message('io.k8s.api.apidiscovery.v2.APIVersionDiscovery', {
  version: req(1, string),
  resources: opt(2, list(APIResourceDiscovery), { listType: 'map', mapKeys: ['resource'] }),
  freshness: opt(3, enumeration('Current', 'Stale')),
});
export interface APIVersionDiscovery extends Infer<typeof APIVersionDiscovery> {}

export const APIGroupDiscovery = message('io.k8s.api.apidiscovery.v2.APIGroupDiscovery', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  versions: opt(2, list(APIVersionDiscovery), { listType: 'map', mapKeys: ['version'] }),
});
export interface APIGroupDiscovery extends Infer<typeof APIGroupDiscovery> {}

export const APIGroupDiscoveryList = message('io.k8s.api.apidiscovery.v2.APIGroupDiscoveryList', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ListMeta),
  items: req(2, list(APIGroupDiscovery)),
});
export interface APIGroupDiscoveryList extends Infer<typeof APIGroupDiscoveryList> {}
