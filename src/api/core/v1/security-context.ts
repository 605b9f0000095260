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

export const AppArmorProfile = message(
  'io.k8s.api.core.v1.AppArmorProfile',
  {
    type: req(1, enumeration('Unconfined', 'RuntimeDefault', 'Localhost')),
    localhostProfile: ptr(2, string),
  },
  { union: { discriminator: 'type', members: { localhostProfile: 'LocalhostProfile' } } },
);
export interface AppArmorProfile extends Infer<typeof AppArmorProfile> {}

export const Capabilities = message('io.k8s.api.core.v1.Capabilities', {
  add: opt(1, list(string)),
  drop: opt(2, list(string)),
});
export interface Capabilities extends Infer<typeof Capabilities> {}

export const SELinuxOptions = message('io.k8s.api.core.v1.SELinuxOptions', {
  user: opt(1, string),
  role: opt(2, string),
  type: opt(3, string),
  level: opt(4, string),
});
export interface SELinuxOptions extends Infer<typeof SELinuxOptions> {}

export const WindowsSecurityContextOptions = message('io.k8s.api.core.v1.WindowsSecurityContextOptions', {
  gmsaCredentialSpecName: ptr(1, string),
  gmsaCredentialSpec: ptr(2, string),
  runAsUserName: ptr(3, string),
  hostProcess: ptr(4, bool),
});
export interface WindowsSecurityContextOptions extends Infer<typeof WindowsSecurityContextOptions> {}

export const Sysctl = message('io.k8s.api.core.v1.Sysctl', {
  name: req(1, string),
  value: req(2, string),
});
export interface Sysctl extends Infer<typeof Sysctl> {}

export const SeccompProfile = message(
  'io.k8s.api.core.v1.SeccompProfile',
  {
    type: req(1, enumeration('Unconfined', 'RuntimeDefault', 'Localhost')),
    localhostProfile: ptr(2, string),
  },
  { union: { discriminator: 'type', members: { localhostProfile: 'LocalhostProfile' } } },
);
export interface SeccompProfile extends Infer<typeof SeccompProfile> {}

export const PodSecurityContext = message('io.k8s.api.core.v1.PodSecurityContext', {
  seLinuxOptions: ptr(1, SELinuxOptions),
  windowsOptions: ptr(8, WindowsSecurityContextOptions),
  runAsUser: ptr(2, int64),
  runAsGroup: ptr(6, int64),
  runAsNonRoot: ptr(3, bool),
  supplementalGroups: opt(4, list(int64)),
  supplementalGroupsPolicy: ptr(12, enumeration('Merge', 'Strict')),
  fsGroup: ptr(5, int64),
  sysctls: opt(7, list(Sysctl)),
  fsGroupChangePolicy: ptr(9, enumeration('OnRootMismatch', 'Always')),
  seccompProfile: ptr(10, SeccompProfile),
  appArmorProfile: ptr(11, AppArmorProfile),
  seLinuxChangePolicy: ptr(13, enumeration('Recursive', 'MountOption')),
});
export interface PodSecurityContext extends Infer<typeof PodSecurityContext> {}

export const SecurityContext = message('io.k8s.api.core.v1.SecurityContext', {
  capabilities: ptr(1, Capabilities),
  privileged: ptr(2, bool),
  seLinuxOptions: ptr(3, SELinuxOptions),
  windowsOptions: ptr(10, WindowsSecurityContextOptions),
  runAsUser: ptr(4, int64),
  runAsGroup: ptr(8, int64),
  runAsNonRoot: ptr(5, bool),
  readOnlyRootFilesystem: ptr(6, bool),
  allowPrivilegeEscalation: ptr(7, bool),
  procMount: ptr(9, enumeration('Default', 'Unmasked')),
  seccompProfile: ptr(11, SeccompProfile),
  appArmorProfile: ptr(12, AppArmorProfile),
});
export interface SecurityContext extends Infer<typeof SecurityContext> {}
