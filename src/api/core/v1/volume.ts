import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import {
  bool,
  enumeration,
  type Infer,
  inline,
  int32,
  int64,
  list,
  map,
  message,
  opt,
  ptr,
  quantity,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { PersistentVolumeClaimSpec } from './persistent-volume-claim-spec.ts';
import { LocalObjectReference, ObjectFieldSelector, ResourceFieldSelector } from './references.ts';

export const AWSElasticBlockStoreVolumeSource = message('io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource', {
  volumeID: req(1, string),
  fsType: opt(2, string),
  partition: opt(3, int32),
  readOnly: opt(4, bool),
});
export interface AWSElasticBlockStoreVolumeSource extends Infer<typeof AWSElasticBlockStoreVolumeSource> {}

export const AzureDiskVolumeSource = message('io.k8s.api.core.v1.AzureDiskVolumeSource', {
  diskName: req(1, string),
  diskURI: req(2, string),
  cachingMode: ptr(3, enumeration('None', 'ReadOnly', 'ReadWrite'), { default: 'ReadWrite' }),
  fsType: ptr(4, string, { default: 'ext4' }),
  readOnly: ptr(5, bool, { default: false }),
  kind: ptr(6, enumeration('Shared', 'Dedicated', 'Managed'), { default: 'Shared' }),
});
export interface AzureDiskVolumeSource extends Infer<typeof AzureDiskVolumeSource> {}

export const AzureFileVolumeSource = message('io.k8s.api.core.v1.AzureFileVolumeSource', {
  secretName: req(1, string),
  shareName: req(2, string),
  readOnly: opt(3, bool),
});
export interface AzureFileVolumeSource extends Infer<typeof AzureFileVolumeSource> {}

export const CSIVolumeSource = message('io.k8s.api.core.v1.CSIVolumeSource', {
  driver: req(1, string),
  readOnly: ptr(2, bool),
  fsType: ptr(3, string),
  volumeAttributes: opt(4, map(string)),
  nodePublishSecretRef: ptr(5, LocalObjectReference),
});
export interface CSIVolumeSource extends Infer<typeof CSIVolumeSource> {}

export const CephFSVolumeSource = message('io.k8s.api.core.v1.CephFSVolumeSource', {
  monitors: req(1, list(string)),
  path: opt(2, string),
  user: opt(3, string),
  secretFile: opt(4, string),
  secretRef: ptr(5, LocalObjectReference),
  readOnly: opt(6, bool),
});
export interface CephFSVolumeSource extends Infer<typeof CephFSVolumeSource> {}

export const CinderVolumeSource = message('io.k8s.api.core.v1.CinderVolumeSource', {
  volumeID: req(1, string),
  fsType: opt(2, string),
  readOnly: opt(3, bool),
  secretRef: ptr(4, LocalObjectReference),
});
export interface CinderVolumeSource extends Infer<typeof CinderVolumeSource> {}

export const ClusterTrustBundleProjection = message('io.k8s.api.core.v1.ClusterTrustBundleProjection', {
  name: ptr(1, string),
  signerName: ptr(2, string),
  labelSelector: ptr(3, LabelSelector),
  optional: ptr(5, bool),
  path: req(4, string),
});
export interface ClusterTrustBundleProjection extends Infer<typeof ClusterTrustBundleProjection> {}

export const KeyToPath = message('io.k8s.api.core.v1.KeyToPath', {
  key: req(1, string),
  path: req(2, string),
  mode: ptr(3, int32),
});
export interface KeyToPath extends Infer<typeof KeyToPath> {}

export const ConfigMapProjection = message('io.k8s.api.core.v1.ConfigMapProjection', {
  localObjectReference: inline(1, LocalObjectReference),
  items: opt(2, list(KeyToPath)),
  optional: ptr(4, bool),
});
export interface ConfigMapProjection extends Infer<typeof ConfigMapProjection> {}

export const ConfigMapVolumeSource = message('io.k8s.api.core.v1.ConfigMapVolumeSource', {
  localObjectReference: inline(1, LocalObjectReference),
  items: opt(2, list(KeyToPath)),
  defaultMode: ptr(3, int32),
  optional: ptr(4, bool),
});
export interface ConfigMapVolumeSource extends Infer<typeof ConfigMapVolumeSource> {}

export const DownwardAPIVolumeFile = message('io.k8s.api.core.v1.DownwardAPIVolumeFile', {
  path: req(1, string),
  fieldRef: ptr(2, ObjectFieldSelector),
  resourceFieldRef: ptr(3, ResourceFieldSelector),
  mode: ptr(4, int32),
});
export interface DownwardAPIVolumeFile extends Infer<typeof DownwardAPIVolumeFile> {}

export const DownwardAPIProjection = message('io.k8s.api.core.v1.DownwardAPIProjection', {
  items: opt(1, list(DownwardAPIVolumeFile)),
});
export interface DownwardAPIProjection extends Infer<typeof DownwardAPIProjection> {}

export const DownwardAPIVolumeSource = message('io.k8s.api.core.v1.DownwardAPIVolumeSource', {
  items: opt(1, list(DownwardAPIVolumeFile)),
  defaultMode: ptr(2, int32),
});
export interface DownwardAPIVolumeSource extends Infer<typeof DownwardAPIVolumeSource> {}

export const EmptyDirVolumeSource = message('io.k8s.api.core.v1.EmptyDirVolumeSource', {
  medium: opt(1, enumeration('', 'Memory', 'HugePages', 'HugePages-')),
  sizeLimit: ptr(2, quantity),
});
export interface EmptyDirVolumeSource extends Infer<typeof EmptyDirVolumeSource> {}

export const PersistentVolumeClaimTemplate = message('io.k8s.api.core.v1.PersistentVolumeClaimTemplate', {
  metadata: opt(1, ObjectMeta),
  spec: req(2, PersistentVolumeClaimSpec),
});
export interface PersistentVolumeClaimTemplate extends Infer<typeof PersistentVolumeClaimTemplate> {}

export const EphemeralVolumeSource = message('io.k8s.api.core.v1.EphemeralVolumeSource', {
  volumeClaimTemplate: ptr(1, PersistentVolumeClaimTemplate),
});
export interface EphemeralVolumeSource extends Infer<typeof EphemeralVolumeSource> {}

export const FCVolumeSource = message('io.k8s.api.core.v1.FCVolumeSource', {
  targetWWNs: opt(1, list(string)),
  lun: ptr(2, int32),
  fsType: opt(3, string),
  readOnly: opt(4, bool),
  wwids: opt(5, list(string)),
});
export interface FCVolumeSource extends Infer<typeof FCVolumeSource> {}

export const FlexVolumeSource = message('io.k8s.api.core.v1.FlexVolumeSource', {
  driver: req(1, string),
  fsType: opt(2, string),
  secretRef: ptr(3, LocalObjectReference),
  readOnly: opt(4, bool),
  options: opt(5, map(string)),
});
export interface FlexVolumeSource extends Infer<typeof FlexVolumeSource> {}

export const FlockerVolumeSource = message('io.k8s.api.core.v1.FlockerVolumeSource', {
  datasetName: opt(1, string),
  datasetUUID: opt(2, string),
});
export interface FlockerVolumeSource extends Infer<typeof FlockerVolumeSource> {}

export const GCEPersistentDiskVolumeSource = message('io.k8s.api.core.v1.GCEPersistentDiskVolumeSource', {
  pdName: req(1, string),
  fsType: opt(2, string),
  partition: opt(3, int32),
  readOnly: opt(4, bool),
});
export interface GCEPersistentDiskVolumeSource extends Infer<typeof GCEPersistentDiskVolumeSource> {}

export const GitRepoVolumeSource = message('io.k8s.api.core.v1.GitRepoVolumeSource', {
  repository: req(1, string),
  revision: opt(2, string),
  directory: opt(3, string),
});
export interface GitRepoVolumeSource extends Infer<typeof GitRepoVolumeSource> {}

export const GlusterfsVolumeSource = message('io.k8s.api.core.v1.GlusterfsVolumeSource', {
  endpoints: req(1, string),
  path: req(2, string),
  readOnly: opt(3, bool),
});
export interface GlusterfsVolumeSource extends Infer<typeof GlusterfsVolumeSource> {}

export const HostPathVolumeSource = message('io.k8s.api.core.v1.HostPathVolumeSource', {
  path: req(1, string),
  type: ptr(
    2,
    enumeration('', 'DirectoryOrCreate', 'Directory', 'FileOrCreate', 'File', 'Socket', 'CharDevice', 'BlockDevice'),
  ),
});
export interface HostPathVolumeSource extends Infer<typeof HostPathVolumeSource> {}

export const ISCSIVolumeSource = message('io.k8s.api.core.v1.ISCSIVolumeSource', {
  targetPortal: req(1, string),
  iqn: req(2, string),
  lun: req(3, int32),
  iscsiInterface: opt(4, string, { default: 'default' }),
  fsType: opt(5, string),
  readOnly: opt(6, bool),
  portals: opt(7, list(string)),
  chapAuthDiscovery: opt(8, bool),
  chapAuthSession: opt(11, bool),
  secretRef: ptr(10, LocalObjectReference),
  initiatorName: ptr(12, string),
});
export interface ISCSIVolumeSource extends Infer<typeof ISCSIVolumeSource> {}

export const ImageVolumeSource = message('io.k8s.api.core.v1.ImageVolumeSource', {
  reference: opt(1, string),
  pullPolicy: opt(2, enumeration('Always', 'Never', 'IfNotPresent')),
});
export interface ImageVolumeSource extends Infer<typeof ImageVolumeSource> {}

export const LocalVolumeSource = message('io.k8s.api.core.v1.LocalVolumeSource', {
  path: req(1, string),
  fsType: ptr(2, string),
});
export interface LocalVolumeSource extends Infer<typeof LocalVolumeSource> {}

export const NFSVolumeSource = message('io.k8s.api.core.v1.NFSVolumeSource', {
  server: req(1, string),
  path: req(2, string),
  readOnly: opt(3, bool),
});
export interface NFSVolumeSource extends Infer<typeof NFSVolumeSource> {}

export const PersistentVolumeClaimVolumeSource = message('io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource', {
  claimName: req(1, string),
  readOnly: opt(2, bool),
});
export interface PersistentVolumeClaimVolumeSource extends Infer<typeof PersistentVolumeClaimVolumeSource> {}

export const VsphereVirtualDiskVolumeSource = message('io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource', {
  volumePath: req(1, string),
  fsType: opt(2, string),
  storagePolicyName: opt(3, string),
  storagePolicyID: opt(4, string),
});
export interface VsphereVirtualDiskVolumeSource extends Infer<typeof VsphereVirtualDiskVolumeSource> {}

export const QuobyteVolumeSource = message('io.k8s.api.core.v1.QuobyteVolumeSource', {
  registry: req(1, string),
  volume: req(2, string),
  readOnly: opt(3, bool),
  user: opt(4, string),
  group: opt(5, string),
  tenant: opt(6, string),
});
export interface QuobyteVolumeSource extends Infer<typeof QuobyteVolumeSource> {}

export const PhotonPersistentDiskVolumeSource = message('io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource', {
  pdID: req(1, string),
  fsType: opt(2, string),
});
export interface PhotonPersistentDiskVolumeSource extends Infer<typeof PhotonPersistentDiskVolumeSource> {}

export const PortworxVolumeSource = message('io.k8s.api.core.v1.PortworxVolumeSource', {
  volumeID: req(1, string),
  fsType: opt(2, string),
  readOnly: opt(3, bool),
});
export interface PortworxVolumeSource extends Infer<typeof PortworxVolumeSource> {}

export const PodCertificateProjection = message('io.k8s.api.core.v1.PodCertificateProjection', {
  signerName: opt(1, string, { shown: 'required' }),
  keyType: opt(2, string, { shown: 'required' }),
  maxExpirationSeconds: ptr(3, int32),
  credentialBundlePath: opt(4, string),
  keyPath: opt(5, string),
  certificateChainPath: opt(6, string),
  userAnnotations: opt(7, map(string)),
});
export interface PodCertificateProjection extends Infer<typeof PodCertificateProjection> {}

export const SecretProjection = message('io.k8s.api.core.v1.SecretProjection', {
  localObjectReference: inline(1, LocalObjectReference),
  items: opt(2, list(KeyToPath)),
  optional: ptr(4, bool),
});
export interface SecretProjection extends Infer<typeof SecretProjection> {}

export const ServiceAccountTokenProjection = message('io.k8s.api.core.v1.ServiceAccountTokenProjection', {
  audience: opt(1, string),
  expirationSeconds: ptr(2, int64),
  path: req(3, string),
});
export interface ServiceAccountTokenProjection extends Infer<typeof ServiceAccountTokenProjection> {}

export const VolumeProjection = message('io.k8s.api.core.v1.VolumeProjection', {
  secret: ptr(1, SecretProjection),
  downwardAPI: ptr(2, DownwardAPIProjection),
  configMap: ptr(3, ConfigMapProjection),
  serviceAccountToken: ptr(4, ServiceAccountTokenProjection),
  clusterTrustBundle: ptr(5, ClusterTrustBundleProjection, { disabledBy: 'ClusterTrustBundleProjection' }),
  podCertificate: ptr(6, PodCertificateProjection, { disabledBy: 'PodCertificateRequest' }),
});
export interface VolumeProjection extends Infer<typeof VolumeProjection> {}

export const ProjectedVolumeSource = message('io.k8s.api.core.v1.ProjectedVolumeSource', {
  sources: opt(1, list(VolumeProjection), { nullWhenEmpty: true }),
  defaultMode: ptr(2, int32),
});
export interface ProjectedVolumeSource extends Infer<typeof ProjectedVolumeSource> {}

export const RBDVolumeSource = message('io.k8s.api.core.v1.RBDVolumeSource', {
  monitors: req(1, list(string)),
  image: req(2, string),
  fsType: opt(3, string),
  pool: opt(4, string, { default: 'rbd' }),
  user: opt(5, string, { default: 'admin' }),
  keyring: opt(6, string, { default: '/etc/ceph/keyring' }),
  secretRef: ptr(7, LocalObjectReference),
  readOnly: opt(8, bool),
});
export interface RBDVolumeSource extends Infer<typeof RBDVolumeSource> {}

export const ScaleIOVolumeSource = message('io.k8s.api.core.v1.ScaleIOVolumeSource', {
  gateway: req(1, string),
  system: req(2, string),
  secretRef: req(3, LocalObjectReference, { pointer: true }),
  sslEnabled: opt(4, bool),
  protectionDomain: opt(5, string),
  storagePool: opt(6, string),
  storageMode: opt(7, string, { default: 'ThinProvisioned' }),
  volumeName: opt(8, string),
  fsType: opt(9, string, { default: 'xfs' }),
  readOnly: opt(10, bool),
});
export interface ScaleIOVolumeSource extends Infer<typeof ScaleIOVolumeSource> {}

export const SecretVolumeSource = message('io.k8s.api.core.v1.SecretVolumeSource', {
  secretName: opt(1, string),
  items: opt(2, list(KeyToPath)),
  defaultMode: ptr(3, int32),
  optional: ptr(4, bool),
});
export interface SecretVolumeSource extends Infer<typeof SecretVolumeSource> {}

export const StorageOSVolumeSource = message('io.k8s.api.core.v1.StorageOSVolumeSource', {
  volumeName: opt(1, string),
  volumeNamespace: opt(2, string),
  fsType: opt(3, string),
  readOnly: opt(4, bool),
  secretRef: ptr(5, LocalObjectReference),
});
export interface StorageOSVolumeSource extends Infer<typeof StorageOSVolumeSource> {}

export const VolumeSource = message('io.k8s.api.core.v1.VolumeSource', {
  hostPath: ptr(1, HostPathVolumeSource),
  emptyDir: ptr(2, EmptyDirVolumeSource),
  gcePersistentDisk: ptr(3, GCEPersistentDiskVolumeSource),
  awsElasticBlockStore: ptr(4, AWSElasticBlockStoreVolumeSource),
  gitRepo: ptr(5, GitRepoVolumeSource),
  secret: ptr(6, SecretVolumeSource),
  nfs: ptr(7, NFSVolumeSource),
  iscsi: ptr(8, ISCSIVolumeSource),
  glusterfs: ptr(9, GlusterfsVolumeSource),
  persistentVolumeClaim: ptr(10, PersistentVolumeClaimVolumeSource),
  rbd: ptr(11, RBDVolumeSource),
  flexVolume: ptr(12, FlexVolumeSource),
  cinder: ptr(13, CinderVolumeSource),
  cephfs: ptr(14, CephFSVolumeSource),
  flocker: ptr(15, FlockerVolumeSource),
  downwardAPI: ptr(16, DownwardAPIVolumeSource),
  fc: ptr(17, FCVolumeSource),
  azureFile: ptr(18, AzureFileVolumeSource),
  configMap: ptr(19, ConfigMapVolumeSource),
  vsphereVolume: ptr(20, VsphereVirtualDiskVolumeSource),
  quobyte: ptr(21, QuobyteVolumeSource),
  azureDisk: ptr(22, AzureDiskVolumeSource),
  photonPersistentDisk: ptr(23, PhotonPersistentDiskVolumeSource),
  projected: ptr(26, ProjectedVolumeSource),
  portworxVolume: ptr(24, PortworxVolumeSource),
  scaleIO: ptr(25, ScaleIOVolumeSource),
  storageos: ptr(27, StorageOSVolumeSource),
  csi: ptr(28, CSIVolumeSource),
  ephemeral: ptr(29, EphemeralVolumeSource),
  image: ptr(30, ImageVolumeSource),
});
export interface VolumeSource extends Infer<typeof VolumeSource> {}

export const Volume = message('io.k8s.api.core.v1.Volume', {
  name: req(1, string),
  volumeSource: inline(2, VolumeSource),
});
export interface Volume extends Infer<typeof Volume> {}
