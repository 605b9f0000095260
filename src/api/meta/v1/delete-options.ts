import { bool, enumeration, type Infer, int64, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';

export const Preconditions = message('io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions', {
  uid: ptr(1, string),
  resourceVersion: ptr(2, string),
});
export interface Preconditions extends Infer<typeof Preconditions> {}

export const DeleteOptions = message('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  gracePeriodSeconds: ptr(1, int64),
  preconditions: ptr(2, Preconditions),
  orphanDependents: ptr(3, bool),
  propagationPolicy: ptr(4, enumeration('Orphan', 'Background', 'Foreground')),
  dryRun: opt(5, list(string)),
  ignoreStoreReadErrorWithClusterBreakingPotential: ptr(6, bool),
});
export interface DeleteOptions extends Infer<typeof DeleteOptions> {}
