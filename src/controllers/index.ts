import { createAttachDetachController } from './attach-detach/index.ts';
import { createBootstrapSigner } from './bootstrap-token/bootstrap-signer.ts';
import { createTokenCleaner } from './bootstrap-token/token-cleaner.ts';
import { createCertificateApprovingController } from './certificates/approving-controller.ts';
import { createCertificateCleaner } from './certificates/cleaner-controller.ts';
import { createCertificateSigningController } from './certificates/signing-controller.ts';
import { createClusterRoleAggregationController } from './clusterrole-aggregation/index.ts';
import type { ControllerEntry } from './controller-entry.ts';
import { createCronJobController } from './cronjob/index.ts';
import { createDaemonSetController } from './daemonset/index.ts';
import { createDeploymentController } from './deployment/index.ts';
import { createDeviceTaintEvictionController } from './device-taint-eviction/index.ts';
import { createDisruptionController } from './disruption/index.ts';
import { createEndpointSliceController } from './endpoint-slice/index.ts';
import { createEndpointSliceMirroringController } from './endpoint-slice-mirroring/index.ts';
import { createEndpointsController } from './endpoints/index.ts';
import { createEphemeralVolumeController } from './ephemeral-volume/index.ts';
import { createGarbageCollector } from './garbage-collector/index.ts';
import { createHorizontalPodAutoscaler } from './horizontal-pod-autoscaler/index.ts';
import { createJobController } from './job/index.ts';
import { createLegacyServiceAccountTokenCleaner } from './legacy-service-account-token-cleaner/index.ts';
import { createNamespaceController } from './namespace/index.ts';
import { createNodeIpamController } from './node-ipam/index.ts';
import { createNodeLifecycleController } from './node-lifecycle/index.ts';
import { createTtlController } from './node-ttl/index.ts';
import { createPersistentVolumeBinder } from './persistent-volume-binder/index.ts';
import { createPersistentVolumeClaimProtection } from './persistent-volume-claim-protection/index.ts';
import { createPersistentVolumeExpander } from './persistent-volume-expander/index.ts';
import { createPersistentVolumeProtection } from './persistent-volume-protection/index.ts';
import { createPodCertificateCleaner } from './pod-certificate-cleaner/index.ts';
import { createPodGarbageCollector } from './pod-garbage-collector/index.ts';
import { createPodGroupProtection } from './pod-group-protection/index.ts';
import { createReplicaSetController } from './replicaset/index.ts';
import { createReplicationController } from './replicationcontroller/index.ts';
import { createResourceClaimController } from './resource-claim/index.ts';
import { createResourceQuotaController } from './resource-quota/index.ts';
import { createRootCaPublisher } from './root-ca-certificate-publisher/index.ts';
import { createSELinuxWarningController } from './selinux-warning/index.ts';
import { createServiceCidrController } from './service-cidr/index.ts';
import { createServiceLoadBalancerController } from './service-load-balancer/index.ts';
import { createServiceAccountController } from './serviceaccount/index.ts';
import { createServiceAccountTokenController } from './serviceaccount-token/index.ts';
import { createStatefulSetController } from './statefulset/index.ts';
import { createStorageVersionMigrator } from './storage-version-migrator/index.ts';
import { createTaintEvictionController } from './taint-eviction/index.ts';
import { createTrustBundlePublisher } from './trust-bundle-publisher/index.ts';
import { createTtlAfterFinishedController } from './ttl-after-finished/index.ts';
import { createValidatingAdmissionPolicyStatusController } from './validating-admission-policy-status/index.ts';
import { createVolumeAttributesClassProtection } from './volume-attributes-class-protection/index.ts';

export type { ControllerEntry, ControllersOptions } from './controller-entry.ts';
export type { PodNetwork } from './pod-network.ts';
export type { VolumeProvisioner } from './volume-provisioner.ts';

/** Every built-in controller, by name. */
export const controllers: readonly ControllerEntry[] = [
  { name: 'bootstrap-signer-controller', serviceAccount: 'bootstrap-signer', create: createBootstrapSigner },
  {
    name: 'certificatesigningrequest-approving-controller',
    serviceAccount: 'certificate-controller',
    create: createCertificateApprovingController,
  },
  {
    name: 'certificatesigningrequest-cleaner-controller',
    serviceAccount: 'certificate-controller',
    create: createCertificateCleaner,
  },
  {
    name: 'certificatesigningrequest-signing-controller',
    serviceAccount: 'certificate-controller',
    create: createCertificateSigningController,
  },
  {
    name: 'clusterrole-aggregation-controller',
    serviceAccount: 'clusterrole-aggregation-controller',
    create: createClusterRoleAggregationController,
  },
  { name: 'cronjob-controller', serviceAccount: 'cronjob-controller', create: createCronJobController },
  {
    name: 'daemonset-controller',
    serviceAccount: 'daemon-set-controller',
    eventSource: 'daemonset-controller',
    create: createDaemonSetController,
  },
  { name: 'deployment-controller', serviceAccount: 'deployment-controller', create: createDeploymentController },
  {
    name: 'device-taint-eviction-controller',
    serviceAccount: 'device-taint-eviction-controller',
    create: createDeviceTaintEvictionController,
  },
  {
    name: 'disruption-controller',
    serviceAccount: 'disruption-controller',
    eventSource: 'controllermanager',
    create: createDisruptionController,
  },
  {
    name: 'endpoints-controller',
    serviceAccount: 'endpoint-controller',
    create: createEndpointsController,
  },
  {
    name: 'endpointslice-controller',
    serviceAccount: 'endpointslice-controller',
    eventSource: 'endpoint-slice-controller',
    create: createEndpointSliceController,
  },
  {
    name: 'endpointslice-mirroring-controller',
    serviceAccount: 'endpointslicemirroring-controller',
    eventSource: 'endpoint-slice-mirroring-controller',
    create: createEndpointSliceMirroringController,
  },
  {
    name: 'ephemeral-volume-controller',
    serviceAccount: 'ephemeral-volume-controller',
    eventSource: 'ephemeral_volume',
    create: createEphemeralVolumeController,
  },
  { name: 'garbage-collector-controller', serviceAccount: 'generic-garbage-collector', create: createGarbageCollector },
  {
    name: 'horizontal-pod-autoscaler-controller',
    serviceAccount: 'horizontal-pod-autoscaler',
    create: createHorizontalPodAutoscaler,
  },
  { name: 'job-controller', serviceAccount: 'job-controller', create: createJobController },
  {
    name: 'kube-apiserver-serving-clustertrustbundle-publisher-controller',
    serviceAccount: 'kube-apiserver-serving-clustertrustbundle-publisher',
    feature: 'ClusterTrustBundle',
    create: createTrustBundlePublisher,
  },
  {
    name: 'legacy-serviceaccount-token-cleaner-controller',
    serviceAccount: 'legacy-service-account-token-cleaner',
    create: createLegacyServiceAccountTokenCleaner,
  },
  { name: 'namespace-controller', serviceAccount: 'namespace-controller', create: createNamespaceController },
  { name: 'node-ipam-controller', serviceAccount: 'node-controller', create: createNodeIpamController },
  { name: 'node-lifecycle-controller', serviceAccount: 'node-controller', create: createNodeLifecycleController },
  {
    name: 'persistentvolume-attach-detach-controller',
    serviceAccount: 'attachdetach-controller',
    create: createAttachDetachController,
  },
  {
    name: 'persistentvolume-binder-controller',
    serviceAccount: 'persistent-volume-binder',
    eventSource: 'persistentvolume-controller',
    create: createPersistentVolumeBinder,
  },
  {
    name: 'persistentvolume-expander-controller',
    serviceAccount: 'expand-controller',
    eventSource: 'volume_expand',
    create: createPersistentVolumeExpander,
  },
  {
    name: 'persistentvolume-protection-controller',
    serviceAccount: 'pv-protection-controller',
    create: createPersistentVolumeProtection,
  },
  {
    name: 'persistentvolumeclaim-protection-controller',
    serviceAccount: 'pvc-protection-controller',
    create: createPersistentVolumeClaimProtection,
  },
  {
    name: 'pod-garbage-collector-controller',
    serviceAccount: 'pod-garbage-collector',
    create: createPodGarbageCollector,
  },
  {
    name: 'podcertificaterequest-cleaner-controller',
    serviceAccount: 'podcertificaterequestcleaner',
    feature: 'PodCertificateRequest',
    create: createPodCertificateCleaner,
  },
  {
    name: 'podgroup-protection-controller',
    serviceAccount: 'podgroup-protection-controller',
    feature: 'GenericWorkload',
    create: createPodGroupProtection,
  },
  { name: 'replicaset-controller', serviceAccount: 'replicaset-controller', create: createReplicaSetController },
  {
    name: 'replicationcontroller-controller',
    serviceAccount: 'replication-controller',
    create: createReplicationController,
  },
  {
    name: 'resourceclaim-controller',
    serviceAccount: 'resource-claim-controller',
    eventSource: 'resource_claim',
    create: createResourceClaimController,
  },
  {
    name: 'resourcequota-controller',
    serviceAccount: 'resourcequota-controller',
    create: createResourceQuotaController,
  },
  {
    name: 'root-ca-certificate-publisher-controller',
    serviceAccount: 'root-ca-cert-publisher',
    create: createRootCaPublisher,
  },
  {
    name: 'selinux-warning-controller',
    serviceAccount: 'selinux-warning-controller',
    eventSource: 'selinux_warning',
    byDefault: false,
    create: createSELinuxWarningController,
  },
  { name: 'service-cidr-controller', serviceAccount: 'service-cidrs-controller', create: createServiceCidrController },
  { name: 'service-lb-controller', serviceAccount: 'service-controller', create: createServiceLoadBalancerController },
  {
    name: 'serviceaccount-controller',
    serviceAccount: 'service-account-controller',
    create: createServiceAccountController,
  },
  { name: 'serviceaccount-token-controller', create: createServiceAccountTokenController },
  { name: 'statefulset-controller', serviceAccount: 'statefulset-controller', create: createStatefulSetController },
  {
    name: 'storage-version-migrator-controller',
    serviceAccount: 'storage-version-migrator-controller',
    feature: 'StorageVersionMigrator',
    create: createStorageVersionMigrator,
  },
  {
    name: 'taint-eviction-controller',
    serviceAccount: 'node-controller',
    eventSource: 'taint-eviction-controller',
    create: createTaintEvictionController,
  },
  { name: 'token-cleaner-controller', serviceAccount: 'token-cleaner', create: createTokenCleaner },
  {
    name: 'ttl-after-finished-controller',
    serviceAccount: 'ttl-after-finished-controller',
    create: createTtlAfterFinishedController,
  },
  { name: 'ttl-controller', serviceAccount: 'ttl-controller', create: createTtlController },
  {
    name: 'validatingadmissionpolicy-status-controller',
    serviceAccount: 'validatingadmissionpolicy-status-controller',
    create: createValidatingAdmissionPolicyStatusController,
  },
  {
    name: 'volumeattributesclass-protection-controller',
    serviceAccount: 'volumeattributesclass-protection-controller',
    create: createVolumeAttributesClassProtection,
  },
];
