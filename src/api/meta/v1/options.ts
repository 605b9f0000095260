import {
  bool,
  enumeration,
  type Infer,
  int64,
  list,
  message,
  opt,
  ptr,
  req,
  string,
} from '#machinery/schema/schema.ts';

export const ApplyOptions = message('io.k8s.apimachinery.pkg.apis.meta.v1.ApplyOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  dryRun: opt(1, list(string)),
  force: req(2, bool),
  fieldManager: req(3, string),
});
export interface ApplyOptions extends Infer<typeof ApplyOptions> {}

export const CreateOptions = message('io.k8s.apimachinery.pkg.apis.meta.v1.CreateOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  dryRun: opt(1, list(string)),
  fieldManager: opt(3, string),
  fieldValidation: opt(4, string),
});
export interface CreateOptions extends Infer<typeof CreateOptions> {}

export const GetOptions = message('io.k8s.apimachinery.pkg.apis.meta.v1.GetOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  resourceVersion: opt(1, string),
});
export interface GetOptions extends Infer<typeof GetOptions> {}

export const ListOptions = message('io.k8s.apimachinery.pkg.apis.meta.v1.ListOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  labelSelector: opt(1, string),
  fieldSelector: opt(2, string),
  watch: opt(3, bool),
  allowWatchBookmarks: opt(9, bool),
  resourceVersion: opt(4, string),
  resourceVersionMatch: opt(10, enumeration('NotOlderThan', 'Exact')),
  timeoutSeconds: ptr(5, int64),
  limit: opt(7, int64),
  continue: opt(8, string),
  sendInitialEvents: ptr(11, bool),
  shardSelector: opt(15, string),
});
export interface ListOptions extends Infer<typeof ListOptions> {}

export const PatchOptions = message('io.k8s.apimachinery.pkg.apis.meta.v1.PatchOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  dryRun: opt(1, list(string)),
  force: ptr(2, bool),
  fieldManager: opt(3, string),
  fieldValidation: opt(4, string),
});
export interface PatchOptions extends Infer<typeof PatchOptions> {}

export const UpdateOptions = message('io.k8s.apimachinery.pkg.apis.meta.v1.UpdateOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  dryRun: opt(1, list(string)),
  fieldManager: opt(2, string),
  fieldValidation: opt(3, string),
});
export interface UpdateOptions extends Infer<typeof UpdateOptions> {}
