import { bool, type Infer, list, message, opt, req, string, wrappedList } from '#machinery/schema/schema.ts';

export const GroupVersionForDiscovery = message('io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionForDiscovery', {
  groupVersion: req(1, string),
  version: req(2, string),
});
export interface GroupVersionForDiscovery extends Infer<typeof GroupVersionForDiscovery> {}

export const ServerAddressByClientCIDR = message('io.k8s.apimachinery.pkg.apis.meta.v1.ServerAddressByClientCIDR', {
  clientCIDR: req(1, string),
  serverAddress: req(2, string),
});
export interface ServerAddressByClientCIDR extends Infer<typeof ServerAddressByClientCIDR> {}

export const APIGroup = message('io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  name: req(1, string),
  versions: req(2, list(GroupVersionForDiscovery)),
  preferredVersion: opt(3, GroupVersionForDiscovery),
  serverAddressByClientCIDRs: opt(4, list(ServerAddressByClientCIDR)),
});
export interface APIGroup extends Infer<typeof APIGroup> {}

export const APIGroupList = message('io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  groups: req(1, list(APIGroup)),
});
export interface APIGroupList extends Infer<typeof APIGroupList> {}

export const APIResource = message('io.k8s.apimachinery.pkg.apis.meta.v1.APIResource', {
  name: req(1, string),
  singularName: req(6, string),
  namespaced: req(2, bool),
  group: opt(8, string),
  version: opt(9, string),
  kind: req(3, string),
  verbs: req(4, wrappedList(string), { shown: 'plain' }),
  shortNames: opt(5, list(string)),
  categories: opt(7, list(string)),
  storageVersionHash: opt(10, string),
});
export interface APIResource extends Infer<typeof APIResource> {}

export const APIResourceList = message('io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  groupVersion: req(1, string),
  resources: req(2, list(APIResource)),
});
export interface APIResourceList extends Infer<typeof APIResourceList> {}

export const APIVersions = message('io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  versions: req(1, list(string)),
  serverAddressByClientCIDRs: req(2, list(ServerAddressByClientCIDR)),
});
export interface APIVersions extends Infer<typeof APIVersions> {}
