/** A group version as clients discover it. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
  /** Groups are shown by descending priority; what an APIService calls `groupPriorityMinimum`. */
  readonly groupPriority: number;
  /** Within a group, the version of the highest priority is preferred. */
  readonly versionPriority: number;
}

const groupVersion = (name: string, groupPriority: number, versionPriority = 15): GroupVersion => {
  const [group = '', version = ''] = name.includes('/') ? name.split('/') : ['', name];
  return { group, version, groupPriority, versionPriority };
};

/** The group versions that are built in, in the order of `/apis`. */
export const groupVersions: readonly GroupVersion[] = [
  groupVersion('v1', 18_000, 1),
  groupVersion('apiregistration.k8s.io/v1', 18_000),
  groupVersion('apps/v1', 17_800),
  groupVersion('events.k8s.io/v1', 17_750),
  groupVersion('authentication.k8s.io/v1', 17_700),
  groupVersion('authorization.k8s.io/v1', 17_600),
  groupVersion('autoscaling/v2', 17_500, 30),
  groupVersion('autoscaling/v1', 17_500),
  groupVersion('batch/v1', 17_400),
  groupVersion('certificates.k8s.io/v1', 17_300),
  groupVersion('networking.k8s.io/v1', 17_200),
  groupVersion('policy/v1', 17_100),
  groupVersion('rbac.authorization.k8s.io/v1', 17_000),
  groupVersion('storage.k8s.io/v1', 16_800),
  groupVersion('admissionregistration.k8s.io/v1', 16_700),
  groupVersion('apiextensions.k8s.io/v1', 16_700),
  groupVersion('scheduling.k8s.io/v1', 16_600),
  groupVersion('coordination.k8s.io/v1', 16_500),
  groupVersion('node.k8s.io/v1', 16_300),
  groupVersion('discovery.k8s.io/v1', 16_200),
  groupVersion('resource.k8s.io/v1', 16_150),
  groupVersion('flowcontrol.apiserver.k8s.io/v1', 16_100, 21),
];
